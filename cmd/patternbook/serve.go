package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/registry/web"
)

func (a *app) newServe() *cobra.Command {
	c := &cobra.Command{
		Use: "serve", Short: "Run the registry", Args: cobra.NoArgs,
		Long: `Run the registry until it is interrupted. Everything is kept in one folder:
ledger.db is the truth, index.db is made from it, artifacts holds the files.`,
		Example: "  patternbook serve --data /srv/patternbook --listen 0.0.0.0:8420",
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
	c.Flags().StringVar(&a.settings.Data, "data", "", "folder of the registry (PATTERNBOOK_DATA), patternbook-data if nothing is said")
	c.Flags().StringVar(&a.settings.Listen, "listen", "", "address to listen on (PATTERNBOOK_LISTEN), "+defaultListen+" if nothing is said")
	c.Flags().StringVar(&a.settings.Origin, "origin", "", "name of a new ledger, like registry.example/ledger (PATTERNBOOK_ORIGIN); it never changes")
	return c
}

// A server is an open registry that can be served.
type server struct {
	service *registry.Service
	handler http.Handler
}

// openServer opens the registry in a folder.
func (a *app) openServer(ctx context.Context, data string) (*server, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the registry: %w", err)
	}
	store, err := dir.Open(filepath.Join(data, "artifacts"))
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(a.err, nil))
	service, err := registry.Open(ctx, data, store, registry.Options{Origin: a.settings.Origin, Log: log})
	if err != nil {
		return nil, err
	}
	pages, err := web.New(service, api.ProblemOf, web.Options{Log: log})
	if err != nil {
		return nil, errors.Join(err, service.Close())
	}
	handler, err := api.New(service, api.Options{Version: version, Log: log, Pages: pages})
	if err != nil {
		return nil, errors.Join(err, service.Close())
	}
	return &server{service, handler}, nil
}

// serve answers until ctx ends, then lets what runs finish and closes all.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		// Transfers of files go on for as long as bytes move: they renew these.
		ReadTimeout:  2 * time.Minute,
		WriteTimeout: 5 * time.Minute,
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(listener) }()
	var err error
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
	return errors.Join(err, s.service.Close())
}
