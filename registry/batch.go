package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// RegisterBatch makes a batch document count. The same again gives the same
// answer.
//
// Errors: Forbidden (by may not make batches under that name), Invalid (the release does
// not exist, or a count is wrong), Conflict (the batch's name or one of its
// serials is taken).
func (s *Service) RegisterBatch(ctx context.Context, by Actor, d schema.Batch) (Published, error) {
	object := Object{d.Maker, d.Batch.String()}
	if err := may(ctx, s.index.View, by, ActBatch, object); err != nil {
		return Published{}, err
	}
	if err := mustSpeak(by, d.Author); err != nil {
		return Published{}, err
	}
	_, digest, err := schema.Encode(d)
	if err != nil {
		return Published{}, err
	}
	account, err := s.vault.Account(ctx, by.Account)
	if err != nil {
		return Published{}, err
	}
	signed, err := s.sign(ctx, by, d)
	if err != nil {
		return Published{}, err
	}
	return s.write(ctx, signed, d.Maker, func(ctx context.Context, tx *transaction) (schema.Document, error) {
		if err := may(ctx, tx.View, by, ActBatch, object); err != nil {
			return nil, err
		}
		if _, err := tx.Entry(ctx, digest); !errors.Is(err, schema.NotFound) {
			return d, err // it counts already, unless err says otherwise
		}
		if err := checkBatch(ctx, tx, d); err != nil {
			return nil, err
		}
		return d, appendAccount(ctx, tx, by.Account, account.Salt)
	})
}

func checkBatch(ctx context.Context, tx *transaction, d schema.Batch) error {
	if _, err := tx.ReleaseByDigest(ctx, d.Release); err != nil {
		if errors.Is(err, schema.NotFound) {
			return &schema.Error{
				Kind: schema.Invalid, Detail: "a batch is made from a published release",
				At: []schema.Place{{Field: "release", Detail: fmt.Sprintf("no release has the digest %s", d.Release)}},
			}
		}
		return err
	}
	if other, err := tx.Batch(ctx, d.Name()); !errors.Is(err, schema.NotFound) {
		if err != nil {
			return err
		}
		return &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the batch %s exists already, with other content", other.Batch),
			Fix: "give this batch another name",
		}
	}
	serial, taken, err := tx.TakenSerial(ctx, d.Maker, d.Serials)
	if err != nil {
		return err
	}
	if taken {
		unit := schema.Unit{Maker: d.Maker, Serial: serial}
		unit, batch, err := tx.Unit(ctx, unit)
		if err != nil {
			return err
		}
		return &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("the unit %s is in the batch %s already", unit, batch.Batch),
			Fix: "use each serial once; case does not count",
		}
	}
	return nil
}

// Batch gives a batch with its document.
func (s *Service) Batch(ctx context.Context, name schema.BatchName) (index.Batch, schema.Batch, error) {
	b, err := s.index.Batch(ctx, name)
	if err != nil {
		return b, schema.Batch{}, err
	}
	d, err := index.Read[schema.Batch](ctx, s.index.View, b.Digest)
	return b, d, err
}

// Batches gives the batches of a maker (of all, for the zero Name) or of one
// release (of all, for the zero Digest), the latest first.
func (s *Service) Batches(ctx context.Context, maker schema.Name, release schema.Digest, page index.Page) ([]index.Batch, string, error) {
	return s.index.Batches(ctx, maker, release, page)
}

// Units gives the serials of a batch in their order.
func (s *Service) Units(ctx context.Context, name schema.BatchName, page index.Page) ([]schema.Serial, string, error) {
	b, err := s.index.Batch(ctx, name)
	if err != nil {
		return nil, "", err
	}
	return s.index.Units(ctx, b, page)
}

// Unit gives a unit as its maker writes it, and its batch.
func (s *Service) Unit(ctx context.Context, unit schema.Unit) (schema.Unit, index.Batch, error) {
	return s.index.Unit(ctx, unit)
}
