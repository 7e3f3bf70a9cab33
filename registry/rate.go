package registry

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/patternbook/patternbook/schema"
)

// A Class is a sort of request that is counted by itself.
type Class string

// The classes.
const (
	ClassFree   Class = ""        // not counted: what is cheap, or kept by caches
	ClassSignUp Class = "sign-up" // accounts opened, by address
	ClassLogin  Class = "login"   // passwords tried, by address, and by address and account
	ClassWrite  Class = "write"   // documents, by account
	ClassUpload Class = "upload"  // artifacts and pieces of them, by account
	ClassReport Class = "report"  // what anybody tells the keeper, by address
	ClassSearch Class = "search"  // reads that are dear, and pages, by account or address
)

// A Rate is how much of a class is let through: Events within Per, all at once or
// one after the other. The zero Rate is no limit.
type Rate struct {
	Events int
	Per    time.Duration
}

// Rates are the limits of the classes.
type Rates map[Class]Rate

// DefaultRates are such that a workshop of thirty behind one address, or a design
// of ten thousand files, does not meet them.
func DefaultRates() Rates {
	return Rates{
		ClassSignUp: {60, time.Hour},
		ClassLogin:  {20, 10 * time.Minute},
		ClassWrite:  {1200, time.Hour},
		ClassUpload: {40_000, time.Hour},
		ClassReport: {20, time.Hour},
		ClassSearch: {1200, time.Minute},
	}
}

// loginsByAddress is how many times more passwords an address may try for all
// accounts than for one.
const loginsByAddress = 6

// ParseRate reads a rate like 20/10m, 60/h or off.
func ParseRate(s string) (Rate, error) {
	if s == "off" {
		return Rate{}, nil
	}
	n, per, _ := strings.Cut(s, "/")
	events, err := strconv.Atoi(n)
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per
	}
	d, fault := time.ParseDuration(per)
	if err != nil || fault != nil || events < 1 || d < time.Second || d > 24*time.Hour {
		return Rate{}, fmt.Errorf("%s is no rate; write it like 20/10m or 60/h, or off", schema.Quote(s))
	}
	return Rate{events, d}, nil
}

// A governor counts requests in buckets of tokens, which fill up evenly. Buckets
// that are idle for so long that they are full are forgotten; of too many the ones
// that were used least go, which lets somebody through too early and keeps memory
// bounded.
type governor struct {
	rates   Rates
	buckets *otter.Cache[bucket, *rate.Limiter]
	now     func() time.Time
}

// A bucket is who is counted for what.
type bucket struct {
	class   Class
	account schema.Name  // zero when it is by address
	address netip.Prefix // zero when it is by account
}

const maxBuckets = 200_000 // some 50 MiB at worst

func newGovernor(rates Rates, now func() time.Time) (*governor, error) {
	buckets, err := otter.New(&otter.Options[bucket, *rate.Limiter]{
		MaximumSize: maxBuckets, ExpiryCalculator: otter.ExpiryAccessing[bucket, *rate.Limiter](24 * time.Hour),
	})
	return &governor{rates, buckets, now}, err
}

// take lets one request through, or gives the error of kind TooMany that says how
// long to wait. times multiplies the rate.
func (g *governor) take(b bucket, times int) error {
	r := g.rates[b.class]
	if r.Events == 0 {
		return nil
	}
	limiter, _ := g.buckets.ComputeIfAbsent(b, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Limit(float64(r.Events*times)/r.Per.Seconds()), r.Events*times), false
	})
	reservation := limiter.ReserveN(g.now(), 1)
	wait := reservation.DelayFrom(g.now())
	if wait == 0 {
		return nil
	}
	reservation.CancelAt(g.now())
	seconds := int(math.Ceil(wait.Seconds()))
	return &schema.Error{
		Kind: schema.TooMany, Detail: fmt.Sprintf("there were too many requests (%s): %d in %s are let through", b.class, r.Events*times, r.Per),
		Fix: fmt.Sprintf("try again in %d seconds", seconds), Wait: time.Duration(seconds) * time.Second,
	}
}

// network gives the part of an address that somebody has for themselves: of IPv6
// the first 64 bits.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// Admit counts a request of a class and lets it through, or gives an error of kind
// TooMany. An account is counted as such, anybody else by the address. Whoever asks
// by no address at all, as tests and the keeper's own commands do, is let through.
func (s *Service) Admit(class Class, by Actor, address netip.Addr) error {
	b := bucket{class: class, account: by.Account}
	if by.Account.IsZero() || class == ClassSignUp || class == ClassLogin || class == ClassReport {
		if !address.IsValid() {
			return nil
		}
		b.account, b.address = schema.Name{}, network(address)
	}
	if class == ClassLogin {
		return s.governor.take(b, loginsByAddress)
	}
	return s.governor.take(b, 1)
}

// AdmitLogin counts a password that is tried for an account. It is counted by the
// address as well, so that nobody can keep the holder of an account out.
func (s *Service) AdmitLogin(account schema.Name, address netip.Addr) error {
	if !address.IsValid() {
		return nil
	}
	return s.governor.take(bucket{ClassLogin, account, network(address)}, 1)
}
