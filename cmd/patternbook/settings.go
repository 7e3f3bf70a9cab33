package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

const (
	defaultListen   = "127.0.0.1:8420"
	defaultRegistry = "http://" + defaultListen
)

// settings is the configuration: what a flag has not set comes from the
// environment, then from patternbook.toml, then from the defaults.
type settings struct {
	Registry string `toml:"registry"` // address, for clients
	Data     string `toml:"data"`     // folder, for serve
	Listen   string `toml:"listen"`   // host:port, for serve
	Origin   string `toml:"origin"`   // of a new ledger, for serve

	home   string // configuration folder
	chosen bool   // whether Listen was said
}

func (s *settings) fill(env func(string) string) error {
	s.home = env("PATTERNBOOK_CONFIG_HOME")
	if s.home == "" {
		user, err := os.UserConfigDir()
		if err != nil {
			user = "."
		}
		s.home = filepath.Join(user, "patternbook")
	}
	file, err := readSettings(filepath.Join(s.home, "patternbook.toml"))
	if err != nil {
		return err
	}
	for _, v := range []struct {
		value              *string
		name, file, preset string
	}{
		{&s.Registry, "PATTERNBOOK_REGISTRY", file.Registry, defaultRegistry},
		{&s.Data, "PATTERNBOOK_DATA", file.Data, "patternbook-data"},
		{&s.Listen, "PATTERNBOOK_LISTEN", file.Listen, ""},
		{&s.Origin, "PATTERNBOOK_ORIGIN", file.Origin, ""},
	} {
		for _, next := range []string{env(v.name), v.file, v.preset} {
			if *v.value == "" {
				*v.value = next
			}
		}
	}
	s.chosen = s.Listen != ""
	if !s.chosen {
		s.Listen = defaultListen
	}
	return nil
}

func readSettings(path string) (s settings, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("read the settings: %w", err)
	}
	if err := toml.Unmarshal(data, &s); err != nil {
		place := schema.Place{File: path, Detail: err.Error()}
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			place.Line, place.Column = at.Position()
		}
		return s, &schema.Error{Kind: schema.Invalid, Detail: "the settings cannot be read", At: []schema.Place{place}}
	}
	return s, nil
}

// A login is the token of an account at one registry.
type login struct {
	Account schema.Name `json:"account"`
	Token   string      `json:"token"`
}

func (s *settings) loginsPath() string { return filepath.Join(s.home, "logins.json") }

// logins gives the stored logins by the address of their registry.
func (s *settings) logins() (map[string]login, error) {
	logins := make(map[string]login)
	data, err := os.ReadFile(s.loginsPath())
	if errors.Is(err, fs.ErrNotExist) {
		return logins, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &logins)
	}
	if err != nil {
		return nil, fmt.Errorf("read the stored logins: %w", err)
	}
	return logins, nil
}

// storeLogin keeps a login, or forgets it when it has no token. Nobody else on
// the machine may read the file.
func (s *settings) storeLogin(address string, l login) error {
	logins, err := s.logins()
	if err != nil {
		return err
	}
	logins[address] = l
	if l.Token == "" {
		delete(logins, address)
	}
	data, err := json.MarshalIndent(logins, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		return fmt.Errorf("store the login: %w", err)
	}
	temporary := s.loginsPath() + ".new"
	if err := os.WriteFile(temporary, data, 0o600); err != nil {
		return fmt.Errorf("store the login: %w", err)
	}
	return os.Rename(temporary, s.loginsPath())
}

// client makes a client of the chosen registry, with the token of
// PATTERNBOOK_TOKEN or of the stored login, if there is one.
func (a *app) client() (*client.Client, error) {
	token := a.env("PATTERNBOOK_TOKEN")
	if token == "" {
		logins, err := a.settings.logins()
		if err != nil {
			return nil, err
		}
		token = logins[a.settings.Registry].Token
	}
	return client.New(a.settings.Registry, client.Options{Token: token, UserAgent: "patternbook/" + version})
}

// remoteReference reads a reference argument and makes a client to ask about it.
func (a *app) remoteReference(text string) (schema.Reference, *client.Client, error) {
	ref, err := schema.ParseReference(text)
	if err != nil {
		return ref, nil, err
	}
	remote, err := a.client()
	return ref, remote, err
}
