// Package s3 keeps artifacts in a bucket of S3 or of a server that speaks its
// protocol; docs/artifacts.md says what the server must be able to do.
//
// # Layout
//
//	<prefix>/sha256/2c/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
//	<prefix>/partial/<ID>/<offset>     the end of an artifact that comes in pieces
//
// What does not begin with the prefix, and keys of other forms, are left alone.
// Pieces of at least 5 MiB lie in a multipart upload of the artifact's own key, so
// they are written once. Bytes that are not yet known to be right never lie under
// an artifact's key: a request that carries one withholds its last byte until the
// digest is proven, and a multipart upload is completed after that.
//
// # Writing
//
// An artifact is created on condition that there is none (If-None-Match: *, where
// the server knows it), with its SHA-256 as the signed hash of the payload and as
// checksum, both of which the server checks. Its size is asked for afterwards, before success is said. What is
// put again is written again, without the condition: S3 replaces an object at one
// blow, by the same bytes or by those that have not rotted, and this is as cheap as
// to read it back and to have it copied, which renews it on some servers only.
package s3

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// A Store keeps artifacts in a bucket. Make one with [Open].
type Store struct {
	core    *minio.Core
	idle    func() // closes the connections that are idle
	bucket  string
	prefix  string        // empty, or ends with a slash
	temp    string        // folder for parts on their way
	usual   int64         // bytes of a part
	silence time.Duration // how long the server may keep silent
	limit   time.Duration // of one request that carries no artifact, all tries told
	plain   atomic.Bool   // whether the server has answered that it has no conditions
}

var (
	_ artifacts.Store     = (*Store)(nil)
	_ artifacts.Presigner = (*Store)(nil)
)

// Open makes the store that c tells of, and sees whether its bucket answers.
// Errors: Invalid (c is wrong), Unavailable.
func Open(ctx context.Context, c Config) (*Store, error) {
	c, err := c.complete()
	if err != nil {
		return nil, err
	}
	t, err := c.transport()
	if err != nil {
		return nil, err
	}
	core, err := c.client(t)
	if err != nil {
		return nil, err
	}
	s := &Store{
		core: core, idle: t.closeIdle, bucket: c.Bucket, temp: c.TempDir, usual: usualPart,
		silence: c.Timeout, limit: c.Timeout * time.Duration(c.Tries),
	}
	if prefix := strings.Trim(c.Prefix, "/"); prefix != "" {
		s.prefix = prefix + "/"
	}
	if err := s.Ready(ctx); err != nil {
		return nil, fmt.Errorf("open the artifact store s3://%s: %w", path.Join(c.Bucket, s.prefix), err)
	}
	return s, nil
}

// Close closes the connections that are idle. A store that was not closed is
// forgotten with them a minute after its last use.
func (s *Store) Close() error {
	s.idle()
	return nil
}

const (
	storedFolder  = "sha256/"
	partialFolder = "partial/"
)

// key is where the artifact lies.
func (s *Store) key(digest schema.Digest) string {
	h := digest.Hex()
	return s.prefix + storedFolder + h[:2] + "/" + h
}

// bounded gives a context for a request that carries no artifact: it ends though
// the server should never answer.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.limit, errSlow)
}

// Stat is described at [artifacts.Store]. Modified has whole seconds.
func (s *Store) Stat(ctx context.Context, digest schema.Digest) (artifacts.Info, error) {
	if ctx.Err() != nil {
		return artifacts.Info{}, context.Cause(ctx)
	}
	if digest.IsZero() {
		return artifacts.Info{}, artifacts.Missing(digest)
	}
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	found, err := s.core.StatObject(bounded, s.bucket, s.key(digest), minio.StatObjectOptions{Checksum: true})
	if err != nil {
		return artifacts.Info{}, s.explain(bounded, "stat", digest, err)
	}
	return info(digest, found), nil
}

// info tells of an artifact what the store tells of its object. HTTP gives times
// in seconds and a listing in finer ones: they are cut to be the same.
func info(digest schema.Digest, found minio.ObjectInfo) artifacts.Info {
	return artifacts.Info{Digest: digest, Size: found.Size, Modified: found.LastModified.Truncate(time.Second)}
}

// Delete is described at [artifacts.Store].
func (s *Store) Delete(ctx context.Context, digest schema.Digest) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if digest.IsZero() {
		return nil
	}
	if err := s.remove(ctx, s.key(digest)); err != nil {
		return s.explain(ctx, "delete", digest, err)
	}
	return nil
}

// remove removes an object; one that is not there is no error.
func (s *Store) remove(ctx context.Context, key string) error {
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	err := s.core.RemoveObject(bounded, s.bucket, key, minio.RemoveObjectOptions{})
	if notThere(err) {
		return nil
	}
	return overdue(bounded, err)
}

// readyLimit is how long Ready waits: whoever asks whether a server is ready does
// not wait long either.
const readyLimit = 5 * time.Second

// Ready is described at [artifacts.Store]. It asks whether the bucket is there.
func (s *Store) Ready(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	bounded, cancel := context.WithTimeoutCause(ctx, min(readyLimit, s.limit), errSlow)
	defer cancel()
	there, err := s.core.BucketExists(bounded, s.bucket)
	if err != nil {
		return s.explain(bounded, "ask the artifact store", schema.Digest{}, err)
	}
	if !there {
		return noBucket(s.bucket, nil)
	}
	return nil
}

// PresignGet is described at [artifacts.Presigner].
func (s *Store) PresignGet(ctx context.Context, digest schema.Digest, o artifacts.PresignOptions) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if digest.IsZero() {
		return "", artifacts.Missing(digest)
	}
	asked := url.Values{}
	for name, value := range map[string]string{
		"response-content-type":        o.ContentType,
		"response-content-disposition": o.ContentDisposition,
		"response-cache-control":       o.CacheControl,
	} {
		if value != "" {
			asked.Set(name, value)
		}
	}
	signed, err := s.core.PresignedGetObject(ctx, s.bucket, s.key(digest), o.Expires, asked)
	if err != nil {
		return "", s.explain(ctx, "presign", digest, err)
	}
	return signed.String(), nil
}

// A spool is a file for bytes on their way, so that many large uploads need
// little memory. It is gone when closed.
type spool struct {
	*os.File
	size int64
}

func (s *Store) newSpool() (*spool, error) {
	f, err := os.CreateTemp(s.temp, "patternbook-s3-")
	if err != nil {
		return nil, noSpool(err)
	}
	// Where an open file can be removed, not even a killed process leaves it.
	_ = os.Remove(f.Name())
	return &spool{File: f}, nil
}

// fill adds bytes of r until there are limit. The error is nil only when there are.
func (f *spool) fill(r io.Reader, limit int64) (int64, error) {
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	w := io.NewOffsetWriter(f.File, f.size)
	n, err := io.CopyBuffer(writeOnly{w}, io.LimitReader(r, limit-f.size), buf[:])
	f.size += n
	if err == nil && f.size < limit {
		err = io.EOF
	}
	return n, err
}

// section gives the bytes for a request, which may need them several times.
func (f *spool) section() *io.SectionReader { return io.NewSectionReader(f.File, 0, f.size) }

// digest reads the bytes through.
func (f *spool) digest() (schema.Digest, error) {
	h := sha256.New()
	buf := buffers.Get().(*[bufferSize]byte)
	defer buffers.Put(buf)
	if _, err := io.CopyBuffer(writeOnly{h}, readOnly{f.section()}, buf[:]); err != nil {
		return schema.Digest{}, noSpool(err)
	}
	return schema.DigestFromHash(h), nil
}

// readOnly keeps io.CopyBuffer from a way of the reader's own.
type readOnly struct{ io.Reader }

// empty forgets the bytes.
func (f *spool) empty() { f.size = 0 }

// Close removes the file.
func (f *spool) Close() error {
	err := f.File.Close()
	_ = os.Remove(f.Name())
	return err
}
