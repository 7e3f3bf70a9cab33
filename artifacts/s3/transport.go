package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// transport gives connections on which nothing waits for ever: not for the
// connection, not for an answer to begin, not for bytes to be taken. How long a
// body takes as a whole is not limited.
func (c Config) transport() (*transports, error) {
	dialer := net.Dialer{Timeout: min(c.Timeout, 30*time.Second), KeepAlive: 15 * time.Second}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &impatient{conn, c.Timeout}, nil
		},
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   min(c.Timeout, 30*time.Second),
		ResponseHeaderTimeout: c.Timeout,
		IdleConnTimeout:       time.Minute,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		WriteBufferSize:       64 << 10,
		ReadBufferSize:        64 << 10,
		DisableCompression:    true, // an artifact is the bytes as they are
	}
	if c.CAFile != "" {
		pool, err := trust(c.CAFile)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig.RootCAs = pool
	}
	slow := t.Clone()
	slow.ResponseHeaderTimeout = 15 * c.Timeout
	return &transports{usual: t, slow: slow}, nil
}

func trust(file string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the certificates to trust: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s has no certificate in PEM", schema.Quote(file)), Fix: "name a file with -----BEGIN CERTIFICATE-----"}
	}
	return pool, nil
}

// transports sends the requests at which a server may work long before it answers,
// to copy what it holds, over connections that allow for it.
type transports struct{ usual, slow *http.Transport }

func (t *transports) closeIdle() {
	t.usual.CloseIdleConnections()
	t.slow.CloseIdleConnections()
}

// RoundTrip implements http.RoundTripper.
func (t *transports) RoundTrip(r *http.Request) (*http.Response, error) {
	completes := r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
	if completes || r.Header.Get("X-Amz-Copy-Source") != "" {
		return t.slow.RoundTrip(r)
	}
	return t.usual.RoundTrip(r)
}

// An impatient connection fails when the other side takes no bytes.
type impatient struct {
	net.Conn
	limit time.Duration
}

// Write implements net.Conn.
func (c *impatient) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.limit)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
