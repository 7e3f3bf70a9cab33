package registry

import (
	"context"
	"fmt"

	"github.com/patternbook/patternbook/schema"
)

// RecordEvent makes an event of a unit count: of its maker at once, of anybody else as
// a claim until the maker confirms it. The same again gives the same answer.
//
// Errors: NotFound (there is no such unit, or no such event to correct or confirm),
// Forbidden (it is not by's to correct or to confirm), Invalid (the design has no such
// line), Conflict (a unit that is put in sits elsewhere), MissingArtifacts.
func (s *Service) RecordEvent(ctx context.Context, by Actor, d schema.UnitEvent) (Published, error) {
	if err := may(ctx, s.index.View, by, ActEvent, Object{}); err != nil {
		return Published{}, err
	}
	u, err := s.index.Unit(ctx, d.Unit)
	if err != nil {
		return Published{}, err
	}
	lines := schema.AsBuilt{Items: append([]schema.BuiltItem(nil), d.Installed...)}
	for _, line := range d.Removed {
		lines.Items = append(lines.Items, schema.BuiltItem{Line: line})
	}
	return s.produce(ctx, by, ActEvent, Object{}, d, u.Batch.Release, lines, func(ctx context.Context, tx *transaction) error {
		u, err := tx.Unit(ctx, d.Unit)
		if err != nil {
			return err
		}
		makes, err := tx.Acts(ctx, by.Account, d.Unit.Maker, schema.RoleOwner, schema.RoleMaker)
		if err != nil {
			return err
		}
		if !d.Confirms.IsZero() {
			if _, err := tx.Event(ctx, u.Batch.Number, u.Ordinal, d.Confirms); err != nil {
				return err
			}
			if !makes {
				return notTheirs("confirm", d.Unit.Maker)
			}
		}
		if !d.Corrects.IsZero() {
			e, err := tx.Event(ctx, u.Batch.Number, u.Ordinal, d.Corrects)
			if err != nil {
				return err
			}
			if e.Author != by.Account && (!makes || !e.Counts) {
				return notTheirs("correct", e.Author)
			}
			if err := tx.Forget(ctx, e.Number); err != nil {
				return err
			}
		}
		if !d.Remedies.IsZero() {
			if _, err := tx.Advisory(ctx, d.Remedies); err != nil {
				return err
			}
		}
		if !makes {
			return nil // a claim locks nothing
		}
		w := workshop{ctx, tx, d.Unit.Maker, u.Batch, u.Batch.Planned}
		for _, item := range d.Installed {
			if item.Unit == (schema.Unit{}) {
				continue
			}
			if err := w.checkUnit(item.Unit, u.Serial.String()); err != nil {
				return err
			}
		}
		return nil
	})
}

func notTheirs(what string, whose schema.Name) error {
	return &schema.Error{
		Kind: schema.Forbidden, Detail: fmt.Sprintf("only %s can %s this event", whose, what), Fix: "record an event of your own: it stands as your claim",
	}
}
