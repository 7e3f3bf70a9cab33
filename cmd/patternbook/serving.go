package main

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// dataFlag names the folder of the registry.
func (a *app) dataFlag(f *pflag.FlagSet) {
	f.StringVar(&a.settings.Data, "data", "", "folder of the registry (PATTERNBOOK_DATA), patternbook-data if nothing is said")
}

// artifactsFlag names the store.
func (a *app) artifactsFlag(f *pflag.FlagSet) {
	f.StringVar(&a.settings.Artifacts, "artifacts", "", "where artifacts are kept: a folder, or s3://bucket/prefix (PATTERNBOOK_ARTIFACTS), the folder artifacts in that of the registry if nothing is said")
}

// servingFlags are the flags of a registry that serves.
func (a *app) servingFlags(f *pflag.FlagSet) {
	s := &a.settings
	a.dataFlag(f)
	a.artifactsFlag(f)
	f.StringVar(&s.Listen, "listen", "", "address to listen on (PATTERNBOOK_LISTEN), "+defaultListen+" if nothing is said")
	f.StringVar(&s.Origin, "origin", "", "name of a new ledger, like registry.example/ledger (PATTERNBOOK_ORIGIN); it never changes")
	f.StringVar(&s.Redirect, "artifacts-redirect", "", "true: send those who download to the store, where it is S3 (PATTERNBOOK_ARTIFACTS_REDIRECT)")
	f.Lookup("artifacts-redirect").NoOptDefVal = "true"
	f.StringVar(&s.MaxFile, "max-file", "", "most bytes of one file (PATTERNBOOK_MAX_FILE), 16GiB if nothing is said")
	f.StringVar(&s.AccountQuota, "account-quota", "", "most bytes of all that one account sends (PATTERNBOOK_ACCOUNT_QUOTA)")
	f.StringVar(&s.TotalQuota, "total-quota", "", "most bytes of all artifacts (PATTERNBOOK_TOTAL_QUOTA)")
	f.StringVar(&s.Uploads, "uploads", "", "most uploads of one account at once (PATTERNBOOK_UPLOADS), 64 if nothing is said")
	f.StringVar(&s.UploadExpiry, "upload-expiry", "", "how long an interrupted upload can go on (PATTERNBOOK_UPLOAD_EXPIRY), 7d if nothing is said")
	f.StringVar(&s.Grace, "grace", "", "how long artifacts stay that nothing names (PATTERNBOOK_GRACE), 14d if nothing is said")
	f.StringVar(&s.Reserve, "reserve", "", "bytes of the disk that stay free: with less the registry is read-only (PATTERNBOOK_RESERVE), 256MiB if nothing is said")
	for _, l := range s.rates() {
		f.StringVar(l.text, strings.ReplaceAll(l.key, "_", "-"), "", l.usage+" (PATTERNBOOK_"+strings.ToUpper(l.key)+"), "+rateText(registry.DefaultRates()[l.class])+" if nothing is said, or off")
	}
	f.StringVar(&s.Accounts, "accounts", "", "open: anybody opens an account; closed: only the keeper, with admin invite (PATTERNBOOK_ACCOUNTS), open if nothing is said")
	f.StringVar(&s.TrustedProxies, "trusted-proxies", "", "networks of proxies that say in X-Forwarded-For where a request comes from, like 10.0.0.0/8, by commas (PATTERNBOOK_TRUSTED_PROXIES)")
	f.StringVar(&s.AuditKeep, "audit-keep", "", "how long it is kept who has written, or tried to, and from where (PATTERNBOOK_AUDIT_KEEP), 90d if nothing is said")
	f.StringVar(&s.TransferWait, "transfer-wait", "", "how long owners can stop a transfer that was accepted (PATTERNBOOK_TRANSFER_WAIT), 7d if nothing is said")
	f.StringVar(&s.CollectEvery, "collect-every", "", "how often what nothing needs is removed, as patternbook gc does, or never (PATTERNBOOK_COLLECT_EVERY), 24h if nothing is said")
}

// bytes reads a size like 16GiB, 0 when nothing is said.
func (s *settings) bytes(key, text string, errs *[]schema.Place) int64 {
	if text == "" {
		return 0
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n > math.MaxInt64 {
		*errs = append(*errs, schema.Place{Field: key, Detail: strconv.Quote(text) + " is no size; write it like 500MB or 16GiB"})
	}
	return int64(n) // #nosec G115 -- looked at above
}

// duration reads a time like 12h or 14d, 0 when nothing is said.
func duration(key, text string, errs *[]schema.Place) time.Duration {
	if text == "" {
		return 0
	}
	var d time.Duration
	days, isDays := strings.CutSuffix(text, "d")
	n, err := strconv.ParseUint(days, 10, 16)
	if d = time.Duration(n) * 24 * time.Hour; !isDays {
		d, err = time.ParseDuration(text)
	}
	if err != nil || d < 0 {
		*errs = append(*errs, schema.Place{Field: key, Detail: strconv.Quote(text) + " is no duration; write it like 12h or 14d"})
	}
	return d
}

// A rateSetting is the setting of how many requests of a class are let through.
type rateSetting struct {
	class registry.Class
	key   string
	text  *string
	usage string
}

func (s *settings) rates() []rateSetting {
	return []rateSetting{
		{registry.ClassSignUp, "limit_sign_up", &s.LimitSignUp, "how many accounts an address opens"},
		{registry.ClassLogin, "limit_login", &s.LimitLogin, "how many passwords an address tries for an account; for all accounts six times as many"},
		{registry.ClassWrite, "limit_write", &s.LimitWrite, "how many documents an account publishes"},
		{registry.ClassUpload, "limit_upload", &s.LimitUpload, "how many files, or pieces of them, an account sends"},
		{registry.ClassReport, "limit_report", &s.LimitReport, "how many reports an address sends"},
		{registry.ClassSearch, "limit_search", &s.LimitSearch, "how many pages and searches somebody asks for"},
	}
}

func rateText(r registry.Rate) string {
	per := strings.TrimSuffix(strings.TrimSuffix(r.Per.String(), "0s"), "0m") // 1h, not 1h0m0s
	return strconv.Itoa(r.Events) + "/" + per
}

// readRates reads the rates; what is not said is the default.
func (s *settings) readRates(errs *[]schema.Place) registry.Rates {
	rates := registry.DefaultRates()
	for _, l := range s.rates() {
		if *l.text == "" {
			continue
		}
		r, err := registry.ParseRate(*l.text)
		if err != nil {
			*errs = append(*errs, schema.Place{Field: l.key, Detail: err.Error()})
		}
		rates[l.class] = r
	}
	return rates
}

// readProxies reads the networks of trusted proxies; a single address is a network
// of its own.
func (s *settings) readProxies(errs *[]schema.Place) (list []netip.Prefix) {
	for text := range strings.SplitSeq(s.TrustedProxies, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		p, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			*errs = append(*errs, schema.Place{Field: "trusted_proxies", Detail: schema.Quote(text) + " is no network; write it like 10.0.0.0/8"})
		}
		list = append(list, p)
	}
	return list
}

// serving are the settings of a registry, read.
type serving struct {
	rates        registry.Rates
	proxies      []netip.Prefix
	keepAudit    time.Duration
	transferWait time.Duration // below 0 for none
	limits       registry.Limits
	redirect     bool
	closed       bool
	collectEvery time.Duration // 0 when never
}

// serving reads the settings of a registry. Errors: Invalid, with every fault.
func (s *settings) serving() (serving, error) {
	var errs []schema.Place
	v := serving{
		limits: registry.Limits{
			File: s.bytes("max_file", s.MaxFile, &errs), Account: s.bytes("account_quota", s.AccountQuota, &errs), Total: s.bytes("total_quota", s.TotalQuota, &errs),
			Expiry: duration("upload_expiry", s.UploadExpiry, &errs), Grace: duration("grace", s.Grace, &errs), Reserve: s.bytes("reserve", s.Reserve, &errs),
		},
	}
	v.limits.Grace, v.limits.Reserve = zeroIsNone(s.Grace, v.limits.Grace), zeroIsNone(s.Reserve, v.limits.Reserve)
	var err error
	if s.Uploads != "" {
		if v.limits.Uploads, err = strconv.Atoi(s.Uploads); err != nil || v.limits.Uploads < 1 {
			errs = append(errs, schema.Place{Field: "uploads", Detail: strconv.Quote(s.Uploads) + " is no number of uploads; write it like 64"})
		}
	}
	if v.redirect, err = strconv.ParseBool(s.Redirect); err != nil && s.Redirect != "" {
		errs = append(errs, schema.Place{Field: "artifacts_redirect", Detail: strconv.Quote(s.Redirect) + " is neither true nor false"})
	}
	if v.closed = s.Accounts == "closed"; !v.closed && s.Accounts != "" && s.Accounts != "open" {
		errs = append(errs, schema.Place{Field: "accounts", Detail: strconv.Quote(s.Accounts) + " is neither open nor closed"})
	}
	v.keepAudit = duration("audit_keep", s.AuditKeep, &errs)
	v.transferWait = zeroIsNone(s.TransferWait, duration("transfer_wait", s.TransferWait, &errs))
	v.rates, v.proxies = s.readRates(&errs), s.readProxies(&errs)
	if s.CollectEvery != "never" {
		v.collectEvery = duration("collect_every", s.CollectEvery, &errs)
		if v.collectEvery > 0 && v.collectEvery < time.Minute {
			errs = append(errs, schema.Place{Field: "collect_every", Detail: "it is less than a minute; write it like 24h, or never"})
		}
	}
	if len(errs) > 0 {
		return v, &schema.Error{Kind: schema.Invalid, Detail: "the settings cannot be understood", At: errs}
	}
	return v, nil
}

// zeroIsNone tells a setting of 0, which is below 0 for the registry, from one that
// is left out.
func zeroIsNone[T int64 | time.Duration](text string, value T) T {
	if text != "" && value == 0 {
		return -1
	}
	return value
}
