package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

func TestPublish(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	const at = "/v1/designs/ada/lamp/versions/1.0.0"
	first, receipt := p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	same := p.do(ada, http.MethodPut, at, first).is(t, http.StatusOK)
	if got := into[schema.ReleaseReceipt](t, same); got != receipt {
		t.Errorf("the same again gives %+v, not %+v", got, receipt)
	}
	document := p.get(at).is(t, 200)
	if got := schema.DigestOf([]byte(document.body)); got != receipt.Digest {
		t.Errorf("the document's bytes have the digest %s, the receipt says %s", got, receipt.Digest)
	}
	other := lampFiles()
	other["cad/base.scad"] = "cube(2);\n"
	p.draft(ada, "ada/lamp", "1.0.0", other).problem(t, http.StatusConflict, schema.Conflict)
	changed := first
	changed.Release.Notes = "other words"
	p.do(ada, http.MethodPut, at, changed).problem(t, http.StatusConflict, schema.Conflict)
	p.do(ada, http.MethodPut, "/v1/designs/ada/lamp/versions/1.0.1", first).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	p.do(ada, http.MethodPut, "/v1/designs/ada/lump/versions/1.0.0", first).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	again := into[bom.Draft](t, p.draft(ada, "ada/lamp", "1.0.0", lampFiles()).is(t, 200))
	if _, digest, err := schema.Encode(again.Release); err != nil || digest != receipt.Digest {
		t.Errorf("a draft of what exists is %s, not what exists, %s: %v", digest, receipt.Digest, err)
	}
	if versions := into[schema.DesignOverview](t, p.get("/v1/designs/ada/lamp")).Versions; len(versions) != 1 {
		t.Errorf("refused publications left %d versions", len(versions))
	}
}

// TestPublishNotInForm sends documents that are not what a program that knows
// their one form writes. Each is refused with its place, and leaves nothing.
func TestPublishNotInForm(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	const at = "/v1/designs/ada/lamp/versions/1.0.0"
	d := into[bom.Draft](t, p.draft(ada, "ada/lamp", "1.0.0", lampFiles()).is(t, 200))
	good, err := json.Marshal(d.Publication)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(release, bom map[string]any)
		field  string
	}{
		"unknown member":        {func(r, _ map[string]any) { r["colour"] = "red" }, "release.colour"},
		"unknown member, lower": {func(r, _ map[string]any) { r["files"].([]any)[1].(map[string]any)["mode"] = "0644" }, "release.files[1].mode"},
		"empty member":          {func(r, _ map[string]any) { r["notes"] = "" }, "release.notes"},
		"null member":           {func(r, _ map[string]any) { r["derived_from"] = nil }, "release.derived_from"},
		"missing list":          {func(r, _ map[string]any) { delete(r, "assemblies") }, "release.assemblies"},
		"wrong type":            {func(r, _ map[string]any) { r["name"] = 3 }, "release.name"},
		"bad digest":            {func(r, _ map[string]any) { r["hardware"] = "md5:x" }, "release.hardware"},
		"number as text":        {func(r, _ map[string]any) { r["files"].([]any)[0].(map[string]any)["size"] = "9" }, "release.files[0].size"},
		"path that leaves":      {func(r, _ map[string]any) { r["files"].([]any)[2].(map[string]any)["path"] = "../x" }, "release.files[2].path"},
		"unknown in BOM":        {func(_, b map[string]any) { b["lines"].([]any)[0].(map[string]any)["price"] = "1" }, "bom.lines[0].price"},
		"quantity as number":    {func(_, b map[string]any) { b["lines"].([]any)[0].(map[string]any)["quantity"] = 4 }, "bom.lines[0].quantity"},
		"BOM's kind":            {func(_, b map[string]any) { b["kind"] = "release" }, "bom.kind"},
		"other hardware":        {func(r, _ map[string]any) { r["hardware"] = schema.DigestOf(nil).String() }, "hardware"},
		"other author":          {func(r, _ map[string]any) { r["author"] = "eve" }, "author"},
		"closed licence":        {func(r, _ map[string]any) { r["licences"] = map[string]any{"hardware": "CC-BY-NC-4.0"} }, "licences.hardware"},
		"another BOM":           {func(_, b map[string]any) { b["lines"].([]any)[0].(map[string]any)["note"] = "new" }, "bom"},
	} {
		t.Run(name, func(t *testing.T) {
			p.t = t
			var body struct {
				Release map[string]any `json:"release"`
				BOM     map[string]any `json:"bom"`
			}
			if err := json.Unmarshal(good, &body); err != nil {
				t.Fatal(err)
			}
			test.change(body.Release, body.BOM)
			got := p.do(ada, http.MethodPut, at, body).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
			named := false
			for _, place := range got.At {
				named = named || place.Field == test.field
			}
			if !named {
				t.Errorf("it names %+v, not %s", got.At, test.field)
			}
		})
	}
	p.t = t
	p.get("/v1/designs/ada/lamp").problem(t, http.StatusNotFound, schema.NotFound)
	// Another spelling of the same document is taken, and stored in its one form.
	indented, err := json.MarshalIndent(d.Publication, " ", "\t")
	if err != nil {
		t.Fatal(err)
	}
	spelled := strings.ReplaceAll(string(indented), "Bench", `\u0042ench`)
	p.do(ada, http.MethodPut, at, spelled).is(t, http.StatusCreated)
	_, canonical, err := schema.Encode(d.Release)
	if err != nil {
		t.Fatal(err)
	}
	if got := schema.DigestOf([]byte(p.get(at).body)); got != canonical {
		t.Errorf("it is stored as %s, not %s", got, canonical)
	}
}

func TestPublishWithoutFiles(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada, eve := p.open("ada"), p.open("eve")
	d := into[bom.Draft](t, p.draft(ada, "ada/lamp", "1.0.0", lampFiles()).is(t, 200))
	// Eve has learnt of the documents but has none of the files.
	stolen := d.Publication
	stolen.BOM = nil
	stolen.Release.BOM = schema.Digest{}
	author, err := schema.ParseName("eve")
	if err != nil {
		t.Fatal(err)
	}
	stolen.Release.Author, stolen.Release.Design.Owner = author, author
	stolen.Release.Hardware = stolen.Release.HardwareDigest(schema.Digest{})
	got := p.do(eve, http.MethodPut, "/v1/designs/eve/lamp/versions/1.0.0", stolen).problem(t, http.StatusUnprocessableEntity, schema.MissingArtifacts)
	if len(got.At) != 3 || got.At[0].File != "bom.csv" {
		t.Errorf("it names %+v, want all three files", got.At)
	}
}

func TestStatus(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	_, receipt := p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	other := lampFiles()
	other["cad/base.scad"] = "cube(2);\n"
	_, second := p.publish(ada, "ada/lamp", "1.1.0", other)
	status := schema.ReleaseStatus{
		Head: schema.Head{Kind: schema.KindReleaseStatus, Author: receipt.Design.Owner}, Release: receipt.Digest, Follows: receipt.Digest, Status: schema.Yanked,
	}
	const at = "/v1/designs/ada/lamp/versions/1.0.0/status"
	p.do(ada, http.MethodPost, "/v1/designs/ada/lamp/versions/1.1.0/status", status).problem(t, http.StatusUnprocessableEntity, schema.Invalid)
	yanked := p.do(ada, http.MethodPost, at, status).is(t, http.StatusCreated)
	if again := p.do(ada, http.MethodPost, at, status).is(t, http.StatusOK); again.body != yanked.body {
		t.Errorf("the same again gives %s, not %s", again.body, yanked.body)
	}
	status.Reason = "another"
	p.do(ada, http.MethodPost, at, status).problem(t, http.StatusConflict, schema.Conflict)
	p.get("/v1/designs/ada/lamp/versions/1.0.0").is(t, 200)
	p.get("/v1/designs/ada/lamp/versions/"+receipt.Digest.String()).is(t, 200)
	p.get("/v1/designs/ada/lamp/versions/~1.0").problem(t, http.StatusNotFound, schema.NotFound)
	if got := p.get("/v1/designs/ada/lamp/versions/latest").is(t, 200); schema.DigestOf([]byte(got.body)) != second.Digest {
		t.Error("latest is not the one that is not yanked")
	}
}
