// Package client speaks to a registry over HTTP: a method for each operation of
// its API, and on them the flows that people use: publish a folder, fetch a
// release and verify it.
//
// Imports schema, bom, artifacts and its own folder, which lists what to publish.
// Never registry: both sides speak through schema and bom. Start reading at
// [Client.PublishFolder].
package client

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/patternbook/patternbook/schema"
)

// Options are what can be chosen about a Client. The zero value is right.
type Options struct {
	// Token proves who asks. Without one only reading is possible.
	Token string
	// UserAgent is sent with each request.
	UserAgent string
	// Retries is how often a request that can be repeated is, 4 when 0; none when
	// below 0.
	Retries int
	// Signer signs what its account says: releases, their status and batches. Nil
	// signs nothing.
	Signer *Signer
}

// A Signer is an account and the private key with which it signs.
type Signer struct {
	Account schema.Name // zero for whoever's token the client has
	Key     ed25519.PrivateKey
}

// A Client speaks to one registry. Its methods may be called at once. Errors that
// the registry answers are *schema.Error with the kind that the registry gave.
type Client struct {
	base  string // address without a slash at the end
	http  *retryablehttp.Client
	goOn  int // see the constant of that name
	token string
	agent string
	signs *Signer // nil when nothing is signed
}

// New makes a client of the registry at address, an http or https URL.
func New(address string, o Options) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%q is not the address of a registry", address), Fix: "write a URL, like https://registry.example"}
	}
	transport := http.DefaultTransport.(*http.Transport).Clone() // net/http gives no other way to its defaults
	transport.MaxIdleConnsPerHost = parallel
	transport.ResponseHeaderTimeout = 5 * time.Minute // a large publication takes its time
	h := retryablehttp.NewClient()
	h.HTTPClient = &http.Client{Transport: transport}
	h.Logger = nil
	h.RetryWaitMin, h.RetryWaitMax = 200*time.Millisecond, 10*time.Second
	h.CheckRetry = retry
	h.ErrorHandler = retryablehttp.PassthroughErrorHandler
	on := goOn
	switch {
	case o.Retries > 0:
		h.RetryMax = o.Retries
	case o.Retries < 0:
		h.RetryMax, on = 0, 0
	}
	return &Client{base: strings.TrimRight(address, "/"), http: h, goOn: on, token: o.Token, agent: o.UserAgent, signs: o.Signer}, nil
}

// parallel is how many files are sent or fetched at once.
const parallel = 4

// Address gives the registry's address.
func (c *Client) Address() string { return c.base }

// onceKey marks the context of a request that must not be repeated.
type onceKey struct{}

// retry repeats what can be repeated. All operations can but those that open an
// account or make a token: documents are named by their digests, and the same
// again gives the same answer.
func retry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Value(onceKey{}) != nil || err != nil && permanent(err) {
		return false, nil
	}
	if response != nil {
		if wait, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && wait > maxWait {
			return false, nil // whoever waits wants to know
		}
	}
	return retryablehttp.DefaultRetryPolicy(ctx, response, err)
}

// maxWait is how many seconds a request waits at most when it is told to.
const maxWait = 30

// permanent tells whether an error of sending is our own: a file that changed,
// not a connection that broke.
func permanent(err error) bool {
	_, ours := errors.AsType[*schema.Error](err)
	return ours
}

// A request is one call.
type request struct {
	method string
	path   string // from the registry's root, escaped
	query  url.Values
	body   any // sent as JSON when it is not nil and stream is nil
	stream retryablehttp.ReaderFunc
	size   int64 // of stream, bytes
	header http.Header
	once   bool
}

// do sends a request. The caller closes the body of the response. An answer
// above 399 is an error.
func (c *Client) do(ctx context.Context, q request) (*http.Response, error) {
	if q.once {
		ctx = context.WithValue(ctx, onceKey{}, true)
	}
	address := c.base + q.path
	if query := q.query.Encode(); query != "" {
		address += "?" + query
	}
	var body any
	switch {
	case q.stream != nil:
		body = q.stream
	case q.body != nil:
		b, err := json.Marshal(q.body)
		if err != nil {
			return nil, err
		}
		body = b
	}
	r, err := retryablehttp.NewRequestWithContext(ctx, q.method, address, body)
	if err != nil {
		return nil, err
	}
	switch {
	case q.stream != nil:
		r.ContentLength = q.size
		r.Header.Set("Content-Type", "application/octet-stream")
	case q.body != nil:
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range q.header {
		r.Header[name] = values
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.agent != "" {
		r.Header.Set("User-Agent", c.agent)
	}
	response, err := c.http.Do(r)
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if response.StatusCode < 400 {
		return response, nil
	}
	defer func() { _ = response.Body.Close() }()
	return nil, c.problem(response)
}

func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if permanent(err) {
		return err
	}
	return &schema.Error{
		Kind: schema.Unavailable, Detail: fmt.Sprintf("the registry at %s cannot be reached: %s", c.base, innermost(err)),
		Fix: "check the address (--registry or PATTERNBOOK_REGISTRY) and the connection", Err: err,
	}
}

func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// problem gives the error that a response tells of.
func (c *Client) problem(response *http.Response) error {
	const limit = 1 << 20
	b, err := io.ReadAll(io.LimitReader(response.Body, limit))
	var p schema.Problem
	if err == nil && json.Unmarshal(b, &p) == nil && strings.HasPrefix(p.Type, schema.ProblemPrefix) {
		return p.Err()
	}
	kind := schema.Internal
	if response.Request.Method == http.MethodHead { // which has no room for a problem
		switch response.StatusCode {
		case http.StatusNotFound:
			return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s has nothing at %s", c.base, response.Request.URL.Path)}
		case http.StatusUnauthorized:
			return &schema.Error{Kind: schema.Unauthenticated, Detail: fmt.Sprintf("%s does not know you", c.base), Fix: "log in with patternbook login"}
		}
	}
	if response.StatusCode == http.StatusBadGateway || response.StatusCode == http.StatusServiceUnavailable || response.StatusCode == http.StatusGatewayTimeout {
		kind = schema.Unavailable
	}
	return &schema.Error{
		Kind: kind, Detail: fmt.Sprintf("%s answered %s, and not as a registry does", c.base, response.Status),
		Fix: "check that the address is that of a registry",
	}
}

// maxJSON bounds what is read of an answer that is not a file.
const maxJSON = 512 << 20

// bytes gives the body of an answer.
func (c *Client) bytes(ctx context.Context, q request) ([]byte, error) {
	response, err := c.do(ctx, q)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(response.Body, maxJSON+1))
	if err != nil {
		return nil, c.unreachable(ctx, err)
	}
	if n > maxJSON {
		return nil, &schema.Error{Kind: schema.TooLarge, Detail: fmt.Sprintf("the answer of %s has more than %d bytes", c.base, maxJSON)}
	}
	return buf.Bytes(), nil
}

// call sends a request and reads its answer into a value.
func call[T any](ctx context.Context, c *Client, q request) (answer T, err error) {
	b, err := c.bytes(ctx, q)
	if err != nil {
		return answer, err
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return answer, &schema.Error{Kind: schema.Internal, Detail: fmt.Sprintf("the answer of %s cannot be read: %s", c.base, err), Err: err}
	}
	return answer, nil
}

// path joins segments, each escaped.
func path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}
