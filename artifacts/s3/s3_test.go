package s3

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/artifacts/artifactstest"
	"github.com/patternbook/patternbook/artifacts/s3/s3test"
	"github.com/patternbook/patternbook/schema"
)

// config is that of a bucket, reached through endpoint.
func config(server s3test.Server, endpoint string) Config {
	return Config{
		Bucket: server.Bucket, Prefix: "a/b", Endpoint: endpoint, Region: s3test.Region,
		AccessKey: s3test.AccessKey, SecretKey: s3test.SecretKey,
		Timeout: 20 * time.Second,
	}
}

func openStore(t testing.TB, c Config) *Store {
	t.Helper()
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	artifactstest.Run(t, func(t *testing.T) artifacts.Store {
		server := s3test.Start(t)
		return openStore(t, config(server, server.Endpoint))
	})
}

func mustPut(t testing.TB, s artifacts.Store, b []byte) schema.Digest {
	t.Helper()
	digest := schema.DigestOf(b)
	if err := s.Put(t.Context(), digest, int64(len(b)), bytes.NewReader(b)); err != nil {
		t.Fatalf("Put of %d bytes: %v", len(b), err)
	}
	return digest
}

func readAll(t testing.TB, s artifacts.Store, digest schema.Digest) ([]byte, error) {
	o, err := s.Open(t.Context(), digest)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(o)
	return b, errors.Join(err, o.Close())
}

func wantBytes(t testing.TB, s artifacts.Store, want []byte) {
	t.Helper()
	if got, err := readAll(t, s, schema.DigestOf(want)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes of %d back, or others; %v", len(got), len(want), err)
	}
}
