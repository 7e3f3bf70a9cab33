package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// maxNames is how many names a design may have had before: each is told wherever the
// design is.
const maxNames = 100

// Forward gives what the design is called now that had a name before; ok is false
// for a name that is none of that kind.
func (s *Service) Forward(ctx context.Context, former schema.Design) (now schema.Design, ok bool, err error) {
	return s.index.Forward(ctx, former)
}

// FormerNames gives what a design was called before.
func (s *Service) FormerNames(ctx context.Context, design schema.Design) ([]schema.Design, error) {
	return s.index.FormerNames(ctx, design)
}

// isNameOf tells whether a design has, or had, a name.
func isNameOf(ctx context.Context, v index.View, name, design schema.Design) (bool, error) {
	if name == design {
		return true, nil
	}
	now, moved, err := v.Forward(ctx, name)
	return moved && now == design, err
}

// mustBePresent refuses a name that a design had before.
func mustBePresent(ctx context.Context, v index.View, d schema.Design) error {
	now, moved, err := v.Forward(ctx, d)
	if err == nil && moved {
		err = &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s is called %s now", d, now), Fix: fmt.Sprintf("write %s", now)}
	}
	return err
}

// mustBeFree refuses the name that a design would get where another has, or had, it,
// or one that would be mistaken for it.
func mustBeFree(ctx context.Context, v index.View, d schema.Transfer) error {
	to := d.Target()
	if to.IsZero() {
		return nil
	}
	names, err := v.NamesUnder(ctx, to.Owner, d.Design)
	if err != nil {
		return err
	}
	own, err := v.FormerNames(ctx, d.Design)
	if err != nil {
		return err
	}
	if len(own) >= maxNames {
		return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s had %d other names before, and a design has no more", d.Design, len(own)), Fix: "leave it the name that it has"}
	}
	for _, n := range names {
		if n == to {
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("the name %s is taken, or was, and is never given again", to), Fix: "choose another name"}
		}
	}
	for _, n := range names {
		if n.Skeleton() == to.Skeleton() && !slices.Contains(own, n) {
			return &schema.Error{Kind: schema.Conflict, Detail: fmt.Sprintf("%s would be mistaken for %s", to, n), Fix: "choose a name that differs in more than hyphens and look-alike letters"}
		}
	}
	return nil
}
