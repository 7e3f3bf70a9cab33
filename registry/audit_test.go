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
	list, err := f.Audits(ctx, time.Now().Add(-time.Hour), schema.Name{}, many+1)
	if err != nil || len(list) != many || list[0].Object != fmt.Sprintf("/v1/x/%d", many-1) || list[0].Address != "192.0.2.1" || list[0].Account != name("ada") {
		t.Fatalf("%d of %d are kept (%v)", len(list), many, err)
	}
	check(t, f.vault.ForgetAudits(ctx, time.Now().Add(time.Hour)))
	if list, err := f.Audits(ctx, time.Time{}, schema.Name{}, 10); err != nil || len(list) != 0 {
		t.Errorf("%d are left (%v)", len(list), err)
	}
}
