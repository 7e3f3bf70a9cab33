package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/registry/web"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newServe() *cobra.Command {
	c := &cobra.Command{
		Use: "serve", Short: "Run the registry", Args: cobra.NoArgs,
		Long: `Run the registry until it is interrupted. Everything is kept in one folder:
ledger.db is the truth, index.db is made from it, artifacts holds the files.

The files can be kept in a bucket of S3 instead: --artifacts s3://bucket/prefix,
with ?endpoint=https://host for another server than Amazon's. The credentials are
looked for in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in a credentials file
(PATTERNBOOK_S3_CREDENTIALS_FILE), and at the machine's role.`,
		Example: "  patternbook serve --data /srv/patternbook --listen 0.0.0.0:8420\n  patternbook serve --artifacts 's3://designs?endpoint=https://s3.example' --artifacts-redirect",
		RunE: func(c *cobra.Command, _ []string) error {
			listener, err := net.Listen("tcp", a.settings.Listen)
			if err != nil {
				return fmt.Errorf("listen on %s: %w", a.settings.Listen, err)
			}
			s, err := a.openServer(c.Context(), a.settings.Data)
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			_, _ = fmt.Fprintf(a.err, "patternbook serves %s at http://%s\n", a.settings.Data, listener.Addr())
			return s.serve(c.Context(), listener)
		},
	}
	a.servingFlags(c.Flags())
	return c
}

// A server is an open registry that can be served, and closed.
type server struct {
	service      *registry.Service
	store        *openedStore
	handler      http.Handler
	log          *slog.Logger
	app          *app          // that opened it
	data         string        // its folder
	collectEvery time.Duration // 0 when never
}

// openServer opens the registry in a folder.
func (a *app) openServer(ctx context.Context, data string) (_ *server, err error) {
	serving, err := a.settings.serving()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the registry: %w", err)
	}
	s := &server{app: a, data: data, log: slog.New(slog.NewTextHandler(a.err, nil)), collectEvery: serving.collectEvery}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.store, err = a.openStore(ctx, a.settings.artifactsPlace(data), data); err != nil {
		return nil, err
	}
	if _, can := s.store.Store.(artifacts.Presigner); serving.redirect && !can {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "downloads cannot be sent to a folder", Fix: "keep the artifacts in s3://bucket/prefix, or leave out artifacts_redirect"}
	}
	s.service, err = registry.Open(ctx, data, s.store.Store, registry.Options{Origin: a.settings.Origin, Log: s.log, Limits: serving.limits, Rates: serving.rates, KeepAudit: serving.keepAudit, TransferWait: serving.transferWait, Closed: serving.closed, Folders: s.store.folders})
	if err != nil {
		return nil, err
	}
	pages, err := web.New(s.service, api.ProblemOf, web.Options{Log: s.log, Admit: func(r *http.Request, class registry.Class) error {
		return s.service.Admit(class, registry.Actor{}, api.AddressOf(r, serving.proxies))
	}})
	if err != nil {
		return nil, err
	}
	s.handler, err = api.New(s.service, api.Options{Version: version, Log: s.log, Pages: pages, RedirectArtifacts: serving.redirect, TrustedProxies: serving.proxies})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *server) close() (err error) {
	if s.service != nil {
		err = s.service.Close()
	}
	if s.store != nil {
		err = errors.Join(err, s.store.close())
	}
	return err
}

// collect removes what nothing needs, now and then, until ctx ends.
func (s *server) collect(ctx context.Context) {
	if s.collectEvery == 0 {
		return
	}
	t := time.NewTicker(s.collectEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		g, err := s.service.CollectGarbage(ctx, registry.GarbageOptions{})
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.ErrorContext(ctx, "garbage cannot be collected", "error", err)
		case g.Removed+g.Uploads+g.Leftovers > 0:
			s.log.InfoContext(ctx, "garbage is collected", "removed", g.Removed, "bytes", g.Bytes, "expired uploads", g.Uploads, "leftovers", g.Leftovers)
		}
	}
}

// serve answers until ctx ends, then lets what runs finish and closes all.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// Transfers of files go on for as long as bytes move: they renew these.
		ReadTimeout:  2 * time.Minute,
		WriteTimeout: 5 * time.Minute,
	}
	own, stop := context.WithCancel(ctx)
	defer stop()
	operated, err := s.listenToOperator(own)
	if err != nil {
		return errors.Join(err, listener.Close(), s.close())
	}
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		s.collect(own)
	}()
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(listener) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		const patience = 20 * time.Second
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if err = h.Shutdown(grace); err != nil {
			err = errors.Join(err, h.Close())
		}
		<-ended
	}
	stop()
	<-operated
	<-collected
	return errors.Join(err, s.close())
}
