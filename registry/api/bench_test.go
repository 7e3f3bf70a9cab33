package api_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // the bare loop's driver
	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// rate runs do on so many goroutines for about a second and gives how often it
// ran in one.
func rate(b *testing.B, goroutines int, do func() error) float64 {
	b.Helper()
	var n atomic.Int64
	var group errgroup.Group
	begun := time.Now()
	for range goroutines {
		group.Go(func() error {
			for time.Since(begun) < time.Second {
				if err := do(); err != nil {
					return err
				}
				n.Add(1)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return float64(n.Load()) / time.Since(begun).Seconds()
}

// each runs do b.N times on so many goroutines, and gives how often in a second.
func each(b *testing.B, goroutines int, do func() error) float64 {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var group errgroup.Group
	for range goroutines {
		group.Go(func() error {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	return float64(b.N) / b.Elapsed().Seconds()
}

// bareInsert gives a function that inserts one row and commits it durably, as
// the ledger does and with nothing around it.
func bareInsert(b *testing.B) func() error {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE documents (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT`); err != nil {
		b.Fatal(err)
	}
	document := bytes.Repeat([]byte("0123456789abcdef"), 100)
	n := 0
	return func() error {
		n++
		_, err := db.Exec(`INSERT INTO documents (digest, bytes) VALUES (?, ?)`, schema.DigestOf([]byte(strconv.Itoa(n))).String(), document)
		return err
	}
}

// A remote speaks to a server as plainly as can be.
type remote struct {
	http    *http.Client
	address string
	token   string
}

func newRemote(address, token string) *remote {
	return &remote{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, address, token}
}

func (r *remote) call(method, path string, body []byte) ([]byte, error) {
	q, err := http.NewRequestWithContext(context.Background(), method, r.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if r.token != "" {
		q.Header.Set("Authorization", "Bearer "+r.token)
	}
	response, err := r.http.Do(q)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, b)
	}
	return b, err
}

// publish does what a client does to publish a small design none of whose files
// is known yet.
func (r *remote) publish(n int64) error {
	files := map[string]string{
		"okh.toml": lampManifest + "# " + strconv.FormatInt(n, 10) + "\n",
		"bom.csv":  benchBOM(10, n),
	}
	for i := range 3 {
		files[fmt.Sprintf("cad/part-%d.scad", i)] = fmt.Sprintf("// %d %d\n%s", n, i, strings.Repeat("cube([1, 2, 3]);\n", 50))
	}
	var ask api.Digests
	draft := api.Draft{Manifest: "okh.toml"}
	content := map[schema.Digest]string{}
	for path, text := range files {
		d := schema.DigestOf([]byte(text))
		content[d] = text
		ask.Digests = append(ask.Digests, d)
		draft.Files = append(draft.Files, api.DraftFile{Path: path, Digest: d, Size: int64(len(text))})
	}
	var missing api.Missing
	if err := r.post("/v1/artifacts/missing", ask, &missing); err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(4) // as the client does
	for _, d := range missing.Missing {
		group.Go(func() error {
			_, err := r.call(http.MethodPut, "/v1/artifacts/"+d.String(), []byte(content[d]))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	at := fmt.Sprintf("/v1/designs/ada/lamp-%d/versions/1.0.0", n)
	var drafted bom.Draft
	if err := r.post(at+"/draft", draft, &drafted); err != nil {
		return err
	}
	body, err := json.Marshal(drafted.Publication)
	if err != nil {
		return err
	}
	_, err = r.call(http.MethodPut, at, body)
	return err
}

func (r *remote) post(path string, body, answer any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if b, err = r.call(http.MethodPost, path, b); err != nil {
		return err
	}
	return json.Unmarshal(b, answer)
}

func benchBOM(lines int, n int64) string {
	var b strings.Builder
	b.WriteString("Item,Name,Quantity,Manufacturer,MPN,Note\n")
	for i := range lines {
		fmt.Fprintf(&b, "%d,Part %d,%d,Acme,AC-%d,%d\n", i+1, i, i%7+1, i, n)
	}
	return b.String()
}

// BenchmarkPublish publishes small designs end to end: ask what is missing, send
// five files, draft, publish. Beside it, a loop of single inserts into SQLite,
// each committed durably on the same disk; x-insert is how many publications
// there are for each of its inserts, in the same time.
func BenchmarkPublish(b *testing.B) {
	insert := bareInsert(b)
	b.Run("bare-insert", func(b *testing.B) { each(b, 1, insert) })
	p := newPlace(b, api.Options{})
	r := newRemote(p.server.URL, p.open("ada"))
	var n atomic.Int64
	for _, writers := range []int{1, 8} {
		b.Run(fmt.Sprintf("writers-%d", writers), func(b *testing.B) {
			before := rate(b, 1, insert)
			publishes := each(b, writers, func() error { return r.publish(n.Add(1)) })
			b.ReportMetric(publishes/((before+rate(b, 1, insert))/2), "x-insert")
			b.ReportMetric(publishes, "publishes/s")
		})
	}
}

// BenchmarkGet fetches a release document and a flat BOM of 1,000 lines: for the
// first time, each under another URL, and again. Beside it, a bare net/http
// handler gives the same bytes; x-bare is the throughput against its.
func BenchmarkGet(b *testing.B) {
	p := newPlace(b, api.Options{})
	p.publish(p.open("ada"), "ada/lamp", "1.0.0", map[string]string{"okh.toml": lampManifest, "bom.csv": benchBOM(1000, 0), "cad/base.scad": "cube(1);\n"})
	const at = "/v1/designs/ada/lamp/versions/1.0.0"
	for name, path := range map[string]struct {
		repeated string
		cold     func(n int64) string
	}{
		"release": {at, func(n int64) string { return at + "?n=" + strconv.FormatInt(n, 10) }},
		"flat-bom": {at + "/bom?view=flat", func(n int64) string { // another number of units could be kept by nobody
			return at + "/bom?view=flat&units=1&n=" + strconv.FormatInt(n, 10)
		}},
	} {
		body := []byte(p.get(path.repeated).is(b, http.StatusOK).body)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		}))
		b.Cleanup(server.Close)
		const readers = 8
		plain, ours := newRemote(server.URL, ""), newRemote(p.server.URL, "")
		bare := func() error { return plain.get("/") }
		var n atomic.Int64
		compare := func(b *testing.B, do func() error) {
			b.SetBytes(int64(len(body)))
			before := rate(b, readers, bare)
			got := each(b, readers, do)
			b.ReportMetric(got/((before+rate(b, readers, bare))/2), "x-bare")
		}
		b.Run(name+"/bare", func(b *testing.B) { b.SetBytes(int64(len(body))); each(b, readers, bare) })
		b.Run(name+"/cold", func(b *testing.B) { compare(b, func() error { return ours.get(path.cold(n.Add(1))) }) })
		b.Run(name+"/repeated", func(b *testing.B) { compare(b, func() error { return ours.get(path.repeated) }) })
	}
}

// get fetches and forgets.
func (r *remote) get(path string) error {
	response, err := r.http.Get(r.address + path)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %d", path, response.StatusCode)
	}
	return err
}
