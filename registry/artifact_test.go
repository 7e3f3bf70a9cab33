package registry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// What is sent and not published is for its sender alone: others can neither read
// it nor learn that it is there.
func TestUnpublishedArtifacts(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	nobody, ada, bob := schema.Name{}, name("ada"), name("bob")
	d := f.send("ada", "secret")
	none := schema.DigestOf([]byte("none"))
	if got, err := f.read(ada, d); err != nil || got != "secret" {
		t.Errorf("its sender reads %q, %v", got, err)
	}
	for _, who := range []schema.Name{nobody, bob} {
		_, err := f.read(who, d)
		wantKind(t, fmt.Sprintf("read by %q", who), err, schema.NotFound)
		_, unknown := f.read(who, none)
		if err != nil && strings.ReplaceAll(err.Error(), d.String(), "") != strings.ReplaceAll(unknown.Error(), none.String(), "") {
			t.Errorf("%q tells what was sent (%v) from what was not (%v)", who, err, unknown)
		}
	}
	for _, test := range []struct {
		by   schema.Name
		want []schema.Digest
	}{{ada, []schema.Digest{none}}, {bob, []schema.Digest{d, none}}} {
		got, err := f.Missing(ctx, As(test.by), []schema.Digest{d, none})
		check(t, err)
		if !slices.Equal(got, test.want) {
			t.Errorf("missing for %s: got %v, want %v", test.by, got, test.want)
		}
	}
	// Naming a digest is no proof of having its bytes, having them is.
	err := f.PutArtifact(ctx, As(bob), d, 6, strings.NewReader("guess!"))
	wantKind(t, "other bytes under a digest that is stored", err, schema.DigestMismatch)
	if _, err := f.read(bob, d); err == nil {
		t.Error("who sent other bytes reads the true ones")
	}
	f.send("bob", "secret")
	if got, err := f.read(bob, d); err != nil || got != "secret" {
		t.Errorf("who has sent the same reads %q, %v", got, err)
	}
}

func TestPublishedArtifactsAreOpen(t *testing.T) {
	f := open(t, "ada")
	f.publish("ada/lamp", "1.0.0", lamp())
	d := schema.DigestOf([]byte("cube(1);"))
	if got, err := f.read(schema.Name{}, d); err != nil || got != "cube(1);" {
		t.Errorf("anybody reads %q, %v", got, err)
	}
	f.yank("ada/lamp", "1.0.0")
	if _, err := f.read(schema.Name{}, d); err != nil {
		t.Errorf("yanked: %v; its bytes stay", err)
	}
	missing, err := f.Missing(context.Background(), As(name("ada")), []schema.Digest{d})
	if err != nil || len(missing) != 0 || missing == nil {
		t.Errorf("missing are %v, %v; want an empty list", missing, err)
	}
}

func TestPutArtifactRefuses(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	d := schema.DigestOf([]byte("right"))
	wantKind(t, "without an account", f.PutArtifact(ctx, Actor{}, d, 5, strings.NewReader("right")), schema.Unauthenticated)
	wantKind(t, "other bytes", f.PutArtifact(ctx, As(name("ada")), d, 5, strings.NewReader("wrong")), schema.DigestMismatch)
	for _, size := range []int64{4, 6} {
		if err := f.PutArtifact(ctx, As(name("ada")), d, size, strings.NewReader("right")); err == nil {
			t.Errorf("5 bytes were taken for %d", size)
		}
	}
	if _, err := f.read(name("ada"), d); schema.KindOf(err) != schema.NotFound {
		t.Errorf("refused uploads left something: %v", err)
	}
	check(t, f.PutArtifact(ctx, As(name("ada")), d, -1, strings.NewReader("right")))
	commits := f.faultAt("", nil)
	check(t, f.PutArtifact(ctx, As(name("ada")), d, 5, strings.NewReader("right")))
	if *commits != 0 {
		t.Errorf("the same upload again made %d commits, want none", *commits)
	}
	_, err := f.Missing(ctx, As(name("ada")), make([]schema.Digest, MaxMissing+1))
	wantKind(t, "asking about too many", err, schema.TooLarge, fmt.Sprint(MaxMissing))
	_, err = f.Missing(ctx, Actor{}, nil)
	wantKind(t, "asking without an account", err, schema.Unauthenticated)
}

// A file that has rotted in the store is refused, not served.
func TestRottenArtifact(t *testing.T) {
	f := open(t, "ada")
	f.publish("ada/lamp", "1.0.0", lamp())
	d := schema.DigestOf([]byte("cube(1);"))
	var path string
	check(t, filepath.WalkDir(f.dir, func(p string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(p, d.Hex()) {
			path = p
		}
		return err
	}))
	check(t, os.Chmod(path, 0o600))
	check(t, os.WriteFile(path, []byte("cube(2);"), 0o600))
	_, err := f.read(schema.Name{}, d)
	wantKind(t, "reading it", err, schema.DigestMismatch)
}
