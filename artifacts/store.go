// Package artifacts keeps bytes by their digest: CAD files, drawings,
// photographs, BOM files, evidence. Whatever names an artifact names it by the
// SHA-256 of its bytes, so a store needs no names, no versions and no rights: it
// holds each artifact once, gives back exactly what was put in, or an error.
//
// [Store] is the contract. Package dir keeps artifacts in a folder; package
// artifactstest holds the laws as tests, which every implementation passes.
//
// # What is verified, and when
//
// Bytes that come in are hashed while they stream ([Verify]) and become visible
// only when they are complete, have the digest they came under, and are durable.
//
// Bytes that go out are hashed while they are read ([Object]), because disks rot
// and operators err. An artifact of at most [WholeChecked] bytes is checked
// before the first byte is given, whichever part is asked for. Of a larger one,
// read from start to end, the last WholeChecked bytes are withheld until the
// digest of the whole is known: the receiver of a wrong file gets an error and
// never the complete file. Bytes before that are given unproven, and so is any
// part of a larger artifact that is read on its own after a Seek, for a SHA-256
// proves only the whole. A receiver of parts checks the digest when it has them all.
package artifacts

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// An Info tells of an artifact without its bytes.
type Info struct {
	Digest   schema.Digest
	Size     int64     // bytes
	Modified time.Time // when it was last put: a later Put of the same bytes counts
}

// A Store keeps artifacts. All methods may be called at once from many
// goroutines. Errors have a kind of package schema where the caller can do
// something; one without a kind is a fault of the store. An error of the reader
// given to Put, or of a context, is found by errors.Is and errors.As.
type Store interface {
	// Put stores the bytes of r under digest. size is how many there are, or -1
	// when that is not known.
	//
	// The bytes are read and verified to their end even when the artifact is
	// stored already: who names a digest without having its bytes gains and
	// learns nothing. The same bytes twice are no error, and the second Put
	// renews Modified and heals an artifact that has rotted.
	//
	// When Put returns nil the artifact is durable. Until then no Open, Stat or
	// List shows it, unless it was stored before. A wrong digest is an error of
	// kind DigestMismatch that names both, a wrong size one of kind Invalid, no
	// room left one of kind NoRoom; after these, a reader that fails, and a
	// cancelled ctx, the store is as it was before. ctx is looked at between
	// reads: a reader that blocks must itself end when ctx does.
	Put(ctx context.Context, digest schema.Digest, size int64, r io.Reader) error

	// Open gives the artifact for reading; the caller closes it. One that is not
	// stored is an error of kind NotFound. Stored bytes that no longer have the
	// digest are an error of kind DigestMismatch, from Open itself for an
	// artifact of at most WholeChecked bytes, otherwise from Read; see [Object].
	Open(ctx context.Context, digest schema.Digest) (*Object, error)

	// Stat tells of an artifact without reading its bytes. One that is not
	// stored is an error of kind NotFound.
	Stat(ctx context.Context, digest schema.Digest) (Info, error)

	// List gives every artifact in the order of the digests' text. One that is
	// put or deleted meanwhile may be in it or not. An error ends the list.
	List(ctx context.Context) iter.Seq2[Info, error]

	// Delete removes an artifact; when it returns nil, for good. One that is not
	// stored is no error. Nothing here knows who still names it: that is for the
	// caller to know, and to leave alone what was put (Modified) recently, for
	// bytes are uploaded before the document that names them.
	Delete(ctx context.Context, digest schema.Digest) error

	// Sweep removes what interrupted Puts left behind before olderThan, and
	// Partials that were begun before it (or last written, where the store knows
	// that), and tells how many leftovers there were. A Put that is still running
	// but has written nothing since olderThan fails.
	Sweep(ctx context.Context, olderThan time.Time) (int, error)

	// Begin begins an artifact of size bytes that comes in pieces. Only what
	// Append gives back, written down by the caller, makes it resumable.
	Begin(ctx context.Context, digest schema.Digest, size int64) (Partial, error)

	// Append adds the bytes of r after p.Offset and gives the Partial that has
	// them, durable. What came before r failed or ctx ended is kept as far as the
	// store can (a store of parts may give back the last incomplete one): the
	// Partial beside an error is as right as that without. More bytes than p.Size
	// are an error of kind Invalid, no room left one of kind NoRoom, a
	// Partial that was swept or aborted one of kind NotFound.
	//
	// p itself stays good until the Partial given back is appended to, completed
	// or aborted. Going on from p instead forgets the bytes that r gave. One act
	// at a time works on a Partial and those made from it.
	Append(ctx context.Context, p Partial, r io.Reader) (Partial, error)

	// Complete makes the artifact visible, durably, as Put does. Too few bytes are
	// an error of kind Invalid, and the Partial can be appended to. Bytes that do
	// not have the digest are one of kind DigestMismatch that names both, and the
	// Partial is gone. Completing again what was completed is no error as long as
	// the artifact is stored.
	Complete(ctx context.Context, p Partial) error

	// Abort removes a Partial and its bytes. One that is not there is no error.
	Abort(ctx context.Context, p Partial) error

	// Ready tells whether the store answers: nil when it does. It is cheap.
	Ready(ctx context.Context) error
}
