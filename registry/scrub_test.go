package registry

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// harm changes or removes the stored bytes of an artifact behind the registry's back.
func (f *fixture) harm(data string, to []byte) {
	f.t.Helper()
	hex := schema.DigestOf([]byte(data)).Hex()
	path := filepath.Join(f.dir, "artifacts", "sha256", hex[:2], hex)
	if to == nil {
		check(f.t, os.Remove(path))
		return
	}
	check(f.t, os.Chmod(path, 0o600))
	check(f.t, os.WriteFile(path, to, 0o600))
}

func (f *fixture) scrub(o ScrubOptions) (Scrub, map[string]Damage) {
	f.t.Helper()
	damage := make(map[string]Damage)
	o.Tell = func(d Damage) { damage[d.Digest.String()] = d }
	r, err := f.Scrub(context.Background(), o)
	check(f.t, err)
	return r, damage
}

func TestScrub(t *testing.T) {
	f := open(t, "ada", "bob")
	fs := lamp()
	f.publish("ada/lamp", "1.0.0", fs)
	f.send("bob", "not published")
	if r, _ := f.scrub(ScrubOptions{}); r.Damaged != 0 || r.Checked != len(fs)+1 {
		t.Errorf("a whole store gives %+v, want %d artifacts, all whole", r, len(fs)+1)
	}
	f.harm(fs["lamp.scad"], nil)
	f.harm(fs["README.md"], []byte("A lamp"))
	f.harm(fs["LICENSE"], []byte("cern-ohl-s-2.0"))
	f.harm("not published", []byte("NOT published"))
	states := map[string]DamageState{"lamp.scad": DamageMissing, "README.md": DamageTruncated, "LICENSE": DamageRotten}
	r, damage := f.scrub(ScrubOptions{})
	if r.Damaged != 4 || r.Checked != len(fs)+1 {
		t.Errorf("it gives %+v, want 4 damaged", r)
	}
	for path, want := range states {
		d := damage[schema.DigestOf([]byte(fs[path])).String()]
		if d.State != want || len(d.Needs) != 1 || d.Needs[0].Path != path || d.Needs[0].Design != design("ada/lamp") {
			t.Errorf("%s is %+v, want it %s, with the release that needs it", path, d, want)
		}
	}
	if d := damage[schema.DigestOf([]byte("not published")).String()]; d.State != DamageRotten || len(d.Needs) != 0 {
		t.Errorf("what is not published is %+v, want it rotten", d)
	}
	// From now on they are asked for again, and sending them heals.
	missing, err := f.Missing(context.Background(), As(name("ada")), []schema.Digest{schema.DigestOf([]byte(fs["LICENSE"])), schema.DigestOf([]byte(fs["okh.toml"]))})
	if err != nil || len(missing) != 1 {
		t.Errorf("missing are %v, %v; want the damaged one", missing, err)
	}
	f.send("bob", fs["LICENSE"])
	if got, err := f.read(schema.Name{}, schema.DigestOf([]byte(fs["LICENSE"]))); err != nil || got != fs["LICENSE"] {
		t.Errorf("sent again it reads %q, %v", got, err)
	}
	r, damage = f.scrub(ScrubOptions{Repair: func(_ context.Context, d schema.Digest, _ int64) (io.ReadCloser, error) {
		for path, data := range fs {
			if schema.DigestOf([]byte(data)) == d && path != "README.md" {
				return io.NopCloser(strings.NewReader(data)), nil
			}
		}
		return io.NopCloser(bytes.NewReader([]byte("something else"))), nil
	}})
	if r.Damaged != 3 || r.Repaired != 1 {
		t.Errorf("repaired, it gives %+v, want one of three repaired", r)
	}
	if d := damage[schema.DigestOf([]byte(fs["README.md"])).String()]; d.Repaired || !strings.Contains(d.Detail, "digest") && !strings.Contains(d.Detail, "bytes") {
		t.Errorf("a repair with other bytes gives %+v", d)
	}
	if got, err := f.read(schema.Name{}, schema.DigestOf([]byte(fs["lamp.scad"]))); err != nil || got != fs["lamp.scad"] {
		t.Errorf("repaired it reads %q, %v", got, err)
	}
}

// What the law forced out is no damage, and is not repaired.
func TestScrubLeavesRedactedAlone(t *testing.T) {
	f := open(t, "ada")
	f.publish("ada/lamp", "1.0.0", lamp())
	f.redact("ada", "cube(1);", "By order.")
	r, damage := f.scrub(ScrubOptions{Repair: func(context.Context, schema.Digest, int64) (io.ReadCloser, error) {
		return nil, errors.New("not to be asked")
	}})
	if r.Damaged != 0 || len(damage) != 0 {
		t.Errorf("it gives %+v, %v", r, damage)
	}
}
