package registry

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/patternbook/patternbook/schema"
)

func (f *fixture) begin(by, data string) Upload {
	f.t.Helper()
	u, err := f.BeginUpload(context.Background(), As(name(by)), schema.DigestOf([]byte(data)), int64(len(data)), "about "+by)
	check(f.t, err)
	return u
}

func TestUploadInPieces(t *testing.T) {
	f := open(t, "ada", "bob")
	ctx := context.Background()
	const data = "a file that comes in pieces"
	u := f.begin("ada", data)
	got, err := f.AppendUpload(ctx, As(name("ada")), u.ID, 0, Checksum{}, body(io.MultiReader(strings.NewReader(data[:5]), iotest.ErrReader(errors.New("cut")))))
	if err == nil || got.Offset != 5 {
		t.Fatalf("a cut piece gives %+v, %v; want 5 bytes and the error", got, err)
	}
	f.reopen()
	if u, err = f.Upload(ctx, As(name("ada")), u.ID); err != nil || u.Offset != 5 || u.Metadata != "about ada" {
		t.Fatalf("after a restart it is %+v, %v", u, err)
	}
	if list, err := f.Uploads(ctx, As(name("ada"))); err != nil || len(list) != 1 || list[0] != u {
		t.Errorf("ada's uploads are %v, %v", list, err)
	}
	for what, err := range map[string]error{
		"another's":        second(f.AppendUpload(ctx, As(name("bob")), u.ID, 5, Checksum{}, body(strings.NewReader("x")))),
		"unknown":          second(f.Upload(ctx, As(name("ada")), "none")),
		"ended by another": f.EndUpload(ctx, As(name("bob")), u.ID),
	} {
		wantKind(t, what, err, schema.NotFound)
	}
	wantKind(t, "nobody's", second(f.AppendUpload(ctx, Actor{}, u.ID, 5, Checksum{}, body(strings.NewReader("x")))), schema.Unauthenticated)
	_, err = f.AppendUpload(ctx, As(name("ada")), u.ID, 3, Checksum{}, body(strings.NewReader("x")))
	wantKind(t, "another offset", err, schema.Conflict, "5", "3")
	wrong := sha256.Sum256([]byte("other"))
	_, err = f.AppendUpload(ctx, As(name("ada")), u.ID, 5, Checksum{sha256.New, wrong[:]}, body(strings.NewReader(data[5:10])))
	wantKind(t, "a wrong checksum", err, schema.ChecksumMismatch)
	right := sha256.Sum256([]byte(data[5:10]))
	if u, err = f.AppendUpload(ctx, As(name("ada")), u.ID, 5, Checksum{sha256.New, right[:]}, body(strings.NewReader(data[5:10]))); err != nil || u.Offset != 10 {
		t.Fatalf("a right checksum gives %+v, %v", u, err)
	}
	if _, err := f.read(name("ada"), u.Digest); !errors.Is(err, schema.NotFound) {
		t.Errorf("before its end it reads with %v", err)
	}
	if u, err = f.AppendUpload(ctx, As(name("ada")), u.ID, 10, Checksum{}, body(strings.NewReader(data[10:]))); err != nil || !u.Complete() {
		t.Fatalf("its end gives %+v, %v", u, err)
	}
	if got, err := f.read(name("ada"), u.Digest); err != nil || got != data {
		t.Errorf("it reads %q, %v", got, err)
	}
	if _, err := f.read(name("bob"), u.Digest); !errors.Is(err, schema.NotFound) {
		t.Errorf("another reads it with %v", err)
	}
	// Whom the answer has not reached may ask, and send the end again.
	if u, err = f.Upload(ctx, As(name("ada")), u.ID); err != nil || !u.Complete() {
		t.Errorf("asked again it is %+v, %v", u, err)
	}
	if list, err := f.Uploads(ctx, As(name("ada"))); err != nil || len(list) != 0 {
		t.Errorf("ada's uploads are %v, %v", list, err)
	}
}

// body makes a request's body of a reader.
func body(r io.Reader) io.ReadCloser { return io.NopCloser(r) }

func second[T any](_ T, err error) error { return err }

func TestUploadWrong(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	u, err := f.BeginUpload(ctx, As(name("ada")), schema.DigestOf([]byte("right")), 5, "")
	check(t, err)
	_, err = f.AppendUpload(ctx, As(name("ada")), u.ID, 0, Checksum{}, body(strings.NewReader("wrong")))
	wantKind(t, "other bytes", err, schema.DigestMismatch, schema.DigestOf([]byte("right")).String(), schema.DigestOf([]byte("wrong")).String())
	_, err = f.Upload(ctx, As(name("ada")), u.ID)
	wantKind(t, "afterwards", err, schema.NotFound)
	if f.isStored("right") || f.isStored("wrong") {
		t.Error("something was stored")
	}
	u = f.begin("ada", "short")
	_, err = f.AppendUpload(ctx, As(name("ada")), u.ID, 0, Checksum{}, body(strings.NewReader("too long")))
	wantKind(t, "more than announced", err, schema.Invalid)
	check(t, f.EndUpload(ctx, As(name("ada")), u.ID))
	_, err = f.Upload(ctx, As(name("ada")), u.ID)
	wantKind(t, "ended", err, schema.NotFound)
	if u := f.begin("ada", ""); !u.Complete() || !f.isStored("") {
		t.Errorf("an empty file gives %+v", u)
	}
}

// Who goes on with an upload takes it from a request whose connection is cut, but
// whose handler still waits for bytes.
func TestUploadIsTakenOver(t *testing.T) {
	f := open(t, "ada")
	ctx := context.Background()
	const data = "taken over"
	u := f.begin("ada", data)
	r, w := io.Pipe()
	stalled := make(chan error, 1)
	go func() {
		_, err := f.AppendUpload(ctx, As(name("ada")), u.ID, 0, Checksum{}, r)
		stalled <- err
	}()
	_, err := w.Write([]byte(data[:4]))
	check(t, err)
	asked := make(chan Upload, 1)
	go func() {
		u, err := f.Upload(ctx, As(name("ada")), u.ID)
		if err != nil {
			t.Errorf("asked meanwhile: %v", err)
		}
		asked <- u
	}()
	wantKind(t, "the request before", <-stalled, schema.Conflict, "later request")
	u = <-asked
	if u.Offset != 4 {
		t.Errorf("it stands at %d, want 4", u.Offset)
	}
	if u, err = f.AppendUpload(ctx, As(name("ada")), u.ID, u.Offset, Checksum{}, body(strings.NewReader(data[u.Offset:]))); err != nil || !u.Complete() {
		t.Errorf("going on gives %+v, %v", u, err)
	}
}

func TestUploadsExpire(t *testing.T) {
	f, c := openAt(t, Limits{Expiry: day}, "ada")
	ctx := context.Background()
	u := f.begin("ada", "some bytes")
	_, err := f.AppendUpload(ctx, As(name("ada")), u.ID, 0, Checksum{}, body(strings.NewReader("some")))
	check(t, err)
	if g := f.collect(); g.Uploads != 0 {
		t.Errorf("it ended %d uploads at once", g.Uploads)
	}
	c.pass(25 * time.Hour)
	if g := f.collect(); g.Uploads != 1 {
		t.Errorf("it ended %d uploads, want one", g.Uploads)
	}
	_, err = f.Upload(ctx, As(name("ada")), u.ID)
	wantKind(t, "expired", err, schema.NotFound)
	if n, err := f.artifacts.Sweep(ctx, time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("%d leftovers are in the store (%v)", n, err)
	}
}

func TestLimits(t *testing.T) {
	f, _ := openAt(t, Limits{File: 100, Account: 250, Total: 400, Uploads: 3}, "ada", "bob", "eve")
	ctx := context.Background()
	bytes := func(n int, salt string) string { return strings.Repeat(salt, n)[:n] }
	_, err := send(f.Service, name("ada"), bytes(101, "a"))
	wantKind(t, "a large file", err, schema.TooLarge, "100 bytes")
	err = f.PutArtifact(ctx, As(name("ada")), schema.DigestOf([]byte(bytes(101, "a"))), -1, strings.NewReader(bytes(101, "a")))
	wantKind(t, "a large file that is not announced", err, schema.TooLarge)
	_, err = f.BeginUpload(ctx, As(name("ada")), schema.DigestOf([]byte(bytes(101, "a"))), 101, "")
	wantKind(t, "a large file in pieces", err, schema.TooLarge)
	f.send("ada", bytes(100, "a"))
	f.send("ada", bytes(100, "a")) // the same again costs nothing
	f.send("ada", bytes(100, "b"))
	_, err = send(f.Service, name("ada"), bytes(60, "c"))
	wantKind(t, "over the account's quota", err, schema.NoRoom, "ada", "250 bytes")
	u := f.begin("ada", bytes(40, "d"))
	_, err = send(f.Service, name("ada"), bytes(11, "e"))
	wantKind(t, "over the quota with what is coming", err, schema.NoRoom)
	check(t, f.EndUpload(ctx, As(name("ada")), u.ID))
	f.send("ada", bytes(11, "e"))
	f.send("bob", bytes(100, "a")) // stored already: only bob's own use grows
	f.send("bob", bytes(100, "g"))
	_, err = send(f.Service, name("eve"), bytes(100, "h"))
	wantKind(t, "over the registry's", err, schema.NoRoom, "400 bytes")
	for i := range 3 {
		f.begin("eve", fmt.Sprint("piece ", i))
	}
	_, err = f.BeginUpload(ctx, As(name("eve")), schema.DigestOf([]byte("piece 3")), 7, "")
	wantKind(t, "too many under way", err, schema.TooMany, "3 uploads")
	_, err = send(f.Service, name("eve"), "x")
	wantKind(t, "too many under way, and one whole", err, schema.TooMany)
}

// A disk that is almost full makes the registry read-only, before it is too late.
func TestReserve(t *testing.T) {
	f := open(t, "ada")
	free := int64(1 << 30)
	f.o.Free, f.o.Limits.Reserve = func(string) (int64, error) { return free, nil }, 1<<20
	f.o.Folders = []string{f.dir}
	f.reopen()
	p := f.plain("ada/lamp", "1.0.0", "x")
	_, err := f.BeginUpload(context.Background(), As(name("ada")), schema.DigestOf([]byte("y")), 1<<30-1<<20+1, "")
	wantKind(t, "a file that does not fit", err, schema.NoRoom, "reserve")
	check(t, f.ReadOnly())
	free = 1<<20 - 1
	f.reopen()
	wantKind(t, "said", f.ReadOnly(), schema.NoRoom, "almost full")
	_, err = send(f.Service, name("ada"), "z")
	wantKind(t, "sending", err, schema.NoRoom)
	_, err = f.Publish(context.Background(), As(name("ada")), p)
	wantKind(t, "publishing", err, schema.NoRoom)
	_, _, err = f.OpenAccount(context.Background(), name("bob"), "a long password")
	wantKind(t, "opening an account", err, schema.NoRoom)
	check(t, f.Ready(context.Background()))
	free = 1 << 30
	f.reopen()
	_, err = f.Publish(context.Background(), As(name("ada")), p)
	check(t, err)
}
