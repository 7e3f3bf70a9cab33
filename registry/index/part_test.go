package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// containing makes a release whose BOM has the parts, and then the releases as
// assemblies, with items a, b, c and so on.
func (f *fixture) containing(of, v string, names []string, assemblies ...schema.Digest) schema.Digest {
	f.t.Helper()
	document := parts(strings.Split(of, "/")[0], names...)
	r := release(of, v)
	for _, digest := range assemblies {
		child, err := f.ReleaseByDigest(context.Background(), digest)
		check(f.t, err)
		item := string(rune('a' + len(document.Lines)))
		document.Lines = append(document.Lines, bom.Line{
			Line: len(document.Lines) + 1, Item: item, Name: child.Design.Name, Kind: bom.KindAssembly, Quantity: schema.DecimalOf(2), Unit: bom.Pieces, Fitted: true,
			Assembly: &bom.Assembly{Reference: child.Design.String()},
		})
		r.Assemblies = append(r.Assemblies, schema.Pin{Item: item, Reference: child.Design.String(), Design: child.Design, Version: child.Version, Release: digest, Matched: "manifest", Hardware: child.Hardware})
	}
	document.Summary = bom.Summarize(document.Lines)
	_, digest, err := schema.Encode(document)
	check(f.t, err)
	r.BOM = digest
	return f.apply(document, r)[1]
}

// said writes uses as "owner/name@version path", with a star at direct ones.
func said(list []schema.Use) (texts []string) {
	for _, u := range list {
		text := fmt.Sprintf("%s@%s %s", u.Design, u.Version, u.Path)
		if u.Direct {
			text += " *"
		}
		texts = append(texts, text)
	}
	return texts
}

func TestPartUses(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	motor := f.containing("ada/motor", "1.0.0", []string{"bearing", "shaft"})
	lamp := f.containing("ada/lamp", "1.0.0", []string{"shaft"}, motor)
	f.containing("bob/desk", "1.0.0", nil, lamp, motor)
	f.containing("bob/chair", "1.0.0", []string{"seat"})
	part := func(text string) bom.PartKey {
		list, _, err := f.Parts(ctx, text, Page{Limit: 10})
		check(t, err)
		if len(list) != 1 {
			t.Fatalf("%q fits %v, want one part", text, list)
		}
		return bom.PartKey(list[0].Key)
	}
	page := Page{Limit: 10}
	for _, test := range []struct {
		part string
		want []string
	}{
		{"mpn-bearing", []string{"bob/desk@1.0.0 b/a", "ada/lamp@1.0.0 b/a", "ada/motor@1.0.0 a *"}},
		{"SHAFT", []string{"bob/desk@1.0.0 a/a", "ada/lamp@1.0.0 a *", "ada/motor@1.0.0 b *"}},
		{"eat", []string{"bob/chair@1.0.0 a *"}},
	} {
		list, next, err := f.PartUses(ctx, part(test.part), page)
		check(t, err)
		if got := said(list); !slices.Equal(got, test.want) || next != "" {
			t.Errorf("%s is used by %q, then %q; want %q", test.part, got, next, test.want)
		}
	}
	for _, test := range []struct {
		design  string
		release schema.Digest
		want    []string
	}{
		{"ada/motor", schema.Digest{}, []string{"bob/desk@1.0.0 b *", "ada/lamp@1.0.0 b *"}},
		{"ada/lamp", lamp, []string{"bob/desk@1.0.0 a *"}},
		{"bob/desk", schema.Digest{}, nil},
	} {
		list, _, err := f.DesignUses(ctx, design(test.design), test.release, page)
		check(t, err)
		if got := said(list); !slices.Equal(got, test.want) {
			t.Errorf("%s is used by %q, want %q", test.design, got, test.want)
		}
	}
	var paged []string
	for cursor := ""; ; {
		list, next, err := f.PartUses(ctx, part("bearing"), Page{After: cursor, Limit: 1})
		check(t, err)
		paged = append(paged, said(list)...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(paged) != 3 {
		t.Errorf("page by page there are %q, want 3", paged)
	}
}

func TestPartsAreFound(t *testing.T) {
	f := fresh(t)
	f.containing("ada/lamp", "1.0.0", []string{"shaft 12", "shaft", "a%b_c", "nut M3"})
	f.containing("ada/lamp", "1.1.0", []string{"shaft"})
	f.containing("bob/desk", "1.0.0", []string{"Shaft"})
	ctx := context.Background()
	names := func(text string, limit int) (list []string) {
		for cursor := ""; ; {
			parts, next, err := f.Parts(ctx, text, Page{After: cursor, Limit: limit})
			check(t, err)
			for _, p := range parts {
				list = append(list, fmt.Sprintf("%s %d", p.Name, p.Designs))
			}
			if cursor = next; cursor == "" {
				return list
			}
		}
	}
	for _, test := range []struct {
		text string
		want []string
	}{
		{"shaft", []string{"shaft 2", "shaft 12 1"}}, // the exact one first, and the same part in either case
		{"haf", []string{"shaft 12 1", "shaft 2"}},
		{"12 shaft", []string{"shaft 12 1"}},
		{"M3", []string{"nut M3 1"}},
		{"%", []string{"a%b_c 1"}},
		{"acme bolt", nil},
		{`"`, nil},
		{"", []string{"shaft 12 1", "shaft 2", "a%b_c 1", "nut M3 1"}},
	} {
		for _, limit := range []int{1, 10} {
			if got := names(test.text, limit); !slices.Equal(got, test.want) {
				t.Errorf("%q by %d finds %q, want %q", test.text, limit, got, test.want)
			}
		}
	}
	_, err := f.Part(ctx, "0123")
	wantKind(t, "an unknown key", err, schema.NotFound, "0123")
	_, _, err = f.Parts(ctx, "", Page{After: "x", Limit: 1})
	wantKind(t, "a wrong cursor", err, schema.Invalid)
}
