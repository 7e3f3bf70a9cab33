package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"
)

// From RFC 8785, with whole numbers in the place of others, which documents do
// not have: sections 3.2.2 and 3.2.3.
func TestCanonicalizeRFC8785(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}`, `{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{`{
  "\u20ac": "Euro Sign",
  "\r": "Carriage Return",
  "\ufb33": "Hebrew Letter Dalet With Dagesh",
  "1": "One",
  "\ud83d\ude00": "Emoji: Grinning Face",
  "\u0080": "Control",
  "\u00f6": "Latin Small Letter O With Diaeresis"
}`, `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`},
		{`{"1": {"f": {"f": "hi","F": 5} ,"\n": 56}, "10": { }, "": "empty", "a": { }, "111": [ {"e": "yes","E": "no" } ], "A": { }}`,
			`{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}`},
		{`[-0, 0, 9007199254740991, -9007199254740991]`, `[0,0,9007199254740991,-9007199254740991]`},
		{` "\u0000\b\t\n\f\r\u001f\u007f</script>&\u2028" `, `"\u0000\b\t\n\f\r\u001f` + "\u007f</script>&\u2028" + `"`},
	} {
		got, err := Canonicalize([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("got %s %v, want %s", got, err, c.want)
		}
		if oracle, err := jcs.Transform([]byte(c.in)); c.in[0] != ' ' && (err != nil || string(oracle) != c.want) {
			t.Errorf("the other implementation says %s %v", oracle, err)
		}
	}
}

func TestCanonicalizeRefuses(t *testing.T) {
	for _, c := range []struct {
		in           string
		line, column int
	}{
		{`{"a":1,"a":2}`, 1, 8}, {`{"b":1,"a":2,"b":3}`, 0, 0}, {`{"a":1,"\u0061":2}`, 1, 8},
		{"{\n \"a\": 1.5}", 2, 7}, {`[1e3]`, 1, 2}, {`[01]`, 1, 2}, {`[+1]`, 1, 2}, {`[-]`, 1, 2}, {`[9007199254740992]`, 1, 2}, {`[-9007199254740992]`, 1, 2},
		{"\"\xff\"", 1, 2}, {`"\ud800"`, 1, 2}, {`"\ud800\u0041"`, 1, 2}, {`"\udc00"`, 1, 2}, {`"\x"`, 1, 2}, {`"\u00g0"`, 1, 2}, {"\"\n\"", 1, 2},
		{``, 1, 1}, {`{`, 0, 0}, {`[1,]`, 1, 4}, {`{"a":1,}`, 1, 8}, {`{"a" 1}`, 1, 6}, {`{a:1}`, 1, 2}, {`"`, 1, 2}, {`"\`, 1, 2}, {`nul`, 1, 1}, {`1 2`, 1, 3}, {`truex`, 1, 5},
		{strings.Repeat("[", 66) + strings.Repeat("]", 66), 1, 66}, {"\xEF\xBB\xBF1", 1, 1}, {`NaN`, 1, 1},
	} {
		got, err := Canonicalize([]byte(c.in))
		var e *Error
		if !errors.Is(err, Malformed) || !errors.As(err, &e) || len(e.At) != 1 {
			t.Errorf("%q: got %s %v", c.in, got, err)
			continue
		}
		if at := e.At[0]; c.line > 0 && (at.Line != c.line || at.Column != c.column) {
			t.Errorf("%q: at %d:%d, want %d:%d", c.in, at.Line, at.Column, c.line, c.column)
		}
	}
	if _, err := Canonicalize([]byte(strings.Repeat("[", 65) + strings.Repeat("]", 65))); err != nil {
		t.Errorf("64 levels within one another: %v", err)
	}
}

// anyJSON draws values that documents can hold.
func anyJSON() *rapid.Generator[any] {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		kinds := []*rapid.Generator[any]{
			rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64Range(-maxInteger, maxInteger).AsAny(), rapid.String().AsAny(),
		}
		if depth > 0 {
			kinds = append(kinds, rapid.SliceOfN(value(depth-1), 0, 5).AsAny(), rapid.MapOfN(rapid.String(), value(depth-1), 0, 8).AsAny())
		}
		return rapid.OneOf(kinds...)
	}
	return value(4)
}

func TestCanonicalizeLikeOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.MapOf(rapid.String(), anyJSON()).Draw(t, "v")
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Canonicalize(b)
		if err != nil {
			t.Fatal(err)
		}
		want, err := jcs.Transform(b)
		if err != nil || string(got) != string(want) {
			t.Fatalf("got %s, the other implementation %s %v", got, want, err)
		}
	})
}

func FuzzCanonicalize(f *testing.F) {
	for _, s := range []string{`{"b":[1,-2,"\u00e9\ud83d\ude00"],"a":{"":null}}`, `"\u0000"`, `[true,false]`, `{"\ufb33":1,"\ud83d\ude00":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Canonicalize(data)
		if err != nil {
			if !errors.Is(err, Malformed) {
				t.Fatalf("%v is not Malformed", err)
			}
			return
		}
		if again, err := Canonicalize(got); err != nil || string(again) != string(got) {
			t.Errorf("%s is made %s %v", got, again, err)
		}
		if !json.Valid(got) {
			t.Errorf("%s is not JSON", got)
		}
		if oracle, err := jcs.Transform(data); err == nil && string(oracle) != string(got) {
			t.Errorf("got %s, the other implementation %s", got, oracle)
		}
	})
}

// BenchmarkEncodeRelease1000 measures the canonical JSON and the digest of a
// release with 1,000 files.
func BenchmarkEncodeRelease1000(b *testing.B) {
	r := sampleRelease(b)
	r.Files = r.Files[:0]
	for i := range 1000 {
		p := fmt.Sprintf("cad/part-%04d/part-%04d.step", i, i)
		r.Files = append(r.Files, File{Path: p, Digest: DigestOf([]byte(p)), Size: int64(i), MediaType: MediaType(p), Role: RoleOf(p, nil)})
	}
	r.Files = append(r.Files, File{Path: "okh.toml", Digest: DigestOf(nil), MediaType: "application/toml", Role: RoleManifest})
	doc, _, err := Encode(r)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Encode(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeRelease1000 measures reading it back.
func BenchmarkDecodeRelease1000(b *testing.B) {
	r := sampleRelease(b)
	for i := range 1000 {
		p := fmt.Sprintf("z/part-%04d.step", i)
		r.Files = append(r.Files, File{Path: p, Digest: DigestOf([]byte(p)), Size: int64(i), MediaType: MediaType(p), Role: RoleOf(p, nil)})
	}
	doc, _, err := Encode(r)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Decode[Release](doc); err != nil {
			b.Fatal(err)
		}
	}
}

// utf16Bytes writes s in UTF-16, big-endian, whose byte order is that of the code units.
func utf16Bytes(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return b
}
