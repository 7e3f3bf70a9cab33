package s3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// List is described at [artifacts.Store]. It holds one answer of the server, of
// at most 1000 artifacts, in memory.
func (s *Store) List(ctx context.Context) iter.Seq2[artifacts.Info, error] {
	return func(yield func(artifacts.Info, error) bool) {
		for object, err := range s.objects(ctx, storedFolder) {
			if err != nil {
				yield(artifacts.Info{}, s.explain(ctx, "list artifacts", schema.Digest{}, err))
				return
			}
			digest, ok := s.digestOf(object.Key)
			if ok && !yield(info(digest, object), nil) {
				return
			}
		}
	}
}

// digestOf gives the digest of the artifact that lies under key, if one does.
func (s *Store) digestOf(key string) (schema.Digest, bool) {
	digest, err := schema.ParseDigest("sha256:" + key[strings.LastIndexByte(key, '/')+1:])
	return digest, err == nil && s.key(digest) == key
}

// objects gives the objects in one of the store's folders, in the order of their
// keys.
func (s *Store) objects(ctx context.Context, folder string) iter.Seq2[minio.ObjectInfo, error] {
	return func(yield func(minio.ObjectInfo, error) bool) {
		if ctx.Err() != nil {
			yield(minio.ObjectInfo{}, context.Cause(ctx))
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for object := range s.core.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + folder, Recursive: true}) {
			if !yield(object, object.Err) || object.Err != nil {
				return
			}
		}
		if ctx.Err() != nil {
			yield(minio.ObjectInfo{}, context.Cause(ctx))
		}
	}
}

// Sweep is described at [artifacts.Store]. A multipart upload counts as written
// when its newest part was.
func (s *Store) Sweep(ctx context.Context, olderThan time.Time) (int, error) {
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	tails, err := s.sweepTails(ctx, olderThan)
	uploads, fault := s.sweepUploads(ctx, olderThan)
	return tails + uploads, errors.Join(err, fault)
}

func (s *Store) sweepTails(ctx context.Context, olderThan time.Time) (swept int, _ error) {
	var faults []error
	for object, err := range s.objects(ctx, partialFolder) {
		if err == nil && !object.LastModified.Before(olderThan) {
			continue
		}
		if err == nil {
			err = s.remove(ctx, object.Key)
		}
		if err != nil {
			faults = append(faults, s.explain(ctx, "sweep the artifact store", schema.Digest{}, err))
			continue
		}
		swept++
	}
	return swept, errors.Join(faults...)
}

func (s *Store) sweepUploads(ctx context.Context, olderThan time.Time) (swept int, _ error) {
	var faults []error
	for upload, err := range s.uploads(ctx) {
		old := err == nil && upload.Initiated.Before(olderThan)
		if old {
			old, err = s.unwritten(ctx, upload, olderThan)
		}
		if old && err == nil {
			err = s.abort(ctx, upload.Key, upload.UploadID)
		}
		if err != nil {
			faults = append(faults, s.explain(ctx, "sweep the artifact store", schema.Digest{}, err))
		} else if old {
			swept++
		}
	}
	return swept, errors.Join(faults...)
}

// uploads gives the multipart uploads of artifacts that are not complete.
func (s *Store) uploads(ctx context.Context) iter.Seq2[minio.ObjectMultipartInfo, error] {
	return func(yield func(minio.ObjectMultipartInfo, error) bool) {
		var key, id string
		for {
			bounded, cancel := s.bounded(ctx)
			page, err := s.core.ListMultipartUploads(bounded, s.bucket, s.prefix+storedFolder, key, id, "", 1000)
			err = overdue(bounded, err)
			cancel()
			if err != nil {
				yield(minio.ObjectMultipartInfo{}, err)
				return
			}
			for _, upload := range page.Uploads {
				if _, ours := s.digestOf(upload.Key); ours && !yield(upload, nil) {
					return
				}
			}
			if !page.IsTruncated {
				return
			}
			if page.NextKeyMarker == key && page.NextUploadIDMarker == id {
				yield(minio.ObjectMultipartInfo{}, fmt.Errorf("the list of uploads does not go on after %s", schema.Quote(key)))
				return
			}
			key, id = page.NextKeyMarker, page.NextUploadIDMarker
		}
	}
}

// unwritten tells whether no part of an upload was written since. One that is not
// there any more was completed or aborted meanwhile.
func (s *Store) unwritten(ctx context.Context, upload minio.ObjectMultipartInfo, since time.Time) (bool, error) {
	for part, err := range s.parts(ctx, upload.Key, upload.UploadID) {
		if noUpload(err) || err == nil && !part.LastModified.Before(since) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}
