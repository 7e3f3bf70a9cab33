package s3

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts/s3/s3test"
)

// A faulty way leads to a server, and goes wrong from one request on.
type faulty struct {
	*httptest.Server
	server s3test.Server
	next   *httputil.ReverseProxy

	mu    sync.Mutex
	seen  []string // methods of the requests since arm
	first int      // the request, counted from 0, at which the fault begins
	times int      // how many requests it hits
	fault fault
	hits  int
}

// A fault spoils a request to a server.
type fault func(f *faulty, w http.ResponseWriter, r *http.Request)

func newFaulty(t testing.TB, server s3test.Server) *faulty {
	target, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{server: server}
	f.next = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { panic(http.ErrAbortHandler) },
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// arm makes the requests from first on, times of them, go wrong.
func (f *faulty) arm(do fault, first, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen, f.fault, f.first, f.times, f.hits = nil, do, first, times, 0
}

// disarm ends the fault and tells how many requests came and how many it hit.
func (f *faulty) disarm() (came, hits int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = nil
	return len(f.seen), f.hits
}

// ServeHTTP implements http.Handler.
func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	at := len(f.seen)
	f.seen = append(f.seen, r.Method)
	do := f.fault
	due := do != nil && at >= f.first && at < f.first+f.times
	if due {
		f.hits++
	}
	f.mu.Unlock()
	if due {
		do(f, w, r)
		return
	}
	f.next.ServeHTTP(w, r)
}

// answer gives the server's own answer.
func (f *faulty) answer(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	f.next.ServeHTTP(w, r)
	return w.Result()
}

func pass(w http.ResponseWriter, answer *http.Response) {
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.Copy(w, answer.Body)
}

func refusing(status int, code string) fault {
	return func(_ *faulty, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>a fault of the test</Message></Error>")
		}
	}
}

// hangLimit is when a server that hangs lets go; clients must have done so long before.
const hangLimit = 20 * time.Second

var faults = map[string]fault{
	"500":           refusing(http.StatusInternalServerError, "InternalError"),
	"503 slow down": refusing(http.StatusServiceUnavailable, "SlowDown"),
	"hangs": func(_ *faulty, _ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-time.After(hangLimit):
		}
		panic(http.ErrAbortHandler)
	},
	"cut in the request": func(_ *faulty, _ http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength/2)
		panic(http.ErrAbortHandler)
	},
	"cut in the request behind the proxy": func(f *faulty, _ http.ResponseWriter, r *http.Request) {
		if r.ContentLength > 0 {
			r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, r.ContentLength/2), broken{}))
		}
		f.answer(r)
		panic(http.ErrAbortHandler)
	},
	"answer lost": func(f *faulty, _ http.ResponseWriter, r *http.Request) {
		f.answer(r)
		panic(http.ErrAbortHandler)
	},
	"answer cut": func(f *faulty, w http.ResponseWriter, r *http.Request) {
		answer := f.answer(r)
		b, _ := io.ReadAll(answer.Body)
		if len(b) == 0 {
			panic(http.ErrAbortHandler)
		}
		answer.Body = io.NopCloser(strings.NewReader(string(b[:len(b)/2])))
		answer.Header.Set("Content-Length", strconv.Itoa(len(b)))
		pass(w, answer)
		panic(http.ErrAbortHandler)
	},
	"wrong ETag": func(f *faulty, w http.ResponseWriter, r *http.Request) {
		answer := f.answer(r)
		if answer.Header.Get("ETag") != "" {
			answer.Header.Set("ETag", `"0123456789abcdef0123456789abcdef"`)
		}
		pass(w, answer)
	},
	"object lost": func(f *faulty, w http.ResponseWriter, r *http.Request) {
		answer := f.answer(r)
		if (r.Method == http.MethodPut || r.Method == http.MethodPost) && answer.StatusCode == http.StatusOK {
			key := strings.TrimPrefix(r.URL.Path, "/"+f.server.Bucket+"/")
			err := os.Remove(filepath.Join(f.server.Folder, filepath.FromSlash(key)))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				panic(err)
			}
		}
		pass(w, answer)
	},
}

// broken ends a body before its time.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
