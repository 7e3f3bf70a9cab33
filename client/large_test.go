package client_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/dir"
	"github.com/patternbook/patternbook/artifacts/s3"
	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

const (
	largeFile  = 2 << 30  // bytes
	mostMemory = 64 << 10 // KiB
)

// TestMain runs a registry or a client instead of the tests where TestLargeFile
// asks for one: memory is measured in processes of their own.
func TestMain(m *testing.M) {
	var err error
	switch os.Getenv("PATTERNBOOK_LARGE_ROLE") {
	case "registry":
		err = largeRegistry()
	case "publish", "get", "send":
		err = largeClient()
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// largeRegistry serves in a folder until its standard input ends. It prints its
// address and the token of an account.
func largeRegistry() error {
	ctx, folder := context.Background(), os.Getenv("PATTERNBOOK_LARGE_DIR")
	store, err := largeStore(ctx, folder)
	if err != nil {
		return err
	}
	service, err := registry.Open(ctx, folder, store, registry.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	token := os.Getenv("PATTERNBOOK_LARGE_TOKEN")
	if token == "" { // hashing the password takes memory of its own, so the account is opened by another process
		ada, err := schema.ParseName("ada")
		if err != nil {
			return err
		}
		token, _, err = service.OpenAccount(ctx, ada, "four words to remember")
		fmt.Println(token)
		return errors.Join(err, service.Close())
	}
	handler, err := api.New(service, api.Options{})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = listener.Close()
	}()
	if err := http.Serve(listener, handler); !errors.Is(err, net.ErrClosed) { // #nosec G115 -- no timeouts, among friends
		return err
	}
	return service.Close()
}

// largeStore is a folder, or the bucket of a server.
func largeStore(ctx context.Context, folder string) (artifacts.Store, error) {
	bucket, endpoint := os.Getenv("PATTERNBOOK_LARGE_BUCKET"), os.Getenv("PATTERNBOOK_LARGE_ENDPOINT")
	if bucket == "" {
		return dir.Open(filepath.Join(folder, "artifacts"))
	}
	return s3.Open(ctx, s3.Config{
		Bucket: bucket, Endpoint: endpoint, Region: s3test.Region, PathStyle: true,
		AccessKey: s3test.AccessKey, SecretKey: s3test.SecretKey, TempDir: folder,
	})
}

// largeClient publishes a folder, gets what was published into it, or sends all
// its files at once.
func largeClient() error {
	c, err := client.New(os.Getenv("PATTERNBOOK_LARGE_ADDRESS"), client.Options{Token: os.Getenv("PATTERNBOOK_LARGE_TOKEN")})
	if err != nil {
		return err
	}
	name, err := schema.ParseDesign("ada/large")
	if err != nil {
		return err
	}
	at := os.Getenv("PATTERNBOOK_LARGE_DIR")
	switch os.Getenv("PATTERNBOOK_LARGE_ROLE") {
	case "publish":
		_, err = c.PublishFolder(context.Background(), at, name, client.PublishOptions{})
	case "get":
		_, err = c.Get(context.Background(), schema.Reference{Design: name}, at, false, nil)
	case "send":
		err = sendAll(c, at)
	}
	if err != nil {
		return err
	}
	peak, err := peakMemory(os.Getpid())
	fmt.Println(peak)
	return err
}

// sendAll sends the files of a folder, all at once.
func sendAll(c *client.Client, folder string) error {
	list, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var group errgroup.Group
	for _, e := range list {
		group.Go(func() error {
			path := filepath.Join(folder, e.Name())
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			h := sha256.New()
			size, err := io.Copy(h, f)
			if err = errors.Join(err, f.Close()); err != nil {
				return err
			}
			return c.SendArtifact(context.Background(), schema.DigestFromHash(h), size, func() (io.ReadSeekCloser, error) { return os.Open(path) }, nil)
		})
	}
	return group.Wait()
}

// peakMemory gives the most memory that a process has ever had, in KiB.
func peakMemory(pid int) (int, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strconv.Atoi(strings.Fields(rest)[0])
		}
	}
	return 0, errors.New("the kernel does not tell the peak of memory")
}

// TestLargeFile publishes a file of 2 GiB and fetches it again, and measures
// what registry and client take of memory:
//
//	PATTERNBOOK_LARGE=1 go test -tags sqlite_fts5,sqlite_math_functions -run LargeFile -v ./client
func TestLargeFile(t *testing.T) {
	if os.Getenv("PATTERNBOOK_LARGE") == "" {
		t.Skip("PATTERNBOOK_LARGE is not set: this writes 6 GiB to the temporary folder and takes minutes")
	}
	if _, err := peakMemory(os.Getpid()); err != nil {
		t.Skip("there is no /proc to measure memory by:", err)
	}
	data, source, target := t.TempDir(), t.TempDir(), t.TempDir()
	write(t, filepath.Join(source, "okh.toml"), strings.Replace(lampManifest, "bom = \"bom.csv\"\n", "", 1))
	makeLarge(t, filepath.Join(source, "scan.stl"), largeFile)
	token := role(t, "registry", data)
	command, address, stop := startRegistry(t, data, token)
	published := role(t, "publish", source, "PATTERNBOOK_LARGE_ADDRESS="+address, "PATTERNBOOK_LARGE_TOKEN="+token)
	received, err := peakMemory(command.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	fetched := role(t, "get", target, "PATTERNBOOK_LARGE_ADDRESS="+address, "PATTERNBOOK_LARGE_TOKEN="+token)
	served, err := peakMemory(command.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if info, err := os.Stat(filepath.Join(target, "scan.stl")); err != nil || info.Size() != largeFile {
		t.Errorf("the file came back as %v, %v", info, err)
	}
	for what, text := range map[string]string{
		"the client that publishes": published, "the client that fetches": fetched,
		"the registry after publishing": strconv.Itoa(received), "the registry after fetching": strconv.Itoa(served),
	} {
		kib, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s has taken %.1f MiB", what, float64(kib)/1024)
		if kib > mostMemory {
			t.Errorf("%s has taken %d KiB, more than %d", what, kib, mostMemory)
		}
	}
}

// TestEightAtOnce sends eight files of 1 GiB at once, to a folder and to S3, and
// measures what the registry takes of memory.
func TestEightAtOnce(t *testing.T) {
	if os.Getenv("PATTERNBOOK_LARGE") == "" {
		t.Skip("PATTERNBOOK_LARGE is not set: this writes 16 GiB to the temporary folder and takes minutes")
	}
	if _, err := peakMemory(os.Getpid()); err != nil {
		t.Skip("there is no /proc to measure memory by:", err)
	}
	for name, bucket := range map[string]func(t *testing.T) []string{
		"folder": func(*testing.T) []string { return nil },
		"S3": func(t *testing.T) []string {
			server := s3test.Start(t)
			return []string{"PATTERNBOOK_LARGE_BUCKET=" + server.Bucket, "PATTERNBOOK_LARGE_ENDPOINT=" + server.Endpoint}
		},
	} {
		t.Run(name, func(t *testing.T) {
			data, source := t.TempDir(), t.TempDir()
			for i := range int64(8) {
				makeLarge(t, filepath.Join(source, strconv.FormatInt(i, 10)), 1<<30+i)
			}
			env := bucket(t)
			token := role(t, "registry", data, env...)
			command, address, stop := startRegistry(t, data, token, env...)
			sent := role(t, "send", source, "PATTERNBOOK_LARGE_ADDRESS="+address, "PATTERNBOOK_LARGE_TOKEN="+token)
			received, err := peakMemory(command.Process.Pid)
			if err != nil {
				t.Fatal(err)
			}
			stop()
			t.Logf("the registry has taken %.1f MiB, the client %s KiB", float64(received)/1024, sent)
			if received > mostMemory {
				t.Errorf("the registry has taken %d KiB, more than %d", received, mostMemory)
			}
		})
	}
}

// makeLarge writes a file of large size that is mostly a hole.
func makeLarge(t *testing.T, path string, size int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(0); at < size; at += 16 << 20 {
		if _, err := f.WriteAt([]byte(strconv.FormatInt(at, 10)), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func roleCommand(t *testing.T, role, folder string, env ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(append(os.Environ(), "PATTERNBOOK_LARGE_ROLE="+role, "PATTERNBOOK_LARGE_DIR="+folder), env...)
	command.Stderr = os.Stderr
	return command
}

// role runs this program in a role and gives what it printed.
func role(t *testing.T, role, folder string, env ...string) string {
	t.Helper()
	out, err := roleCommand(t, role, folder, env...).Output()
	if err != nil {
		t.Fatalf("%s: %v", role, err)
	}
	return strings.TrimSpace(string(out))
}

func startRegistry(t *testing.T, folder, token string, env ...string) (command *exec.Cmd, address string, stop func()) {
	t.Helper()
	command = roleCommand(t, "registry", folder, append(env, "PATTERNBOOK_LARGE_TOKEN="+token)...)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscanln(out, &address); err != nil {
		t.Fatal(err)
	}
	return command, address, func() {
		_ = in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the registry ended with %v", err)
		}
	}
}
