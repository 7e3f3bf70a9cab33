// Package s3test starts a real S3 server for tests: versitygw on a free port of
// this machine, which keeps its objects in a folder that is gone afterwards. A
// fake would be no evidence: those in use ignore conditions and checksums.
package s3test

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// The credentials of the server that Start starts.
const (
	AccessKey = "patternbook"
	SecretKey = "patternbook-for-tests"
	Region    = "us-east-1"
)

// A Server is where a test finds its bucket.
type Server struct {
	Endpoint string // http://127.0.0.1:port
	Bucket   string // made for this call, and empty
	Folder   string // where the server keeps the bucket's objects as files, named by their keys
}

// Start gives a bucket of its own on a server that all tests of this process
// share. When versitygw is not there and cannot be installed, the test is
// skipped, or fails if PATTERNBOOK_REQUIRE_S3=1.
func Start(t testing.TB) Server {
	t.Helper()
	d, err := shared.use()
	if err != nil {
		if os.Getenv("PATTERNBOOK_REQUIRE_S3") == "1" {
			t.Fatalf("PATTERNBOOK_REQUIRE_S3=1, but there is no S3 server: %v", err)
		}
		t.Skipf("no S3 server to test with: %v", err)
	}
	t.Cleanup(shared.leave)
	s := Server{Endpoint: "http://" + d.address, Bucket: "test-" + strings.ToLower(rand.Text())}
	s.Folder = filepath.Join(d.data, s.Bucket)
	if err := Client(t, s.Endpoint).MakeBucket(t.Context(), s.Bucket, minio.MakeBucketOptions{Region: Region}); err != nil {
		t.Fatalf("make a bucket: %v", err)
	}
	return s
}

// Client gives a plain client of a server of Start, or of a proxy before it.
func Client(t testing.TB, endpoint string) *minio.Core {
	t.Helper()
	c, err := minio.NewCore(strings.TrimPrefix(endpoint, "http://"), &minio.Options{
		Creds:  credentials.NewStaticV4(AccessKey, SecretKey, ""),
		Region: Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shared is the one server of this process, and who uses it: the last to leave
// stops it, so that it does not outlive the tests.
var shared server

type server struct {
	mu    sync.Mutex
	users int
	run   *daemon
}

func (s *server) use() (*daemon, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		d, err := start()
		if err != nil {
			return nil, err
		}
		s.run = d
	}
	s.users++
	return s.run, nil
}

func (s *server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users == 0 {
		s.run.stop()
		s.run = nil
	}
}

// A daemon is a versitygw that runs.
type daemon struct {
	command *exec.Cmd
	address string // host:port
	root    string // all its files
	data    string // one folder for each bucket
	log     string // what it printed
}

func start() (*daemon, error) {
	binary, err := install()
	if err != nil {
		return nil, err
	}
	root, err := os.MkdirTemp("", "patternbook-s3test-")
	if err != nil {
		return nil, err
	}
	d := &daemon{root: root, data: filepath.Join(root, "data"), log: filepath.Join(root, "log")}
	if err := d.launch(binary); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

func (d *daemon) launch(binary string) error {
	if err := os.Mkdir(d.data, 0o755); err != nil {
		return err
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	d.address = address
	log, err := os.Create(d.log)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.Command(binary, "--port", address, "--region", Region, "--keep-alive", "--quiet", "posix", d.data)
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+AccessKey, "ROOT_SECRET_KEY="+SecretKey)
	c.Stdout, c.Stderr = log, log
	endWithParent(c)
	if err := c.Start(); err != nil {
		return err
	}
	d.command = c
	return d.await()
}

// await waits until the server answers.
func (d *daemon) await() error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get("http://" + d.address + "/"); err == nil {
			return resp.Body.Close()
		}
	}
	f, err := os.Open(d.log)
	if err != nil {
		return err
	}
	defer f.Close()
	said, _ := io.ReadAll(io.LimitReader(f, 4000))
	return fmt.Errorf("versitygw does not answer at %s; it says: %s", d.address, said)
}

func (d *daemon) stop() {
	if d.command != nil {
		_ = d.command.Process.Kill()
		_ = d.command.Wait() // it was killed: that is no news
	}
	_ = os.RemoveAll(d.root)
}

// freeAddress gives an address on which nobody listens now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
