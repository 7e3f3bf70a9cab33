package index

import (
	"bufio"
	"bytes"
	"context"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// The corpus has a document of every kind and shape that was ever accepted, in
// the order in which they apply. Files are added, never changed or removed: what
// is in somebody's ledger applies for ever. digests.txt has a line for each.
const corpus = "testdata/corpus"

// corpusFiles gives the documents of the corpus by file, and their digests as
// they were when each was added.
func corpusFiles(t *testing.T) (files []string, documents map[string][]byte, digests map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	check(t, err)
	slices.Sort(files)
	documents, digests = make(map[string][]byte), make(map[string]string)
	for i, path := range files {
		data, err := os.ReadFile(path)
		check(t, err)
		files[i] = filepath.Base(path)
		documents[files[i]] = bytes.TrimSuffix(data, []byte("\n"))
	}
	list, err := os.Open(filepath.Join(corpus, "digests.txt"))
	check(t, err)
	defer func() { _ = list.Close() }()
	for lines := bufio.NewScanner(list); lines.Scan(); {
		digest, file, _ := strings.Cut(lines.Text(), "  ")
		digests[file] = digest
	}
	if missing := slices.Collect(maps.Keys(digests)); len(missing) != len(files) {
		t.Errorf("the corpus has %d files and digests.txt %d lines", len(files), len(missing))
	}
	return files, documents, digests
}

// decode reads a document of a kind that this version knows, and gives its
// canonical bytes.
func decode(kind string, data []byte) (canonical []byte, err error) {
	switch kind {
	case schema.KindAccount:
		_, canonical, err = schema.Decode[schema.Account](data)
	case schema.KindBOM:
		_, canonical, err = schema.Decode[bom.Document](data)
	case schema.KindRelease:
		_, canonical, err = schema.Decode[schema.Release](data)
	case schema.KindReleaseStatus:
		_, canonical, err = schema.Decode[schema.ReleaseStatus](data)
	case schema.KindBatch:
		_, canonical, err = schema.Decode[schema.Batch](data)
	case schema.KindMembership:
		_, canonical, err = schema.Decode[schema.Membership](data)
	case schema.KindModeration:
		_, canonical, err = schema.Decode[schema.Moderation](data)
	case schema.KindBuildRecord:
		_, canonical, err = schema.Decode[schema.BuildRecord](data)
	case schema.KindUnitEvent:
		_, canonical, err = schema.Decode[schema.UnitEvent](data)
	case schema.KindAdvisory:
		_, canonical, err = schema.Decode[schema.Advisory](data)
	case schema.KindAdvisoryResponse:
		_, canonical, err = schema.Decode[schema.AdvisoryResponse](data)
	case schema.KindTransfer:
		_, canonical, err = schema.Decode[schema.Transfer](data)
	case schema.KindRedaction:
		_, canonical, err = schema.Decode[schema.Redaction](data)
	default:
		err = fmt.Errorf("the corpus has no way to read the kind %q", kind)
	}
	return canonical, err
}

func TestCorpus(t *testing.T) {
	files, documents, digests := corpusFiles(t)
	f := fresh(t)
	for _, file := range files {
		data := documents[file]
		digest := schema.DigestOf(data)
		if digests[file] != digest.String() {
			t.Errorf("%s has the digest %s, digests.txt says %q", file, digest, digests[file])
		}
		head, err := schema.ReadHead(data)
		check(t, err)
		if head.Kind != "future" {
			canonical, err := decode(head.Kind, data)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			} else if !bytes.Equal(canonical, data) {
				t.Errorf("%s is written otherwise now:\n%s\nit was\n%s", file, canonical, data)
			}
		}
		if err := f.applyBytes(data); err != nil {
			t.Errorf("%s does not apply: %v", file, err)
			continue
		}
		if stored, err := f.Document(context.Background(), digest); err != nil || !bytes.Equal(stored, data) {
			t.Errorf("%s is kept as %s (%v)", file, stored, err)
		}
	}
	t.Run("says", func(t *testing.T) { checkCorpus(t, f) })
}

// checkCorpus asks of the index what the corpus says.
func checkCorpus(t *testing.T, f *fixture) {
	ctx := context.Background()
	for reference, want := range map[string]string{"ada/motor": "2.0.0", "ada/lamp": "1.2.0", "ada/lamp@1.0.0": "1.0.0", "ada/lamp@^1": "1.2.0"} {
		if r, err := f.Resolve(ctx, ref(reference)); err != nil || r.Version.String() != want {
			t.Errorf("%s is %s (%v), want %s", reference, r.Version, err, want)
		}
	}
	for reference, want := range map[string]schema.Status{"ada/lamp@1.0.0": schema.Yanked, "ada/lamp@1.2.0": schema.Unyanked, "ada/motor@2.0.0": schema.Deprecated} {
		if r, err := f.Resolve(ctx, ref(reference)); err != nil || r.Status != want {
			t.Errorf("%s is %q (%v), want %q", reference, r.Status, err, want)
		}
	}
	if a, err := f.Account(ctx, name("ada")); err != nil || a.DisplayName != "Ada L." || a.Type != schema.AccountOrganisation {
		t.Errorf("the account ada is %+v (%v), want it as its second document says", a, err)
	}
	if m, err := f.Membership(ctx, name("ada"), name("bob")); err != nil || m.Role != schema.RoleMaker || m.State != schema.MemberAccepted {
		t.Errorf("bob is %+v of ada (%v), want a maker who has accepted", m, err)
	}
	if a, err := f.Account(ctx, name("coop")); err != nil || len(a.Keys) != 4 || !a.RequiresSignatures {
		t.Errorf("the account coop is %+v (%v), want four keys of two documents, and that it demands signatures", a, err)
	}
	if why, err := f.Suspended(ctx, name("bob")); err != nil || why == "" {
		t.Errorf("bob is not suspended (%v)", err)
	}
	if u, err := f.Unit(ctx, must(schema.ParseUnit, "coop/a-0007")); err != nil || u.Batch.Version != version("1.2.0") || u.Batch.Status != schema.BatchCompleted {
		t.Errorf("the unit is of %+v (%v)", u.Batch, err)
	}
	for _, reference := range []string{"ada/shade", "ada/lampshade", "coop/lampshade@1.0.0"} {
		if r, err := f.Resolve(ctx, ref(reference)); err != nil || r.Design != design("coop/lampshade") {
			t.Errorf("%s is %s (%v), want coop/lampshade", reference, r.Design, err)
		}
	}
	if m, err := f.Membership(ctx, name("ada"), name("carol")); err != nil || m.Role != schema.RoleOwner || m.State != schema.MemberAccepted {
		t.Errorf("carol is %+v of ada (%v), want an owner", m, err)
	}
	if got := f.found(Query{Text: "zündet"}, 10); !slices.Equal(got, []string{"ada/lamp"}) {
		t.Errorf("the search finds %v, want ada/lamp", got)
	}
}

// Each member that a document can have is in the corpus at least once: what is
// new is added here when it is first accepted.
func TestCorpusIsComplete(t *testing.T) {
	files, documents, _ := corpusFiles(t)
	have := make(map[string]bool)
	for _, file := range files {
		var v map[string]any
		check(t, json.Unmarshal(documents[file], &v))
		collect(have, fmt.Sprint(v["kind"]), v)
	}
	for kind, document := range map[string]any{
		schema.KindAccount: schema.Account{}, schema.KindBOM: bom.Document{}, schema.KindRelease: schema.Release{},
		schema.KindReleaseStatus: schema.ReleaseStatus{}, schema.KindBatch: schema.Batch{},
		schema.KindMembership: schema.Membership{}, schema.KindRedaction: schema.Redaction{}, schema.KindModeration: schema.Moderation{},
		schema.KindBuildRecord: schema.BuildRecord{}, schema.KindUnitEvent: schema.UnitEvent{},
		schema.KindAdvisory: schema.Advisory{}, schema.KindAdvisoryResponse: schema.AdvisoryResponse{},
		schema.KindTransfer: schema.Transfer{},
	} {
		for _, member := range members(kind, reflect.TypeOf(document)) {
			if !have[member] && !ofViews(member) {
				t.Errorf("no document of the corpus has %s", member)
			}
		}
	}
}

// ofViews tells whether a member is one that a view adds, or that a type shares with
// another, and no document has.
func ofViews(member string) bool {
	if member == "unit_event.installed[].serials" { // an event is of one unit
		return true
	}
	if strings.HasPrefix(member, "bom.cuts") || strings.HasPrefix(member, "bom.costs") {
		return true
	}
	_, line, ok := strings.Cut(member, "[].")
	if !ok || !strings.HasPrefix(member, "bom.lines") && !strings.HasPrefix(member, "bom.tools") {
		return false
	}
	return strings.HasPrefix(line, "cost.") || slices.Contains([]string{"required", "on_hand", "to_order", "bom", "cost", "paths", "paths[]", "assembly.design", "assembly.version", "assembly.release"}, line) ||
		strings.HasPrefix(member, "bom.tools[].") // tools are lines
}

func collect(have map[string]bool, path string, v any) {
	have[path] = true
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			collect(have, path+"."+k, member)
		}
	case []any:
		for _, item := range v {
			collect(have, path+"[]", item)
		}
	}
}

var textType = reflect.TypeFor[encoding.TextMarshaler]()

// members gives the paths of everything that a type writes as JSON.
func members(path string, t reflect.Type) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	list := []string{path}
	switch {
	case t.Implements(textType):
	case t.Kind() == reflect.Slice:
		list = append(list, members(path+"[]", t.Elem())...)
	case t.Kind() == reflect.Struct:
		for _, field := range reflect.VisibleFields(t) {
			tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if tag == "" || field.Anonymous || !field.IsExported() || field.Type == reflect.TypeFor[*bom.BOM]() {
				continue
			}
			list = append(list, members(path+"."+tag, field.Type)...)
		}
	}
	return list
}
