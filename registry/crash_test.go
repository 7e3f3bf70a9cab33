package registry

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// The environment of a child process that publishes until it is killed.
const (
	childDir  = "PATTERNBOOK_TEST_CRASH_DIR"  // folder of the registry
	childStep = "PATTERNBOOK_TEST_CRASH_STEP" // step of a commit at which it kills itself, "" for never
	childNth  = "PATTERNBOOK_TEST_CRASH_NTH"  // at which such step, from 1
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childDir); folder != "" {
		nth, _ := strconv.Atoi(os.Getenv(childNth))
		fmt.Fprintln(os.Stderr, publishUntilKilled(folder, os.Getenv(childStep), nth))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const childDesigns = 4 // published at once, so that commits are shared

// publishUntilKilled publishes one version after another and writes a line for
// each that was acknowledged: design, version, digest, number.
func publishUntilKilled(folder, step string, nth int) error {
	s, err := openDir(folder, Options{Log: quiet})
	if err != nil {
		return err
	}
	ada := name("ada")
	if err := s.vault.OpenAccount(context.Background(), ada, "no hash", time.Now()); err != nil && !errors.Is(err, schema.Conflict) {
		return err
	}
	met := 0
	s.writer.fault = func(at string) error {
		if at == step {
			if met++; met == nth {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		return nil
	}
	ended := make(chan error)
	for i := range childDesigns {
		go func() { ended <- publishOn(s, fmt.Sprintf("ada/thing-%d", i)) }()
	}
	return <-ended
}

func publishOn(s *Service, d string) error {
	releases, err := s.Versions(context.Background(), design(d))
	if err != nil && !errors.Is(err, schema.NotFound) {
		return err
	}
	for i := len(releases); ; i++ {
		done, v, err := publishNth(s, d, i)
		if err != nil {
			return err
		}
		// One write, which is whole in the pipe or not there.
		fmt.Fprintf(os.Stdout, "%s %s %s %d\n", d, v, done.Digest, done.LedgerIndex)
	}
}

func publishNth(s *Service, d string, i int) (Published, string, error) {
	v := fmt.Sprintf("1.0.%d", i)
	p, fs := plain(d, v, d+v)
	for _, data := range fs {
		if _, err := send(s, p.Release.Author, data); err != nil {
			return Published{}, v, err
		}
	}
	done, err := s.Publish(context.Background(), As(p.Release.Author), p)
	return done, v, err
}

// runChild runs a child until it is killed, by itself or, after so many
// acknowledgements, by us, and gives what it acknowledged.
func runChild(t *testing.T, folder, step string, nth, killAfter int) (acks []string) {
	t.Helper()
	r, w, err := os.Pipe()
	check(t, err)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+folder, childStep+"="+step, childNth+"="+strconv.Itoa(nth))
	child.Stdout = w
	var problems strings.Builder
	child.Stderr = &problems
	check(t, child.Start())
	check(t, w.Close())
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			if err != io.EOF || line != "" {
				t.Errorf("the child's last line is %q: %v", line, err)
			}
			break
		}
		acks = append(acks, strings.TrimSuffix(line, "\n"))
		if killAfter > 0 && len(acks) == killAfter {
			check(t, child.Process.Kill())
		}
	}
	check(t, r.Close())
	err = child.Wait()
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed, it ended with %v: %s", err, problems.String())
	}
	return acks
}

// wantAcknowledged opens the registry after a crash and checks that everything
// that was acknowledged is there, and that it goes on.
func wantAcknowledged(t *testing.T, f *fixture, acks []string) {
	t.Helper()
	f.reopen()
	for _, ack := range acks {
		var d, v, digest string
		var number int64
		if _, err := fmt.Sscan(ack, &d, &v, &digest, &number); err != nil {
			t.Fatalf("%q: %v", ack, err)
		}
		r, err := f.Resolve(context.Background(), ref(d+"@"+v))
		if err != nil || r.Digest.String() != digest || r.Number != number {
			t.Errorf("acknowledged was %q; now it is %s in entry %d (%v)", ack, r.Digest, r.Number, err)
			continue
		}
		if _, err := f.read(schema.Name{}, schema.DigestOf([]byte(d+v))); err != nil {
			t.Errorf("the file of %s %s: %v", d, v, err)
		}
	}
	f.wantSound()
	for i := range childDesigns {
		d := fmt.Sprintf("ada/thing-%d", i)
		releases, err := f.Versions(context.Background(), design(d))
		if err != nil && !errors.Is(err, schema.NotFound) {
			t.Fatal(err)
		}
		for k := range len(releases) + 1 { // the last is new
			done, v, err := publishNth(f.Service, d, k)
			if err != nil || done.New != (k == len(releases)) {
				t.Errorf("%s %s again: %+v, %v", d, v, done, err)
			}
		}
	}
	f.wantSound()
	check(t, f.Close())
	f.Service = nil
}

// crashed gives a fixture whose registry only children open, until it is reopened.
func crashed(t *testing.T) *fixture {
	f := &fixture{t: t, dir: t.TempDir(), o: Options{Log: quiet}}
	t.Cleanup(func() {
		if f.Service != nil {
			_ = f.Close()
		}
	})
	return f
}

// A process is killed at each step of a commit, at its first and at a later one.
func TestKilledAtEachStep(t *testing.T) {
	for _, step := range []string{"before-ledger", "in-ledger", "between", "after-index"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			f := crashed(t)
			var acks []string
			for _, nth := range []int{1, 2, 9} {
				acks = append(acks, runChild(t, f.dir, step, nth, 0)...)
				wantAcknowledged(t, f, acks)
			}
			if len(acks) == 0 {
				t.Error("nothing was acknowledged, so nothing was tested")
			}
		})
	}
}

// What was committed to the ledger, and not to the index, counts: the process was
// killed between the two, with the publication of one release.
func TestKilledBetweenTheCommits(t *testing.T) {
	for _, test := range []struct {
		step string
		kept bool
	}{{"in-ledger", false}, {"between", true}} {
		t.Run(test.step, func(t *testing.T) {
			f := crashed(t)
			f.reopen()
			f.account("ada")
			_, _, err := publishNth(f.Service, "ada/thing-0", 0)
			check(t, err)
			check(t, f.Close())
			// Each of the four sends a file, then publishes: kill at the commits one by
			// one until a release was among them.
			for nth := 1; ; nth++ {
				acks := runChild(t, f.dir, test.step, 1, 0)
				if len(acks) > 0 {
					t.Fatalf("acknowledged before the first commit: %v", acks)
				}
				s, err := openDir(f.dir, f.o)
				check(t, err)
				f.Service = s
				n := f.size()
				if !test.kept {
					if n != 2 {
						t.Errorf("the ledger has %d entries, want 2: what was not committed counts", n)
					}
					f.wantSound()
					return
				}
				if n > 2 {
					f.wantSound()
					return
				}
				check(t, f.Close())
				if nth > 20 {
					t.Fatal("no release was ever committed")
				}
			}
		})
	}
}

// A process is killed from outside at any time, again and again.
func TestKilledAtAnyTime(t *testing.T) {
	f := crashed(t)
	var acks []string
	var rounds = 6
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		more := runChild(t, f.dir, "", 0, 1+rand.IntN(30))
		acks = append(acks, more...)
		wantAcknowledged(t, f, acks)
	}
}

// Several processes want the folder; one gets it.
func TestOneProcessAtATime(t *testing.T) {
	folder := t.TempDir()
	var all sync.WaitGroup
	opened := make(chan *Service, 4)
	for range 4 {
		all.Go(func() {
			s, err := openDir(folder, Options{Log: quiet})
			if err != nil && !errors.Is(err, schema.Conflict) {
				t.Errorf("got %v, want a conflict", err)
			}
			if err == nil {
				opened <- s
			}
		})
	}
	all.Wait()
	close(opened)
	n := 0
	for s := range opened {
		n++
		check(t, s.Close())
	}
	if n != 1 {
		t.Errorf("%d opened the folder at once, want 1", n)
	}
}
