package registry

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

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
	queue chan vault.Audit
	stop  chan struct{} // closed to end it
	ended chan struct{} // closed when it has written all
}

const (
	auditQueue  = 4096
	auditEvery  = time.Second
	auditForget = time.Hour
)

func newAuditor(v *vault.Vault, keep time.Duration, now func() time.Time, log *slog.Logger) *auditor {
	return &auditor{vault: v, keep: keep, now: now, log: log, queue: make(chan vault.Audit, auditQueue), stop: make(chan struct{}), ended: make(chan struct{})}
}

func (a *auditor) run() {
	defer close(a.ended)
	tick, forget := time.NewTicker(auditEvery), time.NewTicker(auditForget)
	defer tick.Stop()
	defer forget.Stop()
	var waiting []vault.Audit
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
func (a *auditor) write(list []vault.Audit) []vault.Audit {
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

// An Audited is a write, or one that was refused, as it was written down.
type Audited = vault.Audit

// maxObject is how much of a path is kept, in bytes.
const maxObject = 300

// Audit writes down that somebody has written, or tried to: the operation, the
// object, and the status of the answer. It is written within about a second.
func (s *Service) Audit(by Actor, address netip.Addr, operation, object string, status int) {
	a := vault.Audit{Time: schema.TimeOf(s.now()), Account: by.Account, Token: by.Token, Operation: operation, Object: object[:min(len(object), maxObject)], Status: status}
	if address.IsValid() {
		a.Address = address.String()
	}
	select {
	case s.auditor.queue <- a:
	case <-s.auditor.stop:
	}
}

// Audits gives at most limit writes and refused writes since a time, the latest
// first; of one account, or of all for the zero Name. It is for the keeper.
func (s *Service) Audits(ctx context.Context, since time.Time, account schema.Name, limit int) ([]Audited, error) {
	return s.vault.Audits(ctx, since, account, limit)
}
