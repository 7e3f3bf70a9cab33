package artifacts

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"github.com/patternbook/patternbook/schema"
)

// WholeChecked is the size in bytes up to which an artifact is checked whole
// before its first byte is given, and how much of the end of a larger one is
// withheld until it is proven. It is what reading an artifact costs in memory.
const WholeChecked = 256 << 10

// ends holds buffers for the withheld ends of objects.
var ends = sync.Pool{New: func() any { return new([WholeChecked]byte) }}

// An Object is an open artifact. It can stand behind http.ServeContent. It is
// for one goroutine at a time.
//
// Read from the start to the end, it never gives the last bytes (WholeChecked of
// them) of an artifact that is not what its digest says: it gives an error of
// kind DigestMismatch instead. What is read after a Seek to elsewhere than the
// start is not verified, except where the whole artifact has at most
// WholeChecked bytes or has just been read through. A Seek to the start begins
// verification anew.
type Object struct {
	info   Info
	src    io.ReadSeekCloser
	srcAt  int64 // where src stands
	at     int64 // where the caller stands
	hash   hash.Hash
	hashed int64               // how many bytes, from the start, are in hash
	end    *[WholeChecked]byte // the verified end of the artifact, once read
	err    error               // of verification; sticks
}

// NewObject makes an Object of stored bytes, for implementations of [Store]. src
// stands at its start and has info.Size bytes. NewObject takes src over: it is
// closed with the object, and at once when there is an error. One of kind
// DigestMismatch tells that a small artifact is not what its digest says.
func NewObject(info Info, src io.ReadSeekCloser) (*Object, error) {
	o := &Object{info: info, src: src, hash: sha256.New()}
	if o.endStart() == 0 {
		if err := o.readEnd(); err != nil {
			return nil, errors.Join(err, o.Close())
		}
	}
	return o, nil
}

// Info tells of the artifact.
func (o *Object) Info() Info { return o.info }

// Size is how many bytes the artifact has.
func (o *Object) Size() int64 { return o.info.Size }

// endStart is where the withheld end begins.
func (o *Object) endStart() int64 { return max(0, o.info.Size-WholeChecked) }

// Read reads on from where the object stands.
func (o *Object) Read(p []byte) (int, error) {
	switch {
	case o.err != nil:
		return 0, o.err
	case o.at >= o.info.Size:
		return 0, io.EOF
	case o.at < o.endStart():
		return o.readBody(p)
	case o.end == nil && o.hashed == o.endStart():
		if err := o.readEnd(); err != nil {
			return 0, err
		}
	case o.end == nil: // a part on its own
		n, err := o.readSource(p)
		return n, short(err)
	}
	n := copy(p, o.end[o.at-o.endStart():o.info.Size-o.endStart()])
	o.at += int64(n)
	return n, nil
}

// readBody reads before the end, hashing as long as nothing was skipped.
func (o *Object) readBody(p []byte) (int, error) {
	if o.at == 0 {
		o.hash.Reset()
		o.hashed = 0
		o.dropEnd()
	}
	inOrder := o.at == o.hashed
	n, err := o.readSource(p[:min(int64(len(p)), o.endStart()-o.at)])
	if inOrder {
		o.hash.Write(p[:n])
		o.hashed += int64(n)
	}
	return n, short(err)
}

// readSource reads from src at o.at and goes on.
func (o *Object) readSource(p []byte) (int, error) {
	if o.srcAt != o.at {
		if _, err := o.src.Seek(o.at, io.SeekStart); err != nil {
			return 0, fmt.Errorf("read %s: %w", o.info.Digest, err)
		}
		o.srcAt = o.at
	}
	n, err := o.src.Read(p)
	o.srcAt += int64(n)
	o.at += int64(n)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read %s: %w", o.info.Digest, err)
	}
	return n, err
}

// short makes the end of src before the end of the artifact an error.
func short(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readEnd reads the end into memory and judges the whole.
func (o *Object) readEnd() error {
	end := ends.Get().(*[WholeChecked]byte)
	back := o.at
	o.at = o.endStart()
	rest := end[:o.info.Size-o.at]
	_, err := io.ReadFull(sourceReader{o}, rest)
	o.at = back
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		o.hash.Write(rest)
		if got := schema.DigestFromHash(o.hash); err != nil || got != o.info.Digest {
			err = rotten(o.info.Digest, got)
		}
	}
	if err != nil {
		ends.Put(end)
		o.err = err
		return err
	}
	o.end, o.hashed = end, o.info.Size
	return nil
}

// A sourceReader reads an object's source without looking at digests.
type sourceReader struct{ *Object }

func (r sourceReader) Read(p []byte) (int, error) { return r.readSource(p) }

func rotten(want, got schema.Digest) error {
	return &schema.Error{
		Kind:   schema.DigestMismatch,
		Detail: fmt.Sprintf("the bytes stored as %s have the digest %s: they were damaged after they were stored", want, got),
		Fix:    "put the artifact again, from a mirror or a backup",
	}
}

// Seek sets where the next Read begins, as io.Seeker says.
func (o *Object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.info.Size
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, fmt.Errorf("seek in %s: no such place", o.info.Digest)
	}
	o.at = offset
	return offset, nil
}

func (o *Object) dropEnd() {
	if o.end != nil {
		ends.Put(o.end)
		o.end = nil
	}
}

// Close closes the object; it cannot be read any more.
func (o *Object) Close() error {
	o.dropEnd()
	if o.err == nil {
		o.err = fmt.Errorf("read %s: %w", o.info.Digest, errClosed)
	}
	if o.src == nil {
		return nil
	}
	src := o.src
	o.src = nil
	return src.Close()
}

var errClosed = errors.New("the artifact is closed")
