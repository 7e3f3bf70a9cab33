package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// registerBuilding registers what is told of units while and after they are made.
func (a *API) registerBuilding() {
	tags := []string{"production"}
	handle(a, huma.Operation{
		OperationID: "record-build", Parameters: signs, Method: http.MethodPost, Path: "/v1/batches/{maker}/{batch}/records", Summary: "Record what went into units of a batch",
		Description: "Many benches record at once, also later; the same record again answers 200.", Tags: tags, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[schema.BuildRecord]()), Responses: receives[schema.Receipt](a, "the record counts"),
	}, a.recordBuild)
	handle(a, huma.Operation{
		OperationID: "record-event", Parameters: signs, Method: http.MethodPost, Path: "/v1/units/{maker}/{serial}/events", Summary: "Tell what happened to a unit",
		Description: "Of its maker it counts; of anybody else it stands as a claim until the maker confirms it.", Tags: tags, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[schema.UnitEvent]()), Responses: receives[schema.Receipt](a, "the event counts, or stands as a claim"),
	}, a.recordEvent)
}

func (a *API) recordBuild(ctx context.Context, in *struct {
	BatchPath
	DocumentInput
}) (*huma.StreamResponse, error) {
	name, err := in.batch()
	if err != nil {
		return nil, err
	}
	d, err := decodeBody[schema.BuildRecord](&in.DocumentInput)
	if err != nil {
		return nil, err
	}
	if d.Maker != name.Maker || d.Batch.Fold() != name.Batch.Fold() {
		return nil, elsewhere("batch", d.Name().String(), name.String())
	}
	return a.receipt(a.service.RecordBuild(ctx, by(ctx), d))
}

func (a *API) recordEvent(ctx context.Context, in *struct {
	UnitPath
	DocumentInput
}) (*huma.StreamResponse, error) {
	name, err := in.unit()
	if err != nil {
		return nil, err
	}
	d, err := decodeBody[schema.UnitEvent](&in.DocumentInput)
	if err != nil {
		return nil, err
	}
	if d.Unit.Maker != name.Maker || d.Unit.Serial.Fold() != name.Serial.Fold() {
		return nil, elsewhere("unit", d.Unit.String(), name.String())
	}
	return a.receipt(a.service.RecordEvent(ctx, by(ctx), d))
}

// decodeBody reads the document that a request sends.
func decodeBody[T schema.Document](in *DocumentInput) (d T, err error) {
	data, err := in.read()
	if err != nil {
		return d, err
	}
	d, _, err = schema.Decode[T](data)
	return d, err
}

// elsewhere is the error of a document that is about something else than its address.
func elsewhere(field, document, address string) error {
	return &schema.Error{
		Kind: schema.Invalid, Detail: "the document is about something else than the address", Fix: "send it to the address of what it is about",
		At: []schema.Place{{Field: field, Detail: "it is " + document + ", but the address names " + address}},
	}
}

// receipt answers that a document counts.
func (a *API) receipt(done registry.Published, err error) (*huma.StreamResponse, error) {
	if err != nil {
		return nil, err
	}
	return a.sendReceipt(schema.Receipt{Digest: done.Digest, LedgerIndex: done.LedgerIndex}, done.New)
}
