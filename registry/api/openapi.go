package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// A text describes a type that JSON writes as a string: T is a type of the
// description alone, since huma makes schemas of types.
type text[T description] struct{}

// A description gives the schema of a type.
type description interface{ schema() huma.Schema }

// Schema implements huma.SchemaProvider.
func (text[T]) Schema(huma.Registry) *huma.Schema {
	var d T
	s := d.schema()
	s.Type = huma.TypeString
	return &s
}

type (
	digestText    struct{}
	nameText      struct{}
	designText    struct{}
	versionText   struct{}
	referenceText struct{}
	serialText    struct{}
	serialsText   struct{}
	unitText      struct{}
	batchText     struct{}
	timeText      struct{}
	decimalText   struct{}
	placeText     struct{}
	roleText      struct{}
	severityText  struct{}
	lineKindText  struct{}
	matchedText   struct{}
	batchStatus   struct{}
	conformance   struct{}
	statusText    struct{}
	memberRole    struct{}
	memberState   struct{}
	scopeText     struct{}
	namesText     struct{}

	serialSetText  struct{}
	advisoryText   struct{}
	advisoryStatus struct{}
	gradeText      struct{}
	unitStatus     struct{}
	basisText      struct{}
	deviationText  struct{}
	eventText      struct{}
	itemScope      struct{}
)

func (digestText) schema() huma.Schema {
	return huma.Schema{
		Description: "SHA-256 of bytes, or of a document's canonical JSON", Pattern: "^sha256:[0-9a-f]{64}$",
		PatternDescription: "sha256: and 64 lower-case hex digits", Examples: []any{"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"},
	}
}

func (nameText) schema() huma.Schema {
	return huma.Schema{
		Description: "name of an account: 2 to 39 lower-case letters, digits and single hyphens", Pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
		PatternDescription: "2 to 39 lower-case letters, digits and single hyphens", MinLength: new(2), MaxLength: new(39), Examples: []any{"ada"},
	}
}

func (designText) schema() huma.Schema {
	return huma.Schema{
		Description: "owner/name of a design", Pattern: "^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$",
		PatternDescription: "owner/name, in lower-case letters, digits and single hyphens", MaxLength: new(104), Examples: []any{"ada/bench-lamp"},
	}
}

func (versionText) schema() huma.Schema {
	return huma.Schema{Description: "SemVer 2.0.0 without build metadata", MaxLength: new(128), Examples: []any{"1.2.0"}}
}

func (referenceText) schema() huma.Schema {
	return huma.Schema{Description: "a design, alone or with @ and a version, a range or a digest", Examples: []any{"ada/bench-lamp@^1.2"}}
}

func (serialText) schema() huma.Schema {
	return huma.Schema{
		Description: "name of a unit or a batch among its maker's; case is kept but does not count", Pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
		PatternDescription: "1 to 64 letters, digits, '.', '_' and '-', beginning with a letter or digit", MaxLength: new(64), Examples: []any{"LAMP-0001"},
	}
}

func (serialsText) schema() huma.Schema {
	return huma.Schema{Description: "a serial, or a run of them", Examples: []any{"LAMP-{0001..0200}"}}
}

func (unitText) schema() huma.Schema {
	return huma.Schema{Description: "maker/serial of a unit", Examples: []any{"coop/LAMP-0001"}}
}

func (batchText) schema() huma.Schema {
	return huma.Schema{Description: "maker/batch", Examples: []any{"coop/LOT-7"}}
}

func (timeText) schema() huma.Schema {
	return huma.Schema{Description: "RFC 3339 in UTC, in whole seconds", Format: "date-time", Examples: []any{"2026-11-01T09:30:00Z"}}
}

func (decimalText) schema() huma.Schema {
	return huma.Schema{Description: "an exact decimal number", Examples: []any{"0.25"}}
}

func (placeText) schema() huma.Schema {
	return huma.Schema{Description: "ISO 3166 code of a country or a part of one", Examples: []any{"DE-BY"}}
}

func (roleText) schema() huma.Schema {
	return huma.Schema{Description: "what the file is for", Enum: enum(schema.Roles())}
}

func (severityText) schema() huma.Schema {
	return huma.Schema{
		Description: "error: publishing would be refused; warning: something is likely wrong; info: something was changed or completed",
		Enum:        enum([]schema.Severity{schema.SeverityError, schema.SeverityWarning, schema.SeverityInfo}),
	}
}

func (lineKindText) schema() huma.Schema {
	return huma.Schema{Description: "how the part comes to be at hand", Enum: enum(bom.Kinds())}
}

func (matchedText) schema() huma.Schema {
	return huma.Schema{
		Description: "how the release was found: named by the author, by its commit, by its tag, or as the latest",
		Enum:        enum([]schema.Matched{schema.MatchedManifest, schema.MatchedCommit, schema.MatchedTag, schema.MatchedLatest}),
	}
}

func (batchStatus) schema() huma.Schema {
	return huma.Schema{Description: "how far the batch is", Enum: enum(schema.BatchStatuses())}
}

func (conformance) schema() huma.Schema {
	return huma.Schema{Description: "what the maker says of the units and their design", Enum: enum(schema.Conformances())}
}

func (memberRole) schema() huma.Schema {
	return huma.Schema{
		Description: "owner: everything; maintainer: releases and their status; publisher: releases; maker: batches", Enum: enum(schema.MemberRoles()),
	}
}

func (memberState) schema() huma.Schema {
	return huma.Schema{
		Description: "invited: has not answered; accepted: is a member; ended: is one no more",
		Enum:        enum([]schema.MembershipState{schema.MemberInvited, schema.MemberAccepted, schema.MemberEnded}),
	}
}

func (scopeText) schema() huma.Schema {
	return huma.Schema{Description: "publish: releases and their status; batch: batches and what happens to units; review: reviews; advisory: advisories and answers to them; admin: what administrators do, with no names", Enum: enum(schema.Scopes())}
}

func (namesText) schema() huma.Schema {
	return huma.Schema{Description: "designs or batches: owner/name, owner/begins-with-* or owner/*", Examples: []any{"acme/*"}}
}

func (serialSetText) schema() huma.Schema {
	return huma.Schema{Description: "serials of a batch, or patterns of them, separated by commas", Examples: []any{"LAMP-{0001..0050},LAMP-0100"}}
}

func (advisoryText) schema() huma.Schema {
	return huma.Schema{Description: "pba-<year>-<number>, counted in ledger order", Examples: []any{"pba-2026-7"}}
}

func (advisoryStatus) schema() huma.Schema {
	return huma.Schema{
		Description: "reported: by anybody, and unconfirmed; published: by somebody entitled to; withdrawn: it was wrong",
		Enum:        enum([]schema.AdvisoryStatus{schema.AdvisoryReported, schema.AdvisoryPublished, schema.AdvisoryWithdrawn}),
	}
}

func (gradeText) schema() huma.Schema { return huma.Schema{Enum: enum(schema.AdvisoryGrades())} }

func (unitStatus) schema() huma.Schema {
	return huma.Schema{Description: "what an advisory means for a unit, in the words of CSAF 2.0", Enum: enum(schema.UnitStatuses())}
}

func (basisText) schema() huma.Schema {
	return huma.Schema{
		Description: "as_built: it was recorded of the unit; declared: its maker says so of the batch; design_bom: its design asks for it", Enum: enum(schema.Bases()),
	}
}

func (deviationText) schema() huma.Schema { return huma.Schema{Enum: enum(schema.DeviationKinds())} }

func (eventText) schema() huma.Schema { return huma.Schema{Enum: enum(schema.EventKinds())} }

func (itemScope) schema() huma.Schema {
	return huma.Schema{
		Description: "of how many units it was recorded; what is said of fewer counts first",
		Enum:        enum([]schema.ItemScope{schema.OfBatch, schema.OfRun, schema.OfUnit, schema.OfEvent}),
	}
}

func (statusText) schema() huma.Schema {
	return huma.Schema{
		Description: "yanked: passed over unless named exactly; unyanked: no longer yanked or deprecated; deprecated: another is better",
		Enum:        enum([]schema.Status{schema.Yanked, schema.Unyanked, schema.Deprecated}),
	}
}

func enum[S ~string](values []S) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// newSchemas makes the registry of schemas, which knows what the types that are
// written as text look like.
func newSchemas() huma.Registry {
	r := huma.NewMapRegistry("#/components/schemas/", schemaName)
	for t, described := range map[reflect.Type]reflect.Type{
		typeOf[schema.Digest]():        typeOf[text[digestText]](),
		typeOf[schema.Name]():          typeOf[text[nameText]](),
		typeOf[schema.Design]():        typeOf[text[designText]](),
		typeOf[schema.Version]():       typeOf[text[versionText]](),
		typeOf[schema.Reference]():     typeOf[text[referenceText]](),
		typeOf[schema.Serial]():        typeOf[text[serialText]](),
		typeOf[schema.SerialPattern](): typeOf[text[serialsText]](),
		typeOf[schema.Unit]():          typeOf[text[unitText]](),
		typeOf[schema.BatchName]():     typeOf[text[batchText]](),
		typeOf[schema.Time]():          typeOf[text[timeText]](),
		typeOf[schema.Decimal]():       typeOf[text[decimalText]](),
		typeOf[schema.Place3166]():     typeOf[text[placeText]](),
		typeOf[schema.Role]():          typeOf[text[roleText]](),
		typeOf[schema.Severity]():      typeOf[text[severityText]](),
		typeOf[schema.Matched]():       typeOf[text[matchedText]](),
		typeOf[schema.BatchStatus]():   typeOf[text[batchStatus]](),
		typeOf[schema.Conformance]():   typeOf[text[conformance]](),
		typeOf[schema.Status]():        typeOf[text[statusText]](),
		typeOf[bom.Kind]():             typeOf[text[lineKindText]](),

		typeOf[schema.MemberRole]():      typeOf[text[memberRole]](),
		typeOf[schema.MembershipState](): typeOf[text[memberState]](),
		typeOf[schema.Scope]():           typeOf[text[scopeText]](),
		typeOf[schema.NamePattern]():     typeOf[text[namesText]](),

		typeOf[schema.SerialSet]():      typeOf[text[serialSetText]](),
		typeOf[schema.AdvisoryID]():     typeOf[text[advisoryText]](),
		typeOf[schema.AdvisoryStatus](): typeOf[text[advisoryStatus]](),
		typeOf[schema.AdvisoryGrade]():  typeOf[text[gradeText]](),
		typeOf[schema.UnitStatus]():     typeOf[text[unitStatus]](),
		typeOf[schema.Basis]():          typeOf[text[basisText]](),
		typeOf[schema.DeviationKind]():  typeOf[text[deviationText]](),
		typeOf[schema.EventKind]():      typeOf[text[eventText]](),
		typeOf[schema.ItemScope]():      typeOf[text[itemScope]](),
	} {
		r.RegisterTypeAlias(t, described)
	}
	return r
}

// schemaName names the schema of a type. The BOM's types carry its name, since
// schema has a Source and a Finding too.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if strings.HasSuffix(t.PkgPath(), "/bom") && !strings.HasPrefix(name, "BOM") {
		return "BOM" + name
	}
	return name
}

// finishDocument says in the OpenAPI document what huma cannot know, and makes
// the answer that gives it. All operations are registered by then.
func (a *API) finishDocument() error {
	a.documentProblems()
	for path, item := range a.OpenAPI().Paths {
		if plain := strings.ReplaceAll(path, "...}", "}"); plain != path { // net/http's way to write a path in a path
			a.OpenAPI().Paths[plain] = item
			delete(a.OpenAPI().Paths, path)
		}
	}
	for _, s := range a.OpenAPI().Components.Schemas.Map() {
		neverNull(s)
	}
	b, err := json.Marshal(a.OpenAPI())
	if err != nil {
		return err
	}
	ans := document(b, schema.DigestOf(b), false)
	ans.mediaType = "application/openapi+json"
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, r *http.Request) { ans.write(w, r) })
	return nil
}

// neverNull takes null from the lists of a schema: none is ever written, and
// schema.Decode refuses it.
func neverNull(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	neverNull(s.Items)
	for _, p := range s.Properties {
		neverNull(p)
	}
}

// documentBody puts the body of an operation into the OpenAPI document.
func (a *API) documentBody(path, method string, body *huma.RequestBody) {
	if body == nil {
		return
	}
	item := a.huma.OpenAPI().Paths[path]
	switch method {
	case http.MethodPut:
		item.Put.RequestBody = body
	case http.MethodPatch:
		item.Patch.RequestBody = body
	default:
		item.Post.RequestBody = body
	}
}

// documentProblems gives every operation's error answers our problem.
func (a *API) documentProblems() {
	doc := a.huma.OpenAPI()
	problem := doc.Components.Schemas.Schema(typeOf[schema.Problem](), true, "Problem")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Head, item.Post, item.Put, item.Patch, item.Delete, item.Options} {
			if op == nil {
				continue
			}
			for status := range op.Responses {
				if status >= "400" {
					delete(op.Responses, status)
				}
			}
			op.Responses["default"] = &huma.Response{
				Description: "an error",
				Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
			}
		}
	}
	delete(doc.Components.Schemas.Map(), "ErrorModel")
	delete(doc.Components.Schemas.Map(), "ErrorDetail")
}
