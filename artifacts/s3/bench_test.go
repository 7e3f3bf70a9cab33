package s3

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/minio/minio-go/v7"

	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/artifacts/s3/s3test"
)

// BenchmarkStore is measured against minio-go, which puts and gets objects of the
// same server.
//
//	go test -run '^$' -bench . ./artifacts/s3
func BenchmarkStore(b *testing.B) {
	server := s3test.Start(b)
	artifactstest.Benchmark(b, openStore(b, config(server, server.Endpoint)), &direct{b, s3test.Client(b, server.Endpoint), server.Bucket})
}

// direct is minio-go as it is.
type direct struct {
	b      *testing.B
	core   *minio.Core
	bucket string
}

func (d *direct) Put(name string, content []byte) error {
	_, err := d.core.Client.PutObject(d.b.Context(), d.bucket, "direct/"+name, bytes.NewReader(content), int64(len(content)), minio.PutObjectOptions{})
	return err
}

func (d *direct) Get(name string, w io.Writer) error {
	o, err := d.core.Client.GetObject(d.b.Context(), d.bucket, "direct/"+name, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	_, err = io.CopyBuffer(w, struct{ io.Reader }{o}, buf)
	return errors.Join(err, o.Close())
}
