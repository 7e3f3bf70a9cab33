package artifactstest

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

func put(t *testing.T, s artifacts.Store, b []byte) schema.Digest {
	t.Helper()
	digest := schema.DigestOf(b)
	if err := s.Put(t.Context(), digest, int64(len(b)), bytes.NewReader(b)); err != nil {
		t.Fatalf("Put of %d bytes: %v", len(b), err)
	}
	return digest
}

func get(t *testing.T, s artifacts.Store, digest schema.Digest) []byte {
	t.Helper()
	o, err := s.Open(t.Context(), digest)
	if err != nil {
		t.Fatalf("Open %s: %v", digest, err)
	}
	b, err := io.ReadAll(o)
	if err := errors.Join(err, o.Close()); err != nil {
		t.Fatalf("read %s: %v", digest, err)
	}
	return b
}

func wantBytes(t *testing.T, s artifacts.Store, want []byte) {
	t.Helper()
	if got := get(t, s, schema.DigestOf(want)); !bytes.Equal(got, want) {
		t.Errorf("got %d bytes back that are not the %d put", len(got), len(want))
	}
}

func wantKind(t *testing.T, err error, kind schema.Kind) {
	t.Helper()
	if err == nil || !errors.Is(err, kind) {
		t.Errorf("got error %v, want one of kind %s", err, kind)
	}
}

// wantNothing checks that nothing of the digest, and nothing else, is there.
func wantNothing(t *testing.T, s artifacts.Store, digest schema.Digest) {
	t.Helper()
	_, err := s.Stat(t.Context(), digest)
	wantKind(t, err, schema.NotFound)
	_, err = s.Open(t.Context(), digest)
	wantKind(t, err, schema.NotFound)
	if got := list(t, s); len(got) != 0 {
		t.Errorf("List gives %v, want nothing", got)
	}
	wantNoLeftovers(t, s)
}

func wantNoLeftovers(t *testing.T, s artifacts.Store) {
	t.Helper()
	if n, err := s.Sweep(t.Context(), time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("Sweep finds %d leftovers, error %v, want none", n, err)
	}
}

func list(t *testing.T, s artifacts.Store) (infos []artifacts.Info) {
	t.Helper()
	for info, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		infos = append(infos, info)
	}
	return infos
}
