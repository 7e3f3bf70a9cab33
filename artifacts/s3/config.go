package s3

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"
	"github.com/patternbook/patternbook/schema"
)

// A Config tells of a store. Only Bucket must be given.
type Config struct {
	Bucket string
	Prefix string // of all keys; without it they begin at the bucket's root

	Endpoint  string // host, host:port or URL; without it s3.amazonaws.com
	Insecure  bool   // HTTP without TLS; an Endpoint that begins with http:// says it too
	PathStyle bool   // the bucket stands in the path, never in the host's name
	Region    string // without it the server is asked
	CAFile    string // certificates in PEM that are trusted beside the system's

	// Without an AccessKey the credentials are looked for: in AWS_ACCESS_KEY_ID,
	// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; in MINIO_ROOT_USER and
	// MINIO_ROOT_PASSWORD; in CredentialsFile, or else ~/.aws/credentials; and at
	// the machine's IAM role.
	AccessKey, SecretKey, SessionToken string
	CredentialsFile                    string // in the form of ~/.aws/credentials

	// Timeout is how long the server may keep silent: to take a connection, to
	// begin an answer, to go on with one or with taking bytes. Without it, 1
	// minute. To put an artifact's parts together it may take 15 times as long.
	Timeout time.Duration
	Tries   int    // how often a request is sent at most that can be repeated; without it 4
	TempDir string // for parts on their way, of 16 MiB and more; without it the system's
}

// Scheme begins the URL of a store.
const Scheme = "s3://"

// Parse reads a store's URL,
//
//	s3://bucket/prefix?endpoint=http://127.0.0.1:7070&region=us-east-1&path_style=true
//
// What may follow the question mark: endpoint, region, path_style, insecure (true
// or false both), ca_file, credentials_file. What is not said there is taken from
// env, which is os.Getenv or nil: PATTERNBOOK_S3_ENDPOINT, PATTERNBOOK_S3_REGION
// (or AWS_REGION), PATTERNBOOK_S3_PATH_STYLE, PATTERNBOOK_S3_INSECURE,
// PATTERNBOOK_S3_CA_FILE, PATTERNBOOK_S3_CREDENTIALS_FILE. A URL with a password
// is refused: it would be seen in lists of processes. Errors: Invalid.
func Parse(text string, env func(string) string) (Config, error) {
	if env == nil {
		env = func(string) string { return "" }
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme+"://" != Scheme {
		return Config{}, wrongURL(text, "it is no URL that begins with "+Scheme)
	}
	if u.User != nil {
		return Config{}, wrongURL(Scheme+u.Host+u.Path, "credentials do not belong in it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or PATTERNBOOK_S3_CREDENTIALS_FILE")
	}
	if u.Fragment != "" {
		return Config{}, wrongURL(text, "# has no meaning in it")
	}
	said, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Config{}, wrongURL(text, "what follows the question mark is not name=value&name=value")
	}
	c := Config{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/")}
	if err := c.set(said, env); err != nil {
		return Config{}, wrongURL(text, err.Error())
	}
	return c.complete()
}

// set takes the options that were said, and from env those that were not.
func (c *Config) set(said url.Values, env func(string) string) error {
	texts := map[string]*string{"endpoint": &c.Endpoint, "region": &c.Region, "ca_file": &c.CAFile, "credentials_file": &c.CredentialsFile}
	flags := map[string]*bool{"path_style": &c.PathStyle, "insecure": &c.Insecure}
	for name, values := range said {
		if texts[name] == nil && flags[name] == nil {
			return fmt.Errorf("%s is no option; there are endpoint, region, path_style, insecure, ca_file and credentials_file", schema.Quote(name))
		}
		if len(values) > 1 {
			return fmt.Errorf("%s is said %d times", name, len(values))
		}
	}
	value := func(name string) string {
		return cmp.Or(said.Get(name), env("PATTERNBOOK_S3_"+strings.ToUpper(name)))
	}
	for name, to := range texts {
		*to = value(name)
	}
	c.Region = cmp.Or(c.Region, env("AWS_REGION"))
	for name, to := range flags {
		text := value(name)
		if text == "" {
			continue
		}
		on, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%s is %s; it can be true or false", name, schema.Quote(text))
		}
		*to = on
	}
	return nil
}

func wrongURL(text, what string) error {
	return &schema.Error{
		Kind:   schema.Invalid,
		Detail: fmt.Sprintf("%s names no artifact store: %s", schema.Quote(text), what),
		Fix:    "write s3://bucket/prefix, and ?endpoint=https://host for another server than Amazon's",
	}
}

// complete checks c and fills in what was not given. Endpoint becomes a host,
// with or without a port.
func (c Config) complete() (Config, error) {
	if err := s3utils.CheckValidBucketName(c.Bucket); err != nil {
		return c, wrongURL(Scheme+c.Bucket, fmt.Sprintf("%s can be no bucket's name", schema.Quote(c.Bucket)))
	}
	c.Prefix = strings.Trim(c.Prefix, "/")
	for _, step := range strings.Split(c.Prefix, "/") {
		if c.Prefix != "" && (step == "" || step == "." || step == "..") {
			return c, wrongURL(Scheme+c.Bucket+"/"+c.Prefix, fmt.Sprintf("the prefix has a step %s", schema.Quote(step)))
		}
	}
	c.Endpoint = cmp.Or(c.Endpoint, "s3.amazonaws.com")
	if scheme, rest, ok := strings.Cut(c.Endpoint, "://"); ok {
		if scheme != "http" && scheme != "https" {
			return c, wrongURL(c.Endpoint, "an endpoint begins with https:// or http://")
		}
		c.Insecure = c.Insecure || scheme == "http"
		c.Endpoint = strings.TrimSuffix(rest, "/")
	}
	if u, err := url.Parse("//" + c.Endpoint); err != nil || u.Host != c.Endpoint || u.Hostname() == "" {
		return c, wrongURL(c.Endpoint, "an endpoint is a host, with or without a port, and no path")
	}
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.Tries = cmp.Or(c.Tries, 4)
	return c, nil
}

// client makes minio's client for c, which sends its requests through transport.
func (c Config) client(transport http.RoundTripper) (*minio.Core, error) {
	lookup := minio.BucketLookupAuto
	if c.PathStyle {
		lookup = minio.BucketLookupPath
	}
	core, err := minio.NewCore(c.Endpoint, &minio.Options{
		Creds:        c.credentials(),
		Secure:       !c.Insecure,
		Region:       c.Region,
		BucketLookup: lookup,
		Transport:    transport,
		MaxRetries:   c.Tries,
	})
	if err != nil {
		return nil, wrongURL(c.Endpoint, err.Error())
	}
	core.SetAppInfo("patternbook", "1")
	return core, nil
}

func (c Config) credentials() *credentials.Credentials {
	if c.AccessKey != "" {
		return credentials.NewStaticV4(c.AccessKey, c.SecretKey, c.SessionToken)
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{},
		&credentials.EnvMinio{},
		&credentials.FileAWSCredentials{Filename: c.CredentialsFile},
		&credentials.IAM{},
	})
}
