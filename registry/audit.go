package registry

import (
	"context"
	"log/slog"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/registry/vault"
	"github.com/patternbook/patternbook/schema"
)

// An auditor writes down who has written, or tried to. Its writes are gathered for
// a second, so that they cost those who publish little: a crash may lose the last
// second of them, and of nothing else. When they come faster than the disk takes
// them, those who ask wait.
type auditor struct {
	vault *vault.Vault
	keep  time.Duration // how long they are kept
	now   func() time.Time
	log   *slog.Logger
	queue chan schema.Audited
	stop  chan struct{} // closed to end it
	ended chan struct{} // closed when it has written all
}

const (
	auditQueue  = 4096
	auditEvery  = time.Second
	auditForget = time.Hour
)

func newAuditor(v *vault.Vault, keep time.Duration, now func() time.Time, log *slog.Logger) *auditor {
	return &auditor{vault: v, keep: keep, now: now, log: log, queue: make(chan schema.Audited, auditQueue), stop: make(chan struct{}), ended: make(chan struct{})}
}

func (a *auditor) run() {
	defer close(a.ended)
	tick, forget := time.NewTicker(auditEvery), time.NewTicker(auditForget)
	defer tick.Stop()
	defer forget.Stop()
	var waiting []schema.Audited
	for {
		select {
		case one := <-a.queue:
			if waiting = append(waiting, one); len(waiting) >= auditQueue {
				waiting = a.write(waiting)
			}
		case <-tick.C:
			waiting = a.write(waiting)
		case <-forget.C:
			if err := a.vault.ForgetAudits(context.Background(), a.now().Add(-a.keep)); err != nil {
				a.log.Error("forget old audits", "error", err)
			}
		case <-a.stop:
			for {
				select {
				case one := <-a.queue:
					waiting = append(waiting, one)
				default:
					a.write(waiting)
					return
				}
			}
		}
	}
}

// write writes down what waits, and gives what is left to be written: nothing, for
// what the disk does not take goes into the log instead.
func (a *auditor) write(list []schema.Audited) []schema.Audited {
	if len(list) == 0 {
		return list
	}
	if err := a.vault.WriteAudits(context.Background(), list); err != nil {
		a.log.Error("audits cannot be written", "error", err)
		for _, one := range list {
			a.log.Warn("audit", "time", one.Time.String(), "account", one.Account.String(), "token", one.Token, "address", one.Address, "operation", one.Operation, "object", one.Object, "status", one.Status)
		}
	}
	return list[:0]
}

// maxObject is how much of a path is kept, in bytes.
const maxObject = 300

// Audit writes down that somebody has written, or tried to: the operation, the
// object, and the status of the answer. It is written within about a second.
func (s *Service) Audit(by Actor, address netip.Addr, operation, object string, status int) {
	a := schema.Audited{Time: schema.TimeOf(s.now()), Account: by.Account, Token: by.Token, Operation: operation, Object: object[:min(len(object), maxObject)], Status: status}
	if address.IsValid() {
		a.Address = address.String()
	}
	select {
	case s.auditor.queue <- a:
	case <-s.auditor.stop:
	}
}

// Audits gives writes and refused writes since a time, the latest first, and the cursor
// of the next page; of one account, or of all for the zero Name. Error: Forbidden.
func (s *Service) Audits(ctx context.Context, by Actor, since time.Time, account schema.Name, page index.Page) ([]schema.Audited, string, error) {
	if err := may(ctx, s.index.View, by, ActAudit, Object{}); err != nil {
		return nil, "", err
	}
	before, err := page.Number(math.MaxInt64)
	if err != nil {
		return nil, "", err
	}
	list, err := s.vault.Audits(ctx, since, account, before, page.Limit+1)
	if err != nil || len(list) <= page.Limit {
		return list, "", err
	}
	return list[:page.Limit], strconv.FormatInt(list[page.Limit-1].Number, 10), nil
}
