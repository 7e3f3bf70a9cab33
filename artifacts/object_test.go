package artifacts

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/patternbook/patternbook/schema"
)

// A source is stored bytes; it tells whether it was closed.
type source struct {
	io.ReadSeeker
	closed bool
}

func (s *source) Close() error {
	s.closed = true
	return nil
}

func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 >> 3)
	}
	return b
}

func object(t *testing.T, digest schema.Digest, b []byte) (*Object, *source) {
	t.Helper()
	src := &source{ReadSeeker: bytes.NewReader(b)}
	o, err := NewObject(Info{Digest: digest, Size: int64(len(b))}, src)
	if err != nil {
		t.Fatal(err)
	}
	return o, src
}

// TestEndIsWithheld: of wrong bytes the receiver never gets the end, however it reads.
func TestEndIsWithheld(t *testing.T) {
	b := pattern(3*WholeChecked + 100)
	for _, chunk := range []int{1000, WholeChecked - 1, WholeChecked, len(b) + 1} {
		o, _ := object(t, schema.DigestOf([]byte("other")), b)
		var got int
		var err error
		for err == nil {
			var n int
			n, err = o.Read(make([]byte, chunk))
			got += n
		}
		if !errors.Is(err, schema.DigestMismatch) || got > len(b)-WholeChecked {
			t.Errorf("in chunks of %d: %d of %d bytes, error %v", chunk, got, len(b), err)
		}
		if _, again := o.Read(make([]byte, 1)); !errors.Is(again, schema.DigestMismatch) {
			t.Errorf("the next Read gives %v, want the mismatch again", again)
		}
	}
}

func TestSmallIsCheckedAtOnce(t *testing.T) {
	src := &source{ReadSeeker: bytes.NewReader(pattern(100))}
	_, err := NewObject(Info{Digest: schema.DigestOf(nil), Size: 100}, src)
	if !errors.Is(err, schema.DigestMismatch) || !src.closed {
		t.Errorf("got %v, source closed %v; want a mismatch and the source closed", err, src.closed)
	}
}

// TestDetourKeepsVerification: looking elsewhere and coming back loses nothing.
func TestDetourKeepsVerification(t *testing.T) {
	b := pattern(2*WholeChecked + 100)
	for name, digest := range map[string]schema.Digest{"right": schema.DigestOf(b), "wrong": schema.DigestOf(nil)} {
		o, _ := object(t, digest, b)
		first := make([]byte, 1000)
		if _, err := io.ReadFull(o, first); err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{int64(len(b)) - 10, 500, 1000} {
			if _, err := o.Seek(at, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if at != 1000 {
				if _, err := io.ReadFull(o, make([]byte, 10)); err != nil {
					t.Fatalf("a part from %d: %v", at, err)
				}
			}
		}
		rest, err := io.ReadAll(o)
		if right := name == "right"; right != (err == nil) || right && !bytes.Equal(rest, b[1000:]) {
			t.Errorf("%s digest: the rest is %d bytes, error %v", name, len(rest), err)
		}
	}
}

// TestShortSource: a source that ends too soon is no end of the artifact.
func TestShortSource(t *testing.T) {
	b := pattern(3 * WholeChecked)
	for _, cut := range []int{1, WholeChecked, 2*WholeChecked + 1} {
		src := &source{ReadSeeker: bytes.NewReader(b[:len(b)-cut])}
		o, err := NewObject(Info{Digest: schema.DigestOf(b), Size: int64(len(b))}, src)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, o); err == nil {
			t.Errorf("cut by %d: all of it (%d bytes) was given as whole", cut, n)
		}
	}
}

func TestObjectReads(t *testing.T) {
	for _, size := range []int{0, 10, WholeChecked, WholeChecked + 10, 2 * WholeChecked} {
		b := pattern(size)
		o, src := object(t, schema.DigestOf(b), b)
		if err := iotest.TestReader(o, b); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if err := errors.Join(o.Close(), o.Close()); err != nil || !src.closed {
			t.Errorf("Close gives %v, source closed %v", err, src.closed)
		}
	}
}

// FuzzObject: whatever is read in whatever order, right bytes are given rightly,
// and wrong ones never whole.
func FuzzObject(f *testing.F) {
	f.Add(600_000, []byte{0, 10, 200, 3}, false)
	f.Add(262_145, []byte{255, 0, 255, 255, 255}, true)
	f.Fuzz(func(t *testing.T, size int, acts []byte, wrong bool) {
		if size < 0 || size > 4*WholeChecked {
			t.Skip()
		}
		b := pattern(size)
		digest := schema.DigestOf(b)
		if wrong {
			digest = schema.DigestOf([]byte("other"))
		}
		o, err := NewObject(Info{Digest: digest, Size: int64(size)}, &source{ReadSeeker: bytes.NewReader(b)})
		if err != nil {
			if !wrong || size > WholeChecked {
				t.Fatal(err)
			}
			return
		}
		at := 0
		for _, act := range acts {
			if act < 128 {
				at = size * int(act) / 127
				if _, err := o.Seek(int64(at), io.SeekStart); err != nil {
					t.Fatal(err)
				}
				continue
			}
			p := make([]byte, int(act)*2000)
			n, err := o.Read(p)
			if err != nil && err != io.EOF && !wrong {
				t.Fatal(err)
			}
			if !bytes.Equal(p[:n], b[at:at+n]) {
				t.Fatalf("%d bytes from %d are wrong", n, at)
			}
			at += n
		}
		if _, err := o.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, o); (err != nil) != wrong {
			t.Fatalf("read from the start: %v, wrong bytes: %v", err, wrong)
		}
	})
}

func TestVerify(t *testing.T) {
	b := pattern(1000)
	digest := schema.DigestOf(b)
	if err := iotest.TestReader(Verify(t.Context(), digest, 1000, bytes.NewReader(b)), b); err != nil {
		t.Error(err)
	}
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	if _, err := io.ReadAll(Verify(ctx, digest, 1000, bytes.NewReader(b))); !errors.Is(err, stopped) {
		t.Errorf("with a cancelled context: %v", err)
	}
	r := Verify(t.Context(), digest, 1000, bytes.NewReader(b[:999]))
	if _, err := io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, schema.Invalid) {
		t.Errorf("too few bytes: %v", err)
	}
	if n, err := r.Read(make([]byte, 10)); n != 0 || err == nil || err == io.EOF {
		t.Errorf("after the fault Read gives %d, %v", n, err)
	}
	// Announced sizes are kept to before all is read.
	endless := Verify(t.Context(), digest, 1000, io.MultiReader(bytes.NewReader(b), neverEnding{}))
	if n, err := io.Copy(io.Discard, endless); !errors.Is(err, schema.Invalid) || n > 1<<20 {
		t.Errorf("too many bytes: %d read, %v", n, err)
	}
}

type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }
