package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry/api"
	"github.com/patternbook/patternbook/schema"
)

func TestDocuments(t *testing.T) {
	p := newPlace(t, api.Options{})
	published, receipt := p.publish(p.open("ada"), "ada/lamp", "1.0.0", lampFiles())
	for what, digest := range map[string]schema.Digest{"release": receipt.Digest, "bom": published.Release.BOM} {
		a := p.get("/v1/documents/"+digest.String()).is(t, http.StatusOK)
		if got := schema.DigestOf([]byte(a.body)); got != digest || a.header.Get("Cache-Control") != forever {
			t.Errorf("the %s document has the digest %s and the headers %v, want %s for ever", what, got, a.header, digest)
		}
	}
	p.get("/v1/documents/"+digestOf("nothing")).problem(t, http.StatusNotFound, schema.NotFound)
	p.get("/v1/documents/sha256:xyz").problem(t, http.StatusUnprocessableEntity, schema.Invalid)
}

func TestUses(t *testing.T) {
	p := newPlace(t, api.Options{})
	ada := p.open("ada")
	p.publish(ada, "ada/lamp", "1.0.0", lampFiles())
	parts := into[schema.PartList](t, p.get("/v1/parts"))
	if len(parts.Parts) == 0 {
		t.Fatal("the lamp's BOM gives no part")
	}
	part := parts.Parts[0]
	uses := into[schema.UseList](t, p.get("/v1/parts/"+part.Key+"/used-by"))
	if len(uses.Uses) != 1 || uses.Uses[0].Design.String() != "ada/lamp" || !uses.Uses[0].Direct {
		t.Errorf("%s is used by %+v, want ada/lamp itself", part.Name, uses.Uses)
	}
	if one := into[schema.PartSummary](t, p.get("/v1/parts/"+part.Key)); one != part {
		t.Errorf("the part is %+v, the list said %+v", one, part)
	}
	for path, kind := range map[string]schema.Kind{
		"/v1/parts/0123/used-by":                               schema.Invalid,
		"/v1/parts/00000000000000000000000000000000/used-by":   schema.NotFound,
		"/v1/designs/ada/desk/used-by":                         schema.NotFound,
		"/v1/designs/ada/lamp/versions/2.0.0/used-by":          schema.NotFound,
		"/v1/designs/ada/lamp/versions/1.0.0/used-by?cursor=x": schema.Invalid,
	} {
		if a := p.get(path); !strings.HasSuffix(into[schema.Problem](t, a).Type, ":"+string(kind)) {
			t.Errorf("%s answers %d %s, want %s", path, a.status, a.body, kind)
		}
	}
	if list := into[schema.UseList](t, p.get("/v1/designs/ada/lamp/used-by")); list.Uses == nil || len(list.Uses) != 0 {
		t.Errorf("nothing contains the lamp, but the answer is %+v", list)
	}
}
