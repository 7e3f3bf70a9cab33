package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"syscall"

	"github.com/minio/minio-go/v7"
	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// errSlow is why a request was given up.
var errSlow = errors.New("the store does not answer in time")

// response gives what the server said, when err is that.
func response(err error) (minio.ErrorResponse, bool) {
	return errors.AsType[minio.ErrorResponse](err)
}

func hasCode(err error, codes ...string) bool {
	r, ok := response(err)
	return ok && slices.Contains(codes, r.Code)
}

// notThere tells that an object is not there.
func notThere(err error) bool {
	r, ok := response(err)
	return ok && r.Code != minio.NoSuchBucket && r.Code != minio.NoSuchUpload && (r.Code == minio.NoSuchKey || r.StatusCode == http.StatusNotFound)
}

func noUpload(err error) bool { return hasCode(err, minio.NoSuchUpload) }

// refused tells that an object was not created because there is one.
func refused(err error) bool {
	r, ok := response(err)
	return ok && (r.StatusCode == http.StatusPreconditionFailed || r.Code == minio.PreconditionFailed)
}

// inTheWay tells that another request for the same key is under way, which S3
// answers to conditional ones. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func inTheWay(err error) bool {
	r, ok := response(err)
	return ok && (r.StatusCode == http.StatusConflict || r.Code == "ConditionalRequestConflict" || r.Code == "OperationAborted")
}

// conditionUnknown tells that the server has no conditional writes.
func conditionUnknown(err error) bool {
	r, ok := response(err)
	return ok && (r.StatusCode == http.StatusNotImplemented || r.Code == "NotImplemented")
}

// Codes that servers answer. AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var (
	noRoomCodes = []string{
		"InsufficientCapacity", "QuotaExceeded", "ServiceQuotaExceededException", "StorageQuotaExceeded",
		"XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "TooManyObjects", "NoSpaceLeftOnDevice",
	}
	lostPartCodes    = []string{"InvalidPart", "InvalidPartOrder"}
	wrongBytesCodes  = []string{"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "ContentSHA256Mismatch"}
	credentialsCodes = []string{
		"AccessDenied", "AccountProblem", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "InvalidSecurity",
		"InvalidToken", "InvalidTokenId", "NotSignedUp", "SignatureDoesNotMatch", "TokenRefreshRequired", "UnauthorizedAccess",
	}
)

// overdue gives the cause for which ctx ended, when that is why err came.
func overdue(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && !errors.Is(err, context.Cause(ctx)) {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

// explain gives an error its kind, and says at what it came. ctx is that of the
// request.
func (s *Store) explain(ctx context.Context, act string, digest schema.Digest, err error) error {
	if err == nil {
		return nil
	}
	if notThere(err) && !digest.IsZero() {
		return artifacts.Missing(digest)
	}
	err = s.kind(ctx, overdue(ctx, err))
	if digest.IsZero() {
		return fmt.Errorf("%s: %w", act, err)
	}
	return fmt.Errorf("%s %s: %w", act, digest, err)
}

// kind gives an error its kind. One that has a kind, and that of a caller's
// context, are left as they are.
func (s *Store) kind(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*schema.Error](err); ok {
		return err
	}
	if errors.Is(err, errSlow) {
		return unavailable("the artifact store does not answer in time", err)
	}
	r, ok := response(err)
	if !ok {
		return networkKind(ctx, err)
	}
	switch {
	case r.StatusCode == http.StatusInsufficientStorage || slices.Contains(noRoomCodes, r.Code):
		return &schema.Error{Kind: schema.NoRoom, Detail: "the artifact store has no room left", Fix: "make room in the bucket or raise its quota, then try again", Err: err}
	case slices.Contains(wrongBytesCodes, r.Code):
		return &schema.Error{Kind: schema.DigestMismatch, Detail: "the artifact store got other bytes than were sent", Fix: "send them again", Err: err}
	case r.Code == minio.NoSuchBucket:
		return noBucket(s.bucket, err)
	case r.Code == "RequestTimeTooSkewed":
		return unavailable("the clocks of the registry and of the artifact store differ", err)
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden || slices.Contains(credentialsCodes, r.Code):
		return &schema.Error{Kind: schema.Unavailable, Detail: "the artifact store refuses the credentials that it was given", Fix: "check the access key, the secret key and what they may do", Err: err}
	case r.StatusCode == http.StatusTooManyRequests || r.Code == "SlowDown":
		return unavailable("the artifact store asks to slow down", err)
	case slices.Contains(lostPartCodes, r.Code):
		return unavailable("the artifact store lacks a part that it said to keep", err)
	case r.StatusCode >= 500 || r.StatusCode == http.StatusRequestTimeout || inTheWay(err):
		return unavailable("the artifact store cannot do it now", err)
	}
	return fmt.Errorf("%w (%s, status %d)", err, r.Code, r.StatusCode)
}

// networkKind gives a kind to errors of the way to the server. Whether ctx ended is
// asked of ctx: when the transport runs out of patience, its error claims to be
// context.DeadlineExceeded too.
func networkKind(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) {
		return noSpool(err)
	}
	var network net.Error
	var sent *url.Error
	if errors.As(err, &network) || errors.As(err, &sent) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
		return unavailable("the artifact store cannot be reached, or breaks off", err)
	}
	return err
}

func unavailable(detail string, err error) error {
	return &schema.Error{Kind: schema.Unavailable, Detail: detail, Fix: "try again later", Err: err}
}

func noBucket(bucket string, err error) error {
	return &schema.Error{Kind: schema.Unavailable, Detail: fmt.Sprintf("the artifact store has no bucket %s", schema.Quote(bucket)), Fix: "make the bucket, or correct its name, the endpoint or the region", Err: err}
}

func noSpool(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &schema.Error{Kind: schema.NoRoom, Detail: "the folder for parts on their way to the artifact store has no room left", Fix: "make room on its disk, then try again", Err: err}
	}
	return fmt.Errorf("keep a part on its way to the artifact store: %w", err)
}
