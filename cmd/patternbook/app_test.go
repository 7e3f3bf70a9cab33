package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A place is a registry that runs, and users of it: each has a configuration
// folder of their own.
type place struct {
	t       *testing.T
	address string
	data    string // folder of the registry
	homes   string
	env     map[string]string // of the registry and of its users
	stop    func()            // ends the registry
}

// newPlace starts a registry on a free port, as serve does.
func newPlace(t *testing.T) *place {
	t.Helper()
	return newPlaceWith(t, nil)
}

// newPlaceWith starts a registry with settings from the environment.
func newPlaceWith(t *testing.T, env map[string]string) *place {
	t.Helper()
	p := &place{t: t, data: filepath.Join(t.TempDir(), "data"), homes: t.TempDir(), env: env}
	p.start()
	return p
}

// start starts the registry, also again after stop.
func (p *place) start() {
	p.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		p.t.Fatal(err)
	}
	a := &app{err: io.Discard, env: p.variable("keeper")}
	if err := a.settings.fill(a.env); err != nil {
		p.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s, err := a.openServer(ctx, p.data)
	if err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx, listener) }()
	p.stop = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			p.t.Errorf("the registry ended with %v", err)
		}
	})
	p.t.Cleanup(p.stop)
	p.address = "http://" + listener.Addr().String()
}

// variable gives the environment of a user.
func (p *place) variable(user string) func(string) string {
	return func(name string) string {
		switch name {
		case "PATTERNBOOK_REGISTRY":
			return p.address
		case "PATTERNBOOK_CONFIG_HOME":
			return filepath.Join(p.homes, user)
		}
		return p.env[name]
	}
}

// A result is what a command printed and its exit status.
type result struct {
	out, err string
	status   int
}

// as runs a command as a user.
func (p *place) as(user string, args ...string) result { return p.with(user, "", args...) }

func (p *place) with(user, stdin string, args ...string) result {
	var out, problems bytes.Buffer
	a := &app{in: strings.NewReader(stdin), out: &out, err: &problems, env: p.variable(user)}
	status := a.run(context.Background(), args)
	return result{out.String(), problems.String(), status}
}

// open opens an account.
func (p *place) open(user string) {
	p.t.Helper()
	p.with(user, "a password for "+user+"\n", "login", "--account", user, "--create", "--password-stdin").ok(p.t)
}

// ok fails the test unless the command did its work.
func (r result) ok(t *testing.T) result {
	t.Helper()
	if r.status != exitDone {
		t.Fatalf("exit status %d\n%s%s", r.status, r.out, r.err)
	}
	return r
}

// fails checks that the command failed, and says each of the texts.
func (r result) fails(t *testing.T, texts ...string) {
	t.Helper()
	if r.status == exitDone {
		t.Fatalf("it succeeds: %s", r.out)
	}
	for _, text := range texts {
		if !strings.Contains(r.err, text) {
			t.Errorf("the error says nothing of %q: %s", text, r.err)
		}
	}
}

// into reads the JSON that a command printed.
func into[T any](t *testing.T, r result) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.ok(t).out), &v); err != nil {
		t.Fatalf("%v in %s", err, r.out)
	}
	return v
}

// testdata gives a folder of real designs, or skips where there is none. With
// PATTERNBOOK_TESTDATA set it may not be missing.
func testdata(t *testing.T, parts ...string) string {
	t.Helper()
	root := os.Getenv("PATTERNBOOK_TESTDATA")
	if root == "" {
		t.Skip("PATTERNBOOK_TESTDATA is not set: there are no real designs to test on")
	}
	path := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// copyFolder copies a folder to where it can be changed.
func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), filepath.Base(from))
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(to, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.IsDir() {
			err = os.Chmod(path, 0o755)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
