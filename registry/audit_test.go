package registry

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// TestAuditIsKept: what was written down is there after a restart, also more than
// the queue holds, and what is old is forgotten.
func TestAuditIsKept(t *testing.T) {
	f := open(t, "ada")
	const many = 3 * auditQueue
	for i := range many {
		f.Audit(As(name("ada")), netip.MustParseAddr("192.0.2.1"), "PUT /v1/x", fmt.Sprintf("/v1/x/%d", i), 200)
	}
	f.reopen()
	ctx := context.Background()
	keeper := Keeper(schema.Name{})
	list, next, err := f.Audits(ctx, keeper, time.Now().Add(-time.Hour), schema.Name{}, Page{Limit: many + 1})
	if err != nil || next != "" || len(list) != many || list[0].Object != fmt.Sprintf("/v1/x/%d", many-1) || list[0].Address != "192.0.2.1" || list[0].Account != name("ada") {
		t.Fatalf("%d of %d are kept (%v)", len(list), many, err)
	}
	first, next, err := f.Audits(ctx, keeper, time.Time{}, name("ada"), Page{Limit: many - 1})
	check(t, err)
	rest, end, err := f.Audits(ctx, keeper, time.Time{}, name("ada"), Page{Limit: many - 1, After: next})
	if err != nil || len(first) != many-1 || len(rest) != 1 || rest[0] != list[many-1] || end != "" {
		t.Errorf("in pages there are %d and %d, then %q (%v)", len(first), len(rest), end, err)
	}
	_, _, err = f.Audits(ctx, keeper, time.Time{}, schema.Name{}, Page{Limit: 1, After: "x"})
	wantKind(t, "a cursor that there is not", err, schema.Invalid)
	check(t, f.vault.ForgetAudits(ctx, time.Now().Add(time.Hour)))
	if list, _, err := f.Audits(ctx, keeper, time.Time{}, schema.Name{}, Page{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("%d are left (%v)", len(list), err)
	}
}
