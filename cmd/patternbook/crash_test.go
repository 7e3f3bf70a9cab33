package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

// asCommand makes the test binary act as the command, so that it can be killed.
const asCommand = "PATTERNBOOK_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A victim is a registry in a process of its own, which is killed and started again.
type victim struct {
	t       *testing.T
	data    string
	env     []string
	command *exec.Cmd
	address string
	token   string
}

func (v *victim) start() {
	v.t.Helper()
	v.command = exec.Command(os.Args[0], "serve", "--data", v.data, "--listen", "127.0.0.1:0", "--collect-every", "never", "--grace", "1h")
	v.command.Env = append(os.Environ(), append(v.env, asCommand+"=1", "PATTERNBOOK_CONFIG_HOME="+v.t.TempDir())...)
	said, err := v.command.StderrPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.command.Start(); err != nil {
		v.t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), " at "); ok {
			v.address = address
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return
		}
	}
	v.t.Fatalf("the registry ended before it served: %v", lines.Err())
}

// kill ends the registry as a failure of power does.
func (v *victim) kill() {
	if v.command == nil {
		return
	}
	_ = v.command.Process.Kill()
	_ = v.command.Wait()
	v.command = nil
}

// client makes a client that gives up at the first fault.
func (v *victim) client() *client.Client {
	v.t.Helper()
	c, err := client.New(v.address, client.Options{Token: v.token, Retries: -1})
	if err != nil {
		v.t.Fatal(err)
	}
	return c
}

// command runs a command beside the registry.
func (v *victim) run(args ...string) result {
	var out, problems bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &out, err: &problems, env: func(name string) string {
		if name == "PATTERNBOOK_CONFIG_HOME" {
			return v.t.TempDir()
		}
		for _, e := range v.env {
			if value, ok := strings.CutPrefix(e, name+"="); ok {
				return value
			}
		}
		return ""
	}}
	status := a.run(context.Background(), args)
	return result{out.String(), problems.String(), status}
}

// What the registry has acknowledged.
type acknowledged struct {
	mu       sync.Mutex
	sent     map[schema.Digest][]byte
	releases map[string]map[string]string // files by path, by reference
}

func (a *acknowledged) send(b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent[schema.DigestOf(b)] = b
}

func (a *acknowledged) release(ref string, files map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.releases[ref] = files
}

// TestKill kills a registry at random moments while artifacts are put and sent in
// pieces, releases published and garbage collected, and looks after each start
// whether all that was acknowledged is complete and nothing else can be seen.
func TestKill(t *testing.T) {
	t.Run("folder", func(t *testing.T) {
		data := t.TempDir()
		killAgainAndAgain(t, &victim{t: t, data: data}, filepath.Join(data, "artifacts"), 10)
	})
	t.Run("bucket", func(t *testing.T) {
		server := s3test.Start(t)
		t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
		t.Setenv("AWS_SECRET_ACCESS_KEY", s3test.SecretKey)
		v := &victim{t: t, data: t.TempDir(), env: []string{
			"PATTERNBOOK_ARTIFACTS=s3://" + server.Bucket, "PATTERNBOOK_S3_ENDPOINT=" + server.Endpoint, "PATTERNBOOK_S3_REGION=" + s3test.Region,
		}}
		killAgainAndAgain(t, v, server.Folder, 6)
	})
}

func killAgainAndAgain(t *testing.T, v *victim, store string, times int) {
	t.Cleanup(v.kill)
	v.start()
	ada, err := schema.ParseName("ada")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := v.client().OpenAccount(t.Context(), ada, "four words to remember")
	if err != nil {
		t.Fatal(err)
	}
	v.token = opened.Secret
	did := &acknowledged{sent: map[schema.Digest][]byte{}, releases: map[string]map[string]string{}}
	large := randomBytes(24 << 20)
	for n := range times {
		strays := leaveStrays(t, store, n)
		var work sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		for _, do := range []func(){
			func() { v.putMany(ctx, did) },
			func() { v.sendLarge(ctx, did, large) },
			func() { v.publishMany(ctx, did, fmt.Sprintf("ada/thing-%d", n), strays) },
			func() { v.collectMany(ctx) },
		} {
			work.Go(do)
		}
		time.Sleep(time.Duration(20+rand.IntN(500)) * time.Millisecond)
		v.kill()
		stop()
		work.Wait()
		v.start()
		v.look(did)
	}
	t.Logf("after %d kills %d artifacts and %d releases are complete", times, len(did.sent), len(did.releases))
	if len(did.sent) == 0 || len(did.releases) == 0 {
		t.Error("nothing was acknowledged before a kill: the test shows nothing")
	}
	patient, err := client.New(v.address, client.Options{Token: v.token})
	if err != nil {
		t.Fatal(err)
	}
	if err := sendBytes(t.Context(), patient, large); err != nil {
		t.Errorf("the large artifact cannot be sent at last: %v", err)
	}
	did.send(large)
	v.look(did)
}

func mustDesign(text string) schema.Design {
	d, err := schema.ParseDesign(text)
	if err != nil {
		panic(err) // it is written in the test
	}
	return d
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(rand.IntN(256)), byte(rand.IntN(256)), byte(rand.IntN(256)), byte(rand.IntN(256))}).Read(b)
	return b
}

// leaveStrays puts artifacts into the store that are old and that nobody names, and
// gives their texts: garbage, until one is published.
func leaveStrays(t *testing.T, store string, n int) []string {
	t.Helper()
	old := time.Now().Add(-2 * time.Hour)
	var texts []string
	for i := range 200 {
		text := fmt.Sprintf("stray %d of round %d\n", i, n)
		texts = append(texts, text)
		path := artifactFile(store, text)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

func sendBytes(ctx context.Context, c *client.Client, b []byte) error {
	return c.SendArtifact(ctx, schema.DigestOf(b), int64(len(b)), func() (io.ReadSeekCloser, error) {
		return struct {
			io.ReadSeeker
			io.Closer
		}{bytes.NewReader(b), io.NopCloser(nil)}, nil
	}, nil)
}

// putMany puts artifacts until the registry is gone.
func (v *victim) putMany(ctx context.Context, did *acknowledged) {
	c := v.client()
	for {
		b := randomBytes(1 + rand.IntN(300_000))
		if err := sendBytes(ctx, c, b); err != nil {
			return
		}
		did.send(b)
	}
}

// sendLarge sends one in pieces, which goes on where the last registry was killed.
func (v *victim) sendLarge(ctx context.Context, did *acknowledged, b []byte) {
	if err := sendBytes(ctx, v.client(), b); err == nil {
		did.send(b)
	}
}

// publishMany publishes versions, each with some of the strays, which are not sent
// again as long as they are there.
func (v *victim) publishMany(ctx context.Context, did *acknowledged, name string, strays []string) {
	c := v.client()
	design := mustDesign(name)
	for i := 0; i+3 < len(strays); i += 3 {
		version := fmt.Sprintf("1.0.%d", i)
		files := map[string]string{
			"okh.toml": strings.Replace(hookManifest, `version = "1.0.0"`, `version = "`+version+`"`, 1), "README.md": hookReadme,
			"bom.csv": "Item,Name,Quantity\n1,Hook,1\n", "a.txt": strays[i], "b.txt": strays[i+1], "c.txt": strays[i+2],
		}
		var pairs []string
		for path, text := range files {
			pairs = append(pairs, path, text)
		}
		switch _, err := c.PublishFolder(ctx, write(v.t, pairs...), design, client.PublishOptions{}); {
		case err == nil:
			did.release(name+"@"+version, files)
		case errors.Is(err, schema.Invalid):
			v.t.Errorf("publish %s %s: %v", name, version, err)
			return
		case errors.Is(err, schema.Unavailable) || ctx.Err() != nil:
			return
		}
	}
}

// collectMany collects garbage until the registry is gone.
func (v *victim) collectMany(ctx context.Context) {
	for ctx.Err() == nil {
		if got := v.run("gc", "--data", v.data); got.status != exitDone {
			time.Sleep(time.Millisecond)
		}
	}
}

// look reads back all that was acknowledged, and everything that can be seen.
func (v *victim) look(did *acknowledged) {
	v.t.Helper()
	c := v.client()
	for digest, b := range did.sent {
		if err := wantArtifact(v.t.Context(), c, digest, b); err != nil {
			v.t.Errorf("an artifact of %d bytes: %v", len(b), err)
		}
	}
	for text, files := range did.releases {
		ref, err := schema.ParseReference(text)
		if err != nil {
			v.t.Fatal(err)
		}
		r, _, err := c.Release(v.t.Context(), ref)
		if err != nil || len(r.Files) != len(files) {
			v.t.Errorf("%s has %d files of %d, %v", text, len(r.Files), len(files), err)
			continue
		}
		for _, f := range r.Files {
			if err := wantArtifact(v.t.Context(), c, f.Digest, []byte(files[f.Path])); err != nil {
				v.t.Errorf("%s, %s: %v", text, f.Path, err)
			}
		}
	}
	if got := v.run("scrub", "--data", v.data); got.status != exitDone || !strings.Contains(got.out, " 0 damaged") {
		v.t.Errorf("scrub gives %d\n%s%s", got.status, got.out, got.err)
	}
	answer, err := http.Get(v.address + "/readyz")
	if err != nil {
		v.t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		v.t.Errorf("readyz answers %s", answer.Status)
	}
}

func wantArtifact(ctx context.Context, c *client.Client, digest schema.Digest, want []byte) error {
	r, err := c.OpenArtifact(ctx, digest, int64(len(want)))
	if err != nil {
		return err
	}
	got, err := io.ReadAll(r)
	err = errors.Join(err, r.Close())
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("it has other bytes, of the digest %s: %w", schema.DigestOf(got), fs.ErrInvalid)
	}
	return err
}
