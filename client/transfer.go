package client

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/patternbook/patternbook/schema"
)

// An Offer says what is given away, and to whom.
type Offer struct {
	Design       schema.Design // or Organisation: just one of them
	Organisation schema.Name
	To           schema.Name
	Name         string // of the design from then on, "" where it stays as it is
	Leave        bool   // whether who offers an organisation leaves it
}

// OfferTransfer offers a design or the ownership of an organisation.
func (c *Client) OfferTransfer(ctx context.Context, author schema.Name, o Offer) (schema.DocumentReceipt, error) {
	d := schema.Transfer{
		Head: schema.Head{Kind: schema.KindTransfer, Author: author}, State: schema.TransferOffered,
		Design: o.Design, Organisation: o.Organisation, To: o.To, Name: o.Name,
	}
	if o.Leave {
		d.Leaves = author
	}
	return c.beginTransfer(ctx, d)
}

// RenameDesign gives a design another name under its owner.
func (c *Client) RenameDesign(ctx context.Context, author schema.Name, design schema.Design, name string) (schema.DocumentReceipt, error) {
	return c.beginTransfer(ctx, schema.Transfer{
		Head: schema.Head{Kind: schema.KindTransfer, Author: author}, State: schema.TransferCompleted, Design: design, To: design.Owner, Name: name,
	})
}

// beginTransfer sends a document that follows the last transfer of the same, if any.
func (c *Client) beginTransfer(ctx context.Context, d schema.Transfer) (schema.DocumentReceipt, error) {
	last, err := c.LastTransfer(ctx, d.Design, d.Organisation)
	if err != nil && !errors.Is(err, schema.NotFound) { // a design that is not there the registry refuses, too
		return schema.DocumentReceipt{}, err
	}
	d.Follows, d.Salt = last.Document, saltOf(d.Organisation)
	return c.transfer(ctx, d)
}

// saltOf makes the salt of a transfer of an organisation, "" for that of a design.
func saltOf(organisation schema.Name) string {
	if organisation.IsZero() {
		return ""
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// StepTransfer accepts, stops or completes the last transfer of a design or, for the
// zero Design, of the ownership of an organisation, and gives what it was.
func (c *Client) StepTransfer(ctx context.Context, author schema.Name, design schema.Design, organisation schema.Name, state schema.TransferState) (schema.TransferAnswer, schema.DocumentReceipt, error) {
	last, err := c.LastTransfer(ctx, design, organisation)
	if err != nil {
		return last, schema.DocumentReceipt{}, err
	}
	done, err := c.transfer(ctx, last.Step(author, state, saltOf(organisation)))
	return last, done, err
}

func (c *Client) transfer(ctx context.Context, d schema.Transfer) (schema.DocumentReceipt, error) {
	if err := d.Validate(); err != nil {
		return schema.DocumentReceipt{}, err
	}
	signed, err := c.signature(d)
	if err != nil {
		return schema.DocumentReceipt{}, err
	}
	return call[schema.DocumentReceipt](ctx, c, request{method: http.MethodPost, path: "/v1/transfers", body: d, header: signed})
}

// LastTransfer gives the last transfer of a design or, for the zero Design, of the
// ownership of an organisation, under way or not. Error: NotFound.
func (c *Client) LastTransfer(ctx context.Context, design schema.Design, organisation schema.Name) (schema.TransferAnswer, error) {
	at := path("v1", "accounts", organisation.String(), "transfer")
	if !design.IsZero() {
		at = designPath(design) + "/transfer"
	}
	return call[schema.TransferAnswer](ctx, c, request{method: http.MethodGet, path: at})
}

// Transfers gives the transfers under way that concern an account, the latest first: a
// page of at most limit, 1 to 1000.
func (c *Client) Transfers(ctx context.Context, account schema.Name, limit int) (schema.TransferList, error) {
	return call[schema.TransferList](ctx, c, request{
		method: http.MethodGet, path: path("v1", "accounts", account.String(), "transfers"), query: url.Values{"limit": {strconv.Itoa(limit)}},
	})
}
