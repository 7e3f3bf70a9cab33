package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// What the keeper of a registry does with its files has to happen in the process
// that has them open. A running registry therefore listens for its keeper on a
// port of its own machine, and writes the port and a secret into its folder, which
// only the keeper can read. Where no registry runs, the command opens the files
// itself; the lock sees to it that it is one or the other.

// An order is what the keeper wants done. tell passes on a line of what it gives.
type order interface {
	run(ctx context.Context, s *server, tell func(any) error) error
}

// orders are all orders by the names of their commands.
var orders = map[string]func() order{
	"gc":       func() order { return &gcOrder{} },
	"scrub":    func() order { return &scrubOrder{} },
	"redact":   func() order { return &redactOrder{} },
	"doctor":   func() order { return &doctorOrder{} },
	"audit":    func() order { return &auditOrder{} },
	"reports":  func() order { return &reportsOrder{} },
	"invite":   func() order { return &inviteOrder{} },
	"moderate": func() order { return &moderateOrder{} },
	"role":     func() order { return &roleOrder{} },
}

// operatorFile is the file in the registry's folder that tells where its keeper
// is listened to.
const operatorFile = "operator.json"

type operatorPlace struct {
	Address string `json:"address"` // host:port, of this machine
	Token   string `json:"token"`
}

// An operatorLine is one line of an answer: something that was given, or the end.
type operatorLine struct {
	Line    json.RawMessage `json:"line,omitempty"`
	Problem *schema.Problem `json:"problem,omitempty"`
	Done    bool            `json:"done,omitempty"`
}

// listenToOperator serves orders until ctx ends. ended is closed when the last has.
func (s *server) listenToOperator(ctx context.Context) (ended chan struct{}, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen to the keeper: %w", err)
	}
	place := operatorPlace{listener.Addr().String(), rand.Text()}
	path := filepath.Join(s.data, operatorFile)
	if err := writePrivately(path, place); err != nil {
		return nil, errors.Join(fmt.Errorf("tell where the keeper is listened to: %w", err), listener.Close())
	}
	h := &http.Server{
		Handler:           s.operatorHandler(place.Token),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		_ = h.Serve(listener) // ends when it is closed
	}()
	context.AfterFunc(ctx, func() {
		_ = os.Remove(path) // one that stays leads nowhere
		_ = h.Close()
	})
	return ended, nil
}

// writePrivately writes a file that nobody else on the machine can read.
func writePrivately(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

func (s *server) operatorHandler(token string) http.Handler {
	mux := http.NewServeMux()
	for name, make := range orders {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
			if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+token)) != 1 {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			enc := json.NewEncoder(w)
			flush := http.NewResponseController(w).Flush
			send := func(l operatorLine) error { return errors.Join(enc.Encode(l), flush()) }
			o := make()
			err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(o)
			if err == nil {
				err = o.run(r.Context(), s, func(v any) error {
					line, err := json.Marshal(v)
					if err != nil {
						return err
					}
					return send(operatorLine{Line: line})
				})
			}
			if err != nil {
				_ = send(operatorLine{Problem: problemOf(err)}) // to a command that may have gone
				return
			}
			_ = send(operatorLine{Done: true}) // likewise
		})
	}
	return mux
}

// order has an order carried out: by the registry that runs in the folder, else
// here. show prints a line of what it gives.
func (a *app) order(ctx context.Context, name string, o order, show func(json.RawMessage) error) error {
	if _, err := os.Stat(filepath.Join(a.settings.Data, "ledger.db")); err != nil {
		return &schema.Error{Kind: schema.NotFound, Detail: "there is no registry in " + a.settings.Data, Fix: "name the folder that serve has as --data; what administrators may do goes without one where you are logged in", Err: err}
	}
	if there, err := a.sendOrder(ctx, name, o, show); there || err != nil {
		return err
	}
	s, err := a.openServer(ctx, a.settings.Data)
	if err != nil {
		return err
	}
	err = o.run(ctx, s, func(v any) error {
		line, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return show(line)
	})
	return errors.Join(err, s.close())
}

// sendOrder gives an order to the registry that runs, and tells whether one is there.
func (a *app) sendOrder(ctx context.Context, name string, o order, show func(json.RawMessage) error) (there bool, err error) {
	data, err := os.ReadFile(filepath.Join(a.settings.Data, operatorFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read where the registry listens to its keeper: %w", err)
	}
	var place operatorPlace
	if json.Unmarshal(data, &place) != nil {
		return false, nil // a registry was killed while it wrote this
	}
	body, err := json.Marshal(o)
	if err != nil {
		return false, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+place.Address+"/"+name, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	r.Header.Set("Authorization", "Bearer "+place.Token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return false, ctx.Err() // a registry that was killed has left its file
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return false, nil // somebody else has the port now
	}
	return true, readOrder(ctx, response.Body, show)
}

// readOrder reads what a registry answers to an order.
func readOrder(ctx context.Context, body io.Reader, show func(json.RawMessage) error) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l operatorLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return err
		}
		switch {
		case l.Problem != nil:
			return l.Problem.Err()
		case l.Done:
			return nil
		}
		if err := show(l.Line); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(&schema.Error{Kind: schema.Unavailable, Detail: "the registry ended before it was done", Fix: "do it again: what was done stays done"}, lines.Err())
}

// shown makes a printer of lines: with --json as they are, else by text, which is
// "" for what people need not see. note, which may be nil, learns of each.
func shown[T any](a *app, text func(T) string, note func(T)) func(json.RawMessage) error {
	return func(line json.RawMessage) error {
		var v T
		if err := json.Unmarshal(line, &v); err != nil {
			return err
		}
		if note != nil {
			note(v)
		}
		s := text(v)
		if a.json {
			s = string(line)
		}
		if s == "" {
			return nil
		}
		_, err := fmt.Fprintln(a.out, s)
		return err
	}
}
