package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/schema"
)

// S3's limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const (
	minPart  = 5 << 20 // bytes of any part but the last
	maxParts = 10_000

	usualPart int64 = 16 << 20 // bytes of our parts, where the artifact's size allows it
)

// A part is a piece of an artifact that the store has.
type part struct {
	ETag string `json:"e"`
	Size int64  `json:"n"`
}

// partSize is how many bytes the part after so many others has. Without a size the
// parts double at each thousandth: 10,000 of them hold 5 TiB, as much as S3 does.
func (s *Store) partSize(size int64, others int) int64 {
	if size < 0 {
		return min(s.usual<<(others/1000), maxSingle)
	}
	return max(s.usual, size/(maxParts/2)+1)
}

// leastPart is how many bytes a part must have that is not the last, so that there
// are not too many of them in the end.
func leastPart(size int64) int64 { return max(minPart, size/(maxParts-1)+1) }

// begin begins a multipart upload of the artifact.
func (s *Store) begin(ctx context.Context, digest schema.Digest) (string, error) {
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	upload, err := s.core.NewMultipartUpload(bounded, s.bucket, s.key(digest), minio.PutObjectOptions{})
	return upload, overdue(bounded, err)
}

// send sends what is spooled as a part. The server checks its hash, which is
// signed.
func (s *Store) send(ctx context.Context, key, upload string, number int, f *spool) (part, error) {
	digest, err := f.digest()
	if err != nil {
		return part{}, err
	}
	sent, err := s.core.PutObjectPart(ctx, s.bucket, key, upload, number, f.section(), f.size, minio.PutObjectPartOptions{
		Sha256Hex:            digest.Hex(),
		DisableContentSha256: true,
	})
	return part{ETag: sent.ETag, Size: f.size}, err
}

// parts gives the parts of an upload that the store has, in order.
func (s *Store) parts(ctx context.Context, key, upload string) iter.Seq2[minio.ObjectPart, error] {
	return func(yield func(minio.ObjectPart, error) bool) {
		for after := 0; ; {
			bounded, cancel := s.bounded(ctx)
			page, err := s.core.ListObjectParts(bounded, s.bucket, key, upload, after, 1000)
			err = overdue(bounded, err)
			cancel()
			if err != nil {
				yield(minio.ObjectPart{}, err)
				return
			}
			for _, p := range page.ObjectParts {
				if !yield(p, nil) {
					return
				}
			}
			if !page.IsTruncated || page.NextPartNumberMarker <= after {
				return
			}
			after = page.NextPartNumberMarker
		}
	}
}

// has sees whether the store has just what was sent.
func (s *Store) has(ctx context.Context, digest schema.Digest, upload string, sent []part) error {
	found := 0
	for p, err := range s.parts(ctx, s.key(digest), upload) {
		if err != nil {
			return err
		}
		if p.PartNumber > len(sent) {
			break // of an Append that was forgotten
		}
		if p.PartNumber != found+1 || p.Size != sent[found].Size || trimETag(p.ETag) != sent[found].ETag {
			return lostPart(digest, found+1)
		}
		found++
	}
	if found < len(sent) {
		return lostPart(digest, found+1)
	}
	return nil
}

func trimETag(etag string) string {
	if n := len(etag); n >= 2 && etag[0] == '"' && etag[n-1] == '"' {
		return etag[1 : n-1]
	}
	return etag
}

func lostPart(digest schema.Digest, number int) error {
	return &schema.Error{
		Kind:   schema.NotFound,
		Detail: fmt.Sprintf("the artifact store has lost part %d of the upload of %s", number, digest),
		Fix:    "begin it anew",
	}
}

// assemble completes an upload.
func (s *Store) assemble(ctx context.Context, digest schema.Digest, upload string, sent []part, on condition) error {
	numbered := make([]minio.CompletePart, len(sent))
	for i, p := range sent {
		numbered[i] = minio.CompletePart{PartNumber: i + 1, ETag: p.ETag}
	}
	_, err := s.core.CompleteMultipartUpload(ctx, s.bucket, s.key(digest), upload, numbered, s.options(on))
	if on == ifNone && s.isPlain(err) {
		return s.assemble(ctx, digest, upload, sent, always)
	}
	return err
}

// abort removes an upload and its parts. One that is not there is no error.
func (s *Store) abort(ctx context.Context, key, upload string) error {
	bounded, cancel := s.bounded(ctx)
	defer cancel()
	err := s.core.AbortMultipartUpload(bounded, s.bucket, key, upload)
	if noUpload(err) || notThere(err) {
		return nil
	}
	return overdue(bounded, err)
}

// cleanupLimit is how long is spent on clearing away for a caller that has gone.
const cleanupLimit = 30 * time.Second

// detached gives a context for what must be done though ctx has ended.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(context.WithoutCancel(ctx), cleanupLimit, errSlow)
}

// finish makes the artifact of an upload all of whose parts are sent and verified.
// What is stored already is replaced: that heals it and makes it new.
func (s *Store) finish(ctx context.Context, digest schema.Digest, upload string, sent []part, size int64) error {
	err := s.assemble(ctx, digest, upload, sent, ifNone)
	if refused(err) || inTheWay(err) {
		err = s.assemble(ctx, digest, upload, sent, always)
	}
	if err != nil && !noUpload(err) {
		return err
	}
	// A request whose answer was lost is sent again. Then there is no upload any
	// more, for the first has completed it.
	fault := s.confirm(ctx, digest, size)
	if err != nil && fault != nil {
		return err
	}
	return fault
}

// putParts puts an artifact in parts that are spooled one at a time.
func (s *Store) putParts(ctx context.Context, digest schema.Digest, size int64, verified io.Reader) error {
	f, err := s.newSpool()
	if err != nil {
		return err
	}
	defer f.Close()
	switch _, err := f.fill(verified, s.partSize(size, 0)); err {
	case io.EOF:
		return s.putWhole(ctx, digest, f.section())
	case nil:
	default:
		return err
	}
	upload, err := s.begin(ctx, digest)
	if err != nil {
		return err
	}
	if err = s.putRest(ctx, digest, size, upload, f, verified); err != nil {
		gone, cancel := detached(ctx)
		defer cancel()
		return errors.Join(err, s.abort(gone, s.key(digest), upload))
	}
	return nil
}

// putRest sends the spooled first part and those that follow, and completes.
func (s *Store) putRest(ctx context.Context, digest schema.Digest, size int64, upload string, f *spool, verified io.Reader) error {
	var sent []part
	var total int64
	for ended := false; ; {
		p, err := s.send(ctx, s.key(digest), upload, len(sent)+1, f)
		if err != nil {
			return err
		}
		sent = append(sent, p)
		total += p.Size
		f.empty()
		if !ended {
			_, err = f.fill(verified, s.partSize(size, len(sent)))
			if ended = err == io.EOF; err != nil && !ended {
				return err
			}
		}
		if f.size == 0 {
			return s.finish(ctx, digest, upload, sent, total)
		}
		if len(sent) == maxParts {
			return &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("%s is larger than S3 can hold", digest), Fix: "keep it elsewhere"}
		}
	}
}
