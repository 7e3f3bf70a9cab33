package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/registry"
)

// classes says how each operation is counted. One that is not here cannot be
// registered.
var classes = map[string]registry.Class{
	"open-account": registry.ClassSignUp, "make-token": registry.ClassLogin, "change-password": registry.ClassLogin, "recover-account": registry.ClassLogin, "close-account": registry.ClassLogin,

	"report": registry.ClassReport,

	"make-recovery-codes": registry.ClassWrite, "add-key": registry.ClassWrite, "revoke-key": registry.ClassWrite, "require-signatures": registry.ClassWrite, "revoke-token": registry.ClassWrite,
	"moderate": registry.ClassWrite, "close-report": registry.ClassWrite, "transfer": registry.ClassWrite,
	"open-organisation": registry.ClassWrite, "set-member": registry.ClassWrite, "accept-membership": registry.ClassWrite, "end-membership": registry.ClassWrite,
	"draft-release": registry.ClassWrite, "publish-release": registry.ClassWrite, "set-release-status": registry.ClassWrite, "register-batch": registry.ClassWrite,
	"record-build": registry.ClassWrite, "record-event": registry.ClassWrite, "publish-advisory": registry.ClassWrite, "answer-advisory": registry.ClassWrite,

	"missing-artifacts": registry.ClassUpload, "put-artifact": registry.ClassUpload, "list-uploads": registry.ClassUpload, "create-upload": registry.ClassUpload,
	"patch-upload": registry.ClassUpload, "head-upload": registry.ClassUpload, "end-upload": registry.ClassUpload,

	"search-designs": registry.ClassSearch, "get-bom": registry.ClassSearch, "compare-releases": registry.ClassSearch, "list-parts": registry.ClassSearch,
	"get-part": registry.ClassSearch, "list-part-uses": registry.ClassSearch, "list-design-uses": registry.ClassSearch, "list-release-uses": registry.ClassSearch,
	"list-batches": registry.ClassSearch, "count-batches": registry.ClassSearch, "list-release-batches": registry.ClassSearch, "list-units": registry.ClassSearch, "trace-unit": registry.ClassSearch,
	"list-advisories": registry.ClassSearch, "list-affected": registry.ClassSearch,
	"preview-moderation": registry.ClassSearch, "list-reports": registry.ClassSearch, "list-audit": registry.ClassSearch, "list-transfers": registry.ClassSearch,
	"list-members": registry.ClassSearch, "list-memberships": registry.ClassSearch, "list-tokens": registry.ClassSearch,
	"get-archive-zip": registry.ClassSearch, "get-archive-tar-zst": registry.ClassSearch,

	"healthz": registry.ClassFree, "readyz": registry.ClassFree, "get-checkpoint": registry.ClassFree, "get-ledger-key": registry.ClassFree,
	"get-account": registry.ClassFree, "get-token": registry.ClassFree, "get-design": registry.ClassFree, "get-release": registry.ClassFree,
	"get-file": registry.ClassFree, "get-artifact": registry.ClassFree, "head-artifact": registry.ClassFree, "get-document": registry.ClassFree,
	"get-design-transfer": registry.ClassFree, "get-ownership-transfer": registry.ClassFree,
	"get-envelope": registry.ClassFree, "get-batch": registry.ClassFree, "get-unit": registry.ClassFree, "get-advisory": registry.ClassFree,
	"upload-options": registry.ClassFree, "upload-options-of-one": registry.ClassFree,
}

// addressKey is the context key of the address that a request comes from.
type addressKey struct{}

func from(ctx context.Context) netip.Addr {
	address, _ := ctx.Value(addressKey{}).(netip.Addr)
	return address
}

// AddressOf gives the address that a request comes from. Where that is a proxy that
// is trusted, it is the last in X-Forwarded-For that is not one: whatever stands
// before it, anybody may have written.
func AddressOf(r *http.Request, trusted []netip.Prefix) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	address = address.Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && isTrusted(address, trusted); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap()
	}
	return address
}

func isTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(address) })
}
