package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// An openedStore is a store with what is known of it besides.
type openedStore struct {
	artifacts.Store
	folders []string // in which it writes on this machine
	close   func() error
}

// openStore opens the store that a text names: a folder, or an s3:// URL.
func openStore(_ context.Context, text string) (*openedStore, error) {
	store, err := dir.Open(text)
	if err != nil {
		return nil, err
	}
	return &openedStore{store, []string{text}, store.Close}, nil
}

// artifactsPlace is where the registry in a folder keeps its artifacts.
func (s *settings) artifactsPlace(data string) string {
	if s.Artifacts != "" {
		return s.Artifacts
	}
	return filepath.Join(data, "artifacts")
}

// openSource opens what artifacts can be fetched from: another registry by its
// URL, or a store.
func openSource(ctx context.Context, text string) (registry.Source, func() error, error) {
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		mirror, err := client.New(text, client.Options{UserAgent: "patternbook/" + version})
		return mirror.OpenArtifact, func() error { return nil }, err
	}
	store, err := openStore(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	open := func(ctx context.Context, digest schema.Digest, _ int64) (io.ReadCloser, error) {
		o, err := store.Open(ctx, digest)
		if err != nil {
			return nil, err
		}
		return o, nil
	}
	return open, store.close, nil
}
