package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// Open is described at [artifacts.Store]. ctx is that of reading, too.
func (s *Store) Open(ctx context.Context, digest schema.Digest) (*artifacts.Object, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if digest.IsZero() {
		return nil, artifacts.Missing(digest)
	}
	src := &source{store: s, ctx: ctx, digest: digest, size: -1}
	// The first request is for the whole: most artifacts are small or read from
	// start to end, and then it is the only one.
	found, err := src.request()
	if err != nil {
		return nil, s.explain(ctx, "open", digest, err)
	}
	return artifacts.NewObject(info(digest, found), src)
}

// resumes is how often in a row a source that gets no byte asks anew.
const resumes = 4

// A source reads an object: as long as it is read on, from one answer; after a
// Seek, or when the connection breaks, from another. It names no ETag, for the
// key names the bytes: if it was put anew since, it is the same.
type source struct {
	store  *Store
	ctx    context.Context
	digest schema.Digest
	size   int64 // -1 until the first answer
	at     int64
	body   io.ReadCloser
	cancel context.CancelCauseFunc // ends the request of body
}

// request asks for the bytes from where the source stands.
func (f *source) request() (minio.ObjectInfo, error) {
	var o minio.GetObjectOptions
	if f.at > 0 {
		if err := o.SetRange(f.at, 0); err != nil {
			return minio.ObjectInfo{}, err
		}
	}
	ctx, cancel := context.WithCancelCause(f.ctx)
	body, found, _, err := f.store.core.GetObject(ctx, f.store.bucket, f.store.key(f.digest), o)
	if err != nil {
		cancel(nil)
		return found, err
	}
	if f.size < 0 {
		f.size = found.Size
	}
	if found.Size < 0 || f.at+found.Size != f.size {
		cancel(nil)
		return found, errors.Join(unavailable(fmt.Sprintf("the artifact store offers %d bytes from %d on of an artifact of %d", found.Size, f.at, f.size), nil), body.Close())
	}
	f.body, f.cancel = body, cancel
	return found, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Read implements io.Reader.
func (f *source) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	var err error
	for try := range resumes {
		if f.body == nil {
			if try > 1 {
				if late := pause(f.ctx, time.Duration(try)*100*time.Millisecond); late != nil {
					return 0, late
				}
			}
			if _, err = f.request(); err != nil {
				break // minio has asked several times by itself
			}
		}
		var n int
		if n, err = f.readBody(p); n > 0 {
			return n, nil
		}
		if f.ctx.Err() != nil {
			return 0, context.Cause(f.ctx)
		}
	}
	return 0, f.store.explain(f.ctx, "read", f.digest, err)
}

// readBody reads from the answer under way, and drops it at its end.
func (f *source) readBody(p []byte) (int, error) {
	p = p[:min(int64(len(p)), f.size-f.at)]
	impatience := time.AfterFunc(f.store.silence, func() { f.cancel(errSlow) })
	n, err := f.body.Read(p)
	impatience.Stop()
	f.at += int64(n)
	if err != nil || f.at == f.size {
		f.drop()
	}
	if err == io.EOF && f.at < f.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// drop ends the answer under way.
func (f *source) drop() {
	if f.body != nil {
		// What Close says of an answer that is not wanted any more changes nothing.
		if f.at == f.size {
			_, _ = f.body.Read(make([]byte, 1)) // its end, so that the connection can be used again
		}
		_ = f.body.Close()
		f.cancel(nil)
		f.body = nil
	}
}

// Seek implements io.Seeker.
func (f *source) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset != f.at {
		f.drop()
		f.at = offset
	}
	return offset, nil
}

// Close implements io.Closer.
func (f *source) Close() error {
	f.drop()
	return nil
}
