package registry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A clock is one that tests set. It is also that of the folder store, whose times
// the system gives, so it only runs ahead.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// openAt opens a registry with a clock and limits of its own.
func openAt(t *testing.T, l Limits, accounts ...string) (*fixture, *clock) {
	c := &clock{}
	f := open(t, accounts...)
	f.o.Now, f.o.Limits = c.now, l
	f.reopen()
	return f, c
}

func (f *fixture) collect() Garbage {
	f.t.Helper()
	g, err := f.CollectGarbage(context.Background(), GarbageOptions{})
	check(f.t, err)
	return g
}

func (f *fixture) isStored(data string) bool {
	f.t.Helper()
	_, err := f.artifacts.Stat(context.Background(), schema.DigestOf([]byte(data)))
	if err != nil && !errors.Is(err, schema.NotFound) {
		f.t.Fatal(err)
	}
	return err == nil
}

func TestGarbage(t *testing.T) {
	f, c := openAt(t, Limits{Grace: 10 * day}, "ada", "bob")
	ctx := context.Background()
	f.publish("ada/lamp", "1.0.0", lamp())
	f.send("ada", "left over")
	f.send("bob", "left over")
	f.send("bob", "asked about")
	for _, d := range []time.Duration{0, 9 * day} {
		c.pass(d)
		if g := f.collect(); g.Removed != 0 || !f.isStored("left over") {
			t.Errorf("after %v it removed %+v", d, g)
		}
	}
	c.pass(2 * day)
	if missing, err := f.Missing(ctx, As(name("bob")), []schema.Digest{schema.DigestOf([]byte("asked about"))}); err != nil || len(missing) != 0 {
		t.Fatalf("missing are %v, %v", missing, err)
	}
	dry, err := f.CollectGarbage(ctx, GarbageOptions{DryRun: true})
	check(t, err)
	if !f.isStored("left over") || dry.Removed != 1 || dry.Bytes != 9 {
		t.Errorf("a dry run tells %+v, want one artifact of 9 bytes, and leaves it", dry)
	}
	var told []string
	g, err := f.CollectGarbage(ctx, GarbageOptions{Tell: func(i artifacts.Info, why string) { told = append(told, i.Digest.String()+" "+why) }})
	check(t, err)
	if g.Removed != 1 || g.Bytes != 9 || len(told) != 1 || !strings.HasPrefix(told[0], schema.DigestOf([]byte("left over")).String()) || f.isStored("left over") {
		t.Errorf("it removed %+v and told %q, want what was left over alone", g, told)
	}
	if own, all, err := f.vault.Usage(ctx, name("bob")); err != nil || own != 11 || all != g.keptBytes(t, f) {
		t.Errorf("bob has sent %d bytes, all %d (%v); want 11, and what is stored", own, all, err)
	}
	if !f.isStored("asked about") {
		t.Error("what its sender was told is here is gone")
	}
	c.pass(2 * lease)
	if g := f.collect(); g.Removed != 1 || f.isStored("asked about") {
		t.Errorf("after the lease it removed %+v", g)
	}
	if got, err := f.read(schema.Name{}, schema.DigestOf([]byte("cube(1);"))); err != nil || got != "cube(1);" {
		t.Errorf("a published file reads %q, %v", got, err)
	}
	missing, err := f.Missing(ctx, As(name("bob")), []schema.Digest{schema.DigestOf([]byte("left over"))})
	if err != nil || len(missing) != 1 {
		t.Errorf("missing are %v, %v; want what was removed", missing, err)
	}
}

// keptBytes adds up what is stored.
func (Garbage) keptBytes(t *testing.T, f *fixture) (n int64) {
	t.Helper()
	for info, err := range f.artifacts.List(context.Background()) {
		check(t, err)
		n += info.Size
	}
	return n
}

// What was stored by a process that was killed before it could note it is
// collected, too, but not while it is young.
func TestGarbageThatNobodyNoted(t *testing.T) {
	f, c := openAt(t, Limits{Grace: day}, "ada")
	check(t, f.artifacts.Put(context.Background(), schema.DigestOf([]byte("orphan")), 6, strings.NewReader("orphan")))
	if g := f.collect(); g.Removed != 0 {
		t.Errorf("it removed %+v at once", g)
	}
	c.pass(25 * time.Hour)
	if g := f.collect(); g.Removed != 1 || f.isStored("orphan") {
		t.Errorf("it removed %+v, want the orphan", g)
	}
}

// TestPublishBesideCollecting publishes thousands of times while garbage is
// collected without any grace and leases run out at random: what was acknowledged
// is there to its last byte.
func TestPublishBesideCollecting(t *testing.T) {
	const publishers, rounds = 4, 500
	f, c := openAt(t, Limits{Grace: -1}, "ada")
	ctx, stop := context.WithCancel(context.Background())
	var collected, refused atomic.Int64
	var collectors, all sync.WaitGroup
	collectors.Go(func() {
		for ctx.Err() == nil {
			g, err := f.CollectGarbage(context.Background(), GarbageOptions{})
			if err != nil {
				t.Errorf("collect: %v", err)
				return
			}
			collected.Add(int64(g.Removed))
			c.ahead.Store(rand.Int64N(int64(3 * lease))) // not so far that what is being written looks old
		}
	})
	done := make([][]string, publishers)
	for p := range publishers {
		all.Go(func() {
			for i := range rounds {
				// Several publish the same bytes, so that one's are another's garbage.
				text := fmt.Sprintf("version of round %d", i)
				if err := publishOnce(f, fmt.Sprintf("ada/thing-%d", p), fmt.Sprintf("1.0.%d", i), text); err == nil {
					done[p] = append(done[p], text)
				} else if errors.Is(err, schema.MissingArtifacts) {
					refused.Add(1)
				} else {
					t.Errorf("publish: %v", err)
				}
			}
		})
	}
	all.Wait()
	stop()
	collectors.Wait()
	f.collect()
	count := 0
	for _, texts := range done {
		for _, text := range texts {
			if got, err := f.read(schema.Name{}, schema.DigestOf([]byte(text))); err != nil || got != text {
				t.Fatalf("a published file reads %q, %v", got, err)
			}
			count++
		}
	}
	t.Logf("%d published, %d refused for files that were gone, %d artifacts collected meanwhile", count, refused.Load(), collected.Load())
	if count == 0 || collected.Load() == 0 {
		t.Error("nothing was raced")
	}
}

// publishOnce sends a file if it is said to be missing and publishes it. In between
// it may leave what others collect.
func publishOnce(f *fixture, d, v, text string) error {
	ctx := context.Background()
	p, fs := plain(d, v, text)
	missing, err := f.Missing(ctx, As(name("ada")), []schema.Digest{schema.DigestOf([]byte(text))})
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		if _, err := send(f.Service, name("ada"), fs["okh.toml"]); err != nil {
			return err
		}
	}
	if _, err := send(f.Service, name("ada"), "garbage of "+v+" "+d); err != nil {
		return err
	}
	_, err = f.Publish(ctx, As(name("ada")), p)
	return err
}

// What the law forced out is gone, says why, and does not come back.
func TestRedaction(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	f.publish("ada/lamp", "1.0.0", lamp())
	f.redact("bob", "cube(1);", "Order of the court.")
	f.redact("bob", "cube(1);", "Order of the court.") // again
	d := schema.DigestOf([]byte("cube(1);"))
	if f.isStored("cube(1);") {
		t.Error("its bytes are still there")
	}
	_, err := f.read(schema.Name{}, d)
	wantKind(t, "reading it", err, schema.Removed, "Order of the court.")
	_, err = send(f.Service, name("ada"), "cube(1);")
	wantKind(t, "sending it again", err, schema.Removed, "Order of the court.")
	_, err = f.BeginUpload(ctx, As(name("ada")), d, 8, "")
	wantKind(t, "sending it in pieces", err, schema.Removed, "Order of the court.")
	p, _ := plain("ada/other", "1.0.0", "cube(1);")
	_, err = f.Publish(ctx, As(name("ada")), p)
	wantKind(t, "publishing it again", err, schema.Removed)
	if r := f.resolve("ada/lamp"); r.Version != version("1.0.0") {
		t.Errorf("the release resolves to %v", r.Version)
	}
	needs, err := f.Needs(ctx, d, 10)
	if want := (index.Need{Design: design("ada/lamp"), Version: version("1.0.0"), Path: "lamp.scad"}); err != nil || len(needs) != 1 || needs[0] != want {
		t.Errorf("it is needed by %v, %v; want %v", needs, err, want)
	}
	// A copy that comes back by other ways, such as a backup, goes again.
	check(t, f.artifacts.Put(ctx, d, 8, strings.NewReader("cube(1);")))
	if _, err := f.read(schema.Name{}, d); !errors.Is(err, schema.Removed) {
		t.Errorf("brought back it reads with %v", err)
	}
	if g := f.collect(); g.Removed != 1 || f.isStored("cube(1);") {
		t.Errorf("brought back it stays: %+v", g)
	}
	_, err = f.Redact(ctx, Keeper(name("bob")), schema.Redaction{Head: schema.Head{Kind: schema.KindRedaction, Author: name("bob")}, Artifact: schema.DigestOf([]byte("never")), Reason: "x"})
	wantKind(t, "redacting what is not here", err, schema.NotFound)
}
