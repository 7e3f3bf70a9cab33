package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// A BatchPath is the part of an address that names a batch.
type BatchPath struct {
	Maker string `path:"maker" example:"coop"`
	Batch string `path:"batch" example:"LOT-7"`
}

func (p BatchPath) batch() (schema.BatchName, error) {
	return schema.ParseBatchName(p.Maker + "/" + p.Batch)
}

// A UnitPath is the part of an address that names a unit.
type UnitPath struct {
	Maker  string `path:"maker" example:"coop"`
	Serial string `path:"serial" example:"LAMP-0001"`
}

func (p UnitPath) unit() (schema.Unit, error) { return schema.ParseUnit(p.Maker + "/" + p.Serial) }

func (a *API) registerBatches() {
	tags := []string{"production"}
	handle(a, huma.Operation{
		OperationID: "register-batch", Parameters: signs, Method: http.MethodPost, Path: "/v1/batches", Summary: "Register a batch",
		Description: "The same again answers 200; other content under a name or serial that is taken, 409.", Tags: tags, Security: needsToken,
		RequestBody: a.bodyOf(typeOf[schema.Batch]()), Responses: receives[schema.BatchReceipt](a, "the batch counts"),
	}, a.registerBatch)
	handle(a, huma.Operation{
		OperationID: "list-batches", Method: http.MethodGet, Path: "/v1/batches", Summary: "List batches, the latest first",
		Tags: tags, Responses: responds[schema.BatchList](a, 200, "a page of batches", "application/json"),
	}, a.listBatches)
	handle(a, huma.Operation{
		OperationID: "count-batches", Method: http.MethodGet, Path: "/v1/batches/counts", Summary: "How much was made, by whom and where",
		Tags: tags, Responses: responds[schema.BatchCounts](a, 200, "the counts", "application/json"),
	}, a.countBatches)
	handle(a, huma.Operation{
		OperationID: "list-release-batches", Method: http.MethodGet, Path: versionURL + "/batches", Summary: "List the batches made from a release",
		Tags: []string{"designs"}, Responses: responds[schema.BatchList](a, 200, "a page of batches", "application/json"),
	}, a.listReleaseBatches)
	handle(a, huma.Operation{
		OperationID: "get-batch", Method: http.MethodGet, Path: "/v1/batches/{maker}/{batch}", Summary: "Get a batch",
		Tags: tags, Responses: responds[schema.BatchAnswer](a, 200, "the batch", "application/json"),
	}, a.getBatch)
	handle(a, huma.Operation{
		OperationID: "list-units", Method: http.MethodGet, Path: "/v1/batches/{maker}/{batch}/units", Summary: "List the units of a batch",
		Tags: tags, Responses: responds[schema.UnitList](a, 200, "a page of units", "application/json"),
	}, a.listUnits)
	handle(a, huma.Operation{
		OperationID: "get-unit", Method: http.MethodGet, Path: "/v1/units/{maker}/{serial}", Summary: "Get a unit",
		Tags: tags, Responses: responds[schema.UnitAnswer](a, 200, "the unit and its batch", "application/json"),
	}, a.getUnit)
	handle(a, huma.Operation{
		OperationID: "trace-unit", Method: http.MethodGet, Path: "/v1/units/{maker}/{serial}/trace", Summary: "Trace a unit to everything it came from",
		Tags: tags, Responses: responds[schema.Trace](a, 200, "the trace", "application/json"),
	}, a.trace)
	a.registerBuilding()
}

func (a *API) registerBatch(ctx context.Context, in *DocumentInput) (*huma.StreamResponse, error) {
	data, err := in.read()
	if err != nil {
		return nil, err
	}
	d, _, err := schema.Decode[schema.Batch](data)
	if err != nil {
		return nil, err
	}
	done, err := a.service.RegisterBatch(ctx, by(ctx), d)
	if err != nil {
		return nil, err
	}
	receipt := schema.BatchReceipt{Batch: d.Name(), Digest: done.Digest, LedgerIndex: done.LedgerIndex, Units: d.Units()}
	if d.Status == schema.BatchCompleted {
		if receipt.Advisories, err = a.service.OpenAdvisories(ctx, d.Name()); err != nil {
			return nil, err
		}
	}
	return a.sendReceipt(receipt, done.New)
}

// A BatchFilter is the part of a query that chooses batches.
type BatchFilter struct {
	Maker  string `query:"maker" doc:"only batches of this account" example:"coop"`
	Design string `query:"design" doc:"only batches made from any version of this design" example:"ada/bench-lamp"`
	Forks  bool   `query:"forks" doc:"with design: also those made from what is derived from it"`
	Place  string `query:"place" doc:"only batches made there, or in a part of there: ISO 3166" example:"DE"`
}

func (f BatchFilter) read() (q schema.BatchQuery, err error) {
	q.Forks, q.Place = f.Forks, schema.Place3166(f.Place)
	if err := errors.Join(q.Maker.UnmarshalText([]byte(f.Maker)), q.Design.UnmarshalText([]byte(f.Design))); err != nil {
		return q, err
	}
	if q.Place != "" && !q.Place.Valid() {
		return q, &schema.Error{Kind: schema.Invalid, Detail: schema.Quote(f.Place) + " is not an ISO 3166 code", Fix: "write one like DE or DE-BY", At: []schema.Place{{Field: "place"}}}
	}
	return q, nil
}

// values gives the query as an address has it.
func (f BatchFilter) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"maker": f.Maker, "design": f.Design, "place": f.Place} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if f.Forks {
		v.Set("forks", "true")
	}
	return v
}

func (a *API) countBatches(ctx context.Context, in *BatchFilter) (*huma.StreamResponse, error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	counts, err := a.service.CountBatches(ctx, q)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(counts)
}

func (a *API) listBatches(ctx context.Context, in *struct {
	Paging
	BatchFilter
}) (*huma.StreamResponse, error) {
	q, err := in.read()
	if err != nil {
		return nil, err
	}
	list, cursor, err := a.service.Batches(ctx, q, in.page())
	if err != nil {
		return nil, err
	}
	query := in.values()
	query.Set("limit", fmt.Sprint(in.Limit))
	next := nextPage("/v1/batches", query, cursor)
	return a.sendList(schema.BatchList{Batches: summaries(list), Next: next}, next)
}

func (a *API) listReleaseBatches(ctx context.Context, in *struct {
	VersionPath
	Paging
}) (*huma.StreamResponse, error) {
	ref, err := in.reference()
	if err != nil {
		return nil, err
	}
	r, err := a.service.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	list, cursor, err := a.service.Batches(ctx, schema.BatchQuery{Release: r.Digest}, in.page())
	if err != nil {
		return nil, err
	}
	next := nextPage(fmt.Sprintf("/v1/designs/%s/versions/%s/batches", r.Design, r.Version), url.Values{"limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendList(schema.BatchList{Batches: summaries(list), Next: next}, next)
}

func (a *API) getBatch(ctx context.Context, in *BatchPath) (*huma.StreamResponse, error) {
	name, err := in.batch()
	if err != nil {
		return nil, err
	}
	b, d, err := a.service.Batch(ctx, name)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(schema.BatchAnswer{BatchSummary: b.BatchSummary, Document: d})
}

func (a *API) listUnits(ctx context.Context, in *struct {
	BatchPath
	Paging
}) (*huma.StreamResponse, error) {
	name, err := in.batch()
	if err != nil {
		return nil, err
	}
	serials, cursor, err := a.service.Units(ctx, name, in.page())
	if err != nil {
		return nil, err
	}
	units := make([]schema.Unit, len(serials))
	for i, s := range serials {
		units[i] = schema.Unit{Maker: name.Maker, Serial: s}
	}
	next := nextPage(fmt.Sprintf("/v1/batches/%s/units", name), url.Values{"limit": {fmt.Sprint(in.Limit)}}, cursor)
	return a.sendList(schema.UnitList{Units: units, Next: next}, next)
}

func (a *API) getUnit(ctx context.Context, in *UnitPath) (*huma.StreamResponse, error) {
	name, err := in.unit()
	if err != nil {
		return nil, err
	}
	unit, err := a.service.Unit(ctx, name)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(schema.UnitAnswer{Unit: unit.Unit, Batch: unit.Batch.BatchSummary})
}

func (a *API) trace(ctx context.Context, in *struct {
	UnitPath
	Depth int `query:"depth" minimum:"1" maximum:"64" default:"8" doc:"levels of units in units"`
}) (*huma.StreamResponse, error) {
	unit, err := in.unit()
	if err != nil {
		return nil, err
	}
	t, err := a.service.Trace(ctx, unit, in.Depth)
	if err != nil {
		return nil, err
	}
	return a.sendJSON(t)
}

func summaries(list []index.Batch) []schema.BatchSummary {
	rows := make([]schema.BatchSummary, len(list))
	for i, b := range list {
		rows[i] = b.BatchSummary
	}
	return rows
}
