package artifacts

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"

	"github.com/patternbook/patternbook/schema"
)

// Verify gives a reader of r's bytes whose end is reached only by bytes that
// have the digest and, unless it is -1, the size. Otherwise it gives an error of
// kind DigestMismatch or Invalid in place of io.EOF, so that whoever stores what
// they read learns it before they make it visible. When ctx ends the next Read
// gives its cause.
func Verify(ctx context.Context, digest schema.Digest, size int64, r io.Reader) io.Reader {
	return &verifier{ctx: ctx, digest: digest, size: size, src: r, hash: sha256.New()}
}

type verifier struct {
	ctx    context.Context
	digest schema.Digest
	size   int64
	src    io.Reader
	hash   hash.Hash
	read   int64
	err    error // sticks
}

func (v *verifier) Read(p []byte) (int, error) {
	if v.err == nil && v.ctx.Err() != nil {
		v.err = context.Cause(v.ctx)
	}
	if v.err != nil {
		return 0, v.err
	}
	n, err := v.src.Read(p)
	v.hash.Write(p[:n])
	v.read += int64(n)
	switch {
	case v.size >= 0 && v.read > v.size:
		err = TooMuch(v.digest, v.size)
	case err == io.EOF:
		if bad := check(v.digest, v.size, v.read, v.hash); bad != nil {
			err = bad
		}
	}
	v.err = err
	return n, err
}

// check judges what came, all told. size is -1 when it is not known.
func check(digest schema.Digest, size, came int64, h hash.Hash) error {
	if size >= 0 && came < size {
		return &schema.Error{
			Kind:   schema.Invalid,
			Detail: fmt.Sprintf("%s was announced with %d bytes, but only %d came", digest, size, came),
			Fix:    "send the whole file",
			Err:    io.ErrUnexpectedEOF,
		}
	}
	if got := schema.DigestFromHash(h); got != digest {
		return &schema.Error{
			Kind:   schema.DigestMismatch,
			Detail: fmt.Sprintf("bytes sent as %s have the digest %s", digest, got),
			Fix:    "send the bytes that the digest names, or name the digest that they have",
		}
	}
	return nil
}

// Missing is the error of an artifact that is not stored.
func Missing(digest schema.Digest) error {
	return &schema.Error{
		Kind:   schema.NotFound,
		Detail: fmt.Sprintf("the artifact %s is not stored here", digest),
		Fix:    "check the digest, or ask a mirror",
	}
}
