package s3

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

const (
	buffered  = artifacts.WholeChecked // bytes up to which an artifact is held in memory and sent again after a fault
	maxSingle = 5 << 30                // bytes that S3 takes, or copies, in one request
)

const bufferSize = 128 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// writeOnly keeps io.CopyBuffer from a buffer of the writer's own.
type writeOnly struct{ io.Writer }

// drain reads r to its end.
func drain(r io.Reader) error {
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	_, err := io.CopyBuffer(writeOnly{io.Discard}, r, buf[:])
	return err
}

// Put is described at [artifacts.Store]. One whose size is known and at most 5
// GiB is sent while it is read; a larger one, or one of unknown size, goes in
// parts that lie in TempDir, one at a time.
func (s *Store) Put(ctx context.Context, digest schema.Digest, size int64, r io.Reader) error {
	if digest.IsZero() {
		return artifacts.NoDigest()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	verified := artifacts.Verify(ctx, digest, size, r)
	var err error
	switch {
	case size < 0 || size > maxSingle:
		err = s.putParts(ctx, digest, size, verified)
	case size <= buffered:
		err = s.putBuffered(ctx, digest, size, verified)
	default:
		err = s.putStream(ctx, digest, size, verified)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return s.explain(ctx, "put", digest, err)
}

func (s *Store) putBuffered(ctx context.Context, digest schema.Digest, size int64, verified io.Reader) error {
	b := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := b.ReadFrom(verified); err != nil {
		return err
	}
	return s.putWhole(ctx, digest, bytes.NewReader(b.Bytes()))
}

// A replayable body can be sent again after a fault. Its bytes are verified.
type replayable interface {
	io.ReadSeeker
	Size() int64
}

// putWhole makes the bytes of body, which are verified, the artifact. What is
// stored already is replaced: that heals it and makes it new.
func (s *Store) putWhole(ctx context.Context, digest schema.Digest, body replayable) error {
	err := s.create(ctx, digest, body.Size(), body, ifNone)
	if refused(err) || inTheWay(err) {
		err = s.create(ctx, digest, body.Size(), body, always)
	}
	if err != nil {
		return err
	}
	return s.confirm(ctx, digest, body.Size())
}

// putStream sends the artifact while it is read. It looks first whether there is
// one to be replaced, for the bytes come only once.
func (s *Store) putStream(ctx context.Context, digest schema.Digest, size int64, verified io.Reader) error {
	on := always
	if _, err := s.Stat(ctx, digest); errors.Is(err, schema.NotFound) {
		on = ifNone
	} else if err != nil {
		return err
	}
	body := &body{src: verified}
	err := s.create(ctx, digest, size, body, on)
	body.end()
	switch {
	case body.err != nil && body.err != io.EOF:
		return body.err // that is why the request failed, if it did
	case refused(err) || inTheWay(err):
		// Another has put it since it was looked for, and it was verified then; or
		// is about to, and confirm will tell.
		err = drain(verified)
	case err == nil && body.err == nil:
		// The server has said yes to bytes that were not read to their end.
		err = errors.Join(unavailable("the artifact store took an artifact before it had all its bytes", nil), s.remove(ctx, s.key(digest)))
	}
	if err != nil {
		return err
	}
	return s.confirm(ctx, digest, size)
}

// A condition is what must hold for an object to be written.
type condition int

const (
	ifNone condition = iota // no object has the key
	always                  // what has the key is replaced
)

func (s *Store) options(on condition) (o minio.PutObjectOptions) {
	o.DisableContentSha256 = true // hashes are given, not made while sending
	if on == ifNone && !s.plain.Load() {
		o.SetMatchETagExcept("*")
	}
	return o
}

// create sends an artifact in one request. The server checks its digest twice
// over: as the payload's hash, which is signed, and as the object's checksum.
func (s *Store) create(ctx context.Context, digest schema.Digest, size int64, body io.Reader, on condition) error {
	sum, err := hex.DecodeString(digest.Hex())
	if err != nil {
		return err
	}
	o := s.options(on)
	o.UserMetadata = map[string]string{"x-amz-checksum-sha256": base64.StdEncoding.EncodeToString(sum)}
	_, err = s.core.PutObject(ctx, s.bucket, s.key(digest), body, size, "", digest.Hex(), o)
	if on != ifNone || !s.isPlain(err) {
		return err
	}
	if again, ok := body.(replayable); ok {
		if _, err := again.Seek(0, io.SeekStart); err != nil {
			return err
		}
		return s.create(ctx, digest, size, body, always)
	}
	return err
}

// isPlain tells whether err says that the server has no conditions, and remembers
// it: what is stored is then replaced by the same bytes, which is no harm.
func (s *Store) isPlain(err error) bool {
	if !conditionUnknown(err) {
		return false
	}
	s.plain.Store(true)
	return true
}

// confirm asks the store for what it has just said to keep. What it keeps in
// another size or with another checksum is removed.
func (s *Store) confirm(ctx context.Context, digest schema.Digest, size int64) error {
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	found, err := s.core.StatObject(bounded, s.bucket, s.key(digest), minio.StatObjectOptions{Checksum: true})
	if notThere(err) {
		return unavailable("the artifact store has lost what it said to keep", err)
	}
	if err != nil {
		return overdue(bounded, err)
	}
	if found.Size == size && sumFits(digest, found) {
		return nil
	}
	return errors.Join(unavailable(fmt.Sprintf("the artifact store keeps %d bytes of %d, or others than were sent", found.Size, size), nil), s.remove(ctx, s.key(digest)))
}

// sumFits compares the checksum that the server gives, if it is that of the whole.
func sumFits(digest schema.Digest, found minio.ObjectInfo) bool {
	sum, err := base64.StdEncoding.DecodeString(found.ChecksumSHA256)
	if err != nil || len(sum) == 0 || found.ChecksumMode == "COMPOSITE" {
		return true // none, or one over the parts' checksums
	}
	return hex.EncodeToString(sum) == digest.Hex()
}

// A body gives the bytes of src to a request, and its last byte only when src has
// ended well. The request may go on reading when it has been answered: end waits
// for that and stops it.
type body struct {
	mu    sync.Mutex
	src   io.Reader
	err   error // how src ended
	held  [1]byte
	holds bool
	ended bool
}

var errAnswered = errors.New("the request is over")

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return 0, errAnswered
	}
	if len(p) < 2 {
		return b.readOne(p)
	}
	for b.err == nil {
		// The byte that is held comes first, the last of those read is held in its place.
		n, err := b.src.Read(p[1:])
		b.err = err
		if n == 0 {
			continue
		}
		p[0], n = b.held[0], n+1
		if !b.holds {
			copy(p, p[1:n])
			n--
		}
		b.held[0], b.holds = p[n-1], true
		if n > 1 {
			return n - 1, nil
		}
	}
	return b.last(p)
}

// last gives what is held when src has ended.
func (b *body) last(p []byte) (int, error) {
	if b.err == io.EOF && b.holds {
		b.holds = false
		p[0] = b.held[0]
		return 1, io.EOF
	}
	return 0, b.err
}

// readOne reads into a slice that has no room for two bytes.
func (b *body) readOne(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for b.err == nil {
		var next [1]byte
		n, err := b.src.Read(next[:])
		b.err = err
		if n == 0 {
			continue
		}
		given := b.held[0]
		had := b.holds
		b.held[0], b.holds = next[0], true
		if had {
			p[0] = given
			return 1, nil
		}
	}
	return b.last(p)
}

func (b *body) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
}
