package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

// TestRates lets so many through, and says of the next when to come again.
func TestRates(t *testing.T) {
	p := newRatedPlace(t, api.Options{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, registry.Rates{
		registry.ClassSignUp: {Events: 3, Per: time.Hour}, registry.ClassLogin: {Events: 2, Per: time.Minute},
		registry.ClassWrite: {Events: 2, Per: time.Hour}, registry.ClassUpload: {Events: 4, Per: time.Hour}, registry.ClassSearch: {Events: 5, Per: time.Minute},
	})
	n := 0
	open := func(from string) answered {
		n++
		return p.do("", http.MethodPost, "/v1/accounts", map[string]string{"account": fmt.Sprintf("fresh-%d", n), "password": "four words to remember"}, "X-Forwarded-For", from)
	}
	refused := func(what string, a answered) {
		t.Helper()
		a.problem(t, http.StatusTooManyRequests, schema.TooMany)
		if s, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || s < 1 || s > 3600 {
			t.Errorf("%s: Retry-After is %q", what, a.header.Get("Retry-After"))
		}
	}
	for range 3 {
		open("192.0.2.7").is(t, http.StatusCreated)
	}
	refused("a fourth account", open("192.0.2.7"))
	refused("who claims to be forwarded from elsewhere", open("198.51.100.1, 192.0.2.7"))
	open("192.0.2.8").is(t, http.StatusCreated)
	for range 3 {
		open("2001:db8::"+strconv.Itoa(n)).is(t, http.StatusCreated)
	}
	refused("another address of the same network", open("2001:db8::ffff"))
	open("2001:db8:0:1::1").is(t, http.StatusCreated)

	login := func(account, from string) answered {
		return p.do("", http.MethodPost, "/v1/tokens", map[string]string{"account": account, "password": "not the right one"}, "X-Forwarded-For", from)
	}
	for range 2 {
		login("fresh-1", "192.0.2.9").problem(t, http.StatusUnauthorized, schema.Unauthenticated)
		login("nobody-here", "192.0.2.9").problem(t, http.StatusUnauthorized, schema.Unauthenticated)
	}
	refused("a third password", login("fresh-1", "192.0.2.9"))
	refused("a third password for an account that there is not", login("nobody-here", "192.0.2.9"))
	login("fresh-1", "192.0.2.10").problem(t, http.StatusUnauthorized, schema.Unauthenticated) // its holder is elsewhere
	for range 8 {
		login(fmt.Sprintf("other-%d", n), "192.0.2.9")
		n++
	}
	refused("many accounts from one address", login("other-more", "192.0.2.9"))

	ada := p.open("ada")
	for i := range 4 {
		p.put(ada, fmt.Sprint("bytes ", i))
	}
	refused("a fifth artifact", p.do(ada, http.MethodPut, "/v1/artifacts/"+schema.DigestOf([]byte("x")).String(), "x"))
	p.put(p.open("bob"), "x") // each account by itself
	for range 2 {
		p.do(ada, http.MethodDelete, "/v1/accounts/ada/keys/0123456789abcdef", nil)
	}
	refused("a third write", p.do(ada, http.MethodDelete, "/v1/accounts/ada/keys/0123456789abcdef", nil))
	for range 5 {
		p.get("/v1/designs?q=lamp", "X-Forwarded-For", "192.0.2.11").is(t, 200)
	}
	refused("a sixth search", p.get("/v1/designs?q=lamp", "X-Forwarded-For", "192.0.2.11"))
	p.get("/v1/accounts/fresh-1", "X-Forwarded-For", "192.0.2.11").problem(t, http.StatusNotFound, schema.NotFound) // it is not counted
}

// TestAddress: what anybody can write into a header counts only behind a proxy that
// is trusted.
func TestAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, test := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:5", "", "192.0.2.1"},
		{"192.0.2.1:5", "198.51.100.1", "192.0.2.1"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"10.0.0.1:5", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:5", "203.0.113.9, 198.51.100.1, 10.2.3.4", "198.51.100.1"},
		{"10.0.0.1:5", "203.0.113.9, nonsense", "10.0.0.1"},
		{"[::1]:5", "2001:db8::1", "2001:db8::1"},
		{"[::ffff:10.0.0.1]:5", "198.51.100.1", "198.51.100.1"},
		{"nonsense", "198.51.100.1", "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{}}
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := api.AddressOf(r, trusted).String(); got != test.want {
			t.Errorf("%s, forwarded for %q: %s, want %s", test.remote, test.forwarded, got, test.want)
		}
	}
}
