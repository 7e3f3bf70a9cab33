package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"
	"pgregory.net/rapid"
)

// refuses checks that parse gives an error of kind Invalid that says what would be right.
func refuses[T any](t *testing.T, parse func(string) (T, error), texts ...string) {
	t.Helper()
	for _, s := range texts {
		v, err := parse(s)
		var e *Error
		if !errors.Is(err, Invalid) || !errors.As(err, &e) || e.Fix == "" {
			t.Errorf("%q: got %v %v", s, v, err)
		}
	}
}

func TestName(t *testing.T) {
	for _, s := range []string{"ada", "a1", "1a", "open-lab", "a-b-c", strings.Repeat("a", 39)} {
		if n := must(t, ParseName, s); n.String() != s || n.IsZero() {
			t.Errorf("%q is %q", s, n)
		}
	}
	refuses(t, ParseName, "", "a", "Ada", "-ada", "ada-", "a--b", "a_b", "a.b", "ä-lab", "a b", strings.Repeat("a", 40))
	if !must(t, ParseName, "admin").Reserved() || must(t, ParseName, "ada").Reserved() {
		t.Error("reserved words")
	}
	for _, pair := range [][2]string{{"open-lab", "openlab"}, {"l1ly", "lily"}, {"c0op", "coop"}, {"modern", "modem"}} {
		if must(t, ParseName, pair[0]).Skeleton() != must(t, ParseName, pair[1]).Skeleton() {
			t.Errorf("%s and %s look the same", pair[0], pair[1])
		}
	}
}

func TestDesign(t *testing.T) {
	if d := must(t, ParseDesign, "ada/bench-lamp"); d.String() != "ada/bench-lamp" || d.Owner.String() != "ada" || d.Name != "bench-lamp" {
		t.Errorf("got %v", d)
	}
	must(t, ParseDesign, "ada/"+strings.Repeat("a", 64))
	refuses(t, ParseDesign, "", "ada", "ada/", "/lamp", "ada/Lamp", "ada/a/b", "ada/"+strings.Repeat("a", 65))
}

func TestVersion(t *testing.T) {
	for _, s := range []string{"0.0.0", "1.2.3", "1.0.0-rc.1", "10.20.30"} {
		if v := must(t, ParseVersion, s); v.String() != s {
			t.Errorf("%q is %q", s, v)
		}
	}
	refuses(t, ParseVersion, "", "1", "1.2", "v1.2.3", "1.2.3+build", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3.4", "1.2.3-"+strings.Repeat("a", 200))
	for text, want := range map[string]string{
		"v1.2": "1.2.0", "2.0": "2.0.0", "1": "1.0.0", "V1.2.3": "1.2.3", " 1.10 ": "1.10.0", "2.02": "2.2.0", "v.1": "1.0.0", "1.2-rc.1": "1.2.0-rc.1", "1.2.3": "1.2.3",
	} {
		if v, err := CompleteVersion(text); err != nil || v.String() != want {
			t.Errorf("%q: got %q %v, want %q", text, v, err, want)
		}
	}
	refuses(t, CompleteVersion, "", "v0.3T and V0.4T", "final", "1.2.3.4", "1.2.3 beta")
	// The order of semver.org, item 11.
	order := []string{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"}
	for i := range order {
		for j := range order {
			if got := mustVersion(t, order[i]).Compare(mustVersion(t, order[j])); got != min(max(i-j, -1), 1) {
				t.Errorf("%s and %s compare %d", order[i], order[j], got)
			}
		}
	}
}

func TestReference(t *testing.T) {
	digest := DigestOf(nil).String()
	for _, s := range []string{"ada/lamp", "ada/lamp@1.2.0", "ada/lamp@^1.2", "ada/lamp@>=1.0.0 <2.0.0", "ada/lamp@" + digest} {
		r := must(t, ParseReference, s)
		if r.String() != s || r.Exact() != (strings.HasSuffix(s, "@1.2.0") || strings.HasSuffix(s, digest)) {
			t.Errorf("%q is %q", s, r)
		}
	}
	if r := must(t, ParseReference, "ada/lamp@latest"); r.String() != "ada/lamp" {
		t.Errorf("latest is %q", r)
	}
	refuses(t, ParseReference, "", "ada", "ada/lamp@", "ada/lamp@newest", "ada/lamp@sha256:00", "Ada/lamp", "ada/lamp@1.2.0@1.3.0")
	versions := []Version{mustVersion(t, "1.0.0"), mustVersion(t, "1.10.0"), mustVersion(t, "1.9.0"), mustVersion(t, "2.0.0-rc.1"), mustVersion(t, "2.0.0")}
	for at, want := range map[string]int{"": 4, "@^1": 1, "@~1.9": 2, "@^3": -1, "@>=2.0.0-rc.0 <2.0.0": 3} {
		if got := must(t, ParseReference, "ada/lamp"+at).Choose(versions); got != want {
			t.Errorf("%q chooses %d, want %d", at, got, want)
		}
	}
}

func FuzzParseReference(f *testing.F) {
	for _, s := range []string{"ada/lamp", "ada/lamp@1.2.0", "ada/lamp@^1.2 || >=3", "ada/lamp@sha256:" + strings.Repeat("0", 64), "ada/lamp@latest"} {
		f.Add(s)
	}
	versions := []Version{{"1.0.0"}, {"2.0.0-rc.1"}}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseReference(s)
		if err != nil {
			if !errors.Is(err, Invalid) {
				t.Errorf("%v is not Invalid", err)
			}
			return
		}
		again, err := ParseReference(r.String())
		if err != nil || again != r {
			t.Errorf("%q is %+v, read again %+v %v", s, r, again, err)
		}
		if i := r.Choose(versions); i >= 0 && r.Range != "" {
			if c, err := semver.NewConstraint(r.Range); err != nil || !c.Check(semver.MustParse(versions[i].String())) {
				t.Errorf("%q chooses %s", s, versions[i])
			}
		}
	})
}

func TestDecimal(t *testing.T) {
	for text, want := range map[string]string{"2": "2", "007.50": "7.5", "-0": "0", "-0.0": "0", "0.25": "0.25", "-3.50": "-3.5", "100": "100", "0.00": "0"} {
		if d := must(t, ParseDecimal, text); d.String() != want {
			t.Errorf("%q is %q, want %q", text, d, want)
		}
	}
	refuses(t, ParseDecimal, "", ".5", "5.", "1e3", "+1", "1,5", "--1", "0x1", " 1", "1_000", "NaN", strings.Repeat("1", 65))
	var d Decimal
	if err := d.UnmarshalText([]byte("1.50")); !errors.Is(err, Invalid) {
		t.Errorf("needless zeros: %v", err)
	}
	for _, c := range [][3]string{{"14.4", "1", "15"}, {"14", "5", "15"}, {"15", "5", "15"}, {"0.3", "0.25", "0.5"}, {"-1.5", "1", "-1"}, {"0", "3", "0"}} {
		if got := must(t, ParseDecimal, c[0]).CeilToMultiple(must(t, ParseDecimal, c[1])); got.String() != c[2] {
			t.Errorf("%s up to a multiple of %s is %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

// Arithmetic agrees with exact fractions.
func TestDecimalArithmetic(t *testing.T) {
	number := rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,20})?`)
	rat := func(d Decimal) *big.Rat { r, _ := new(big.Rat).SetString(d.String()); return r }
	rapid.Check(t, func(t *rapid.T) {
		a, err1 := ParseDecimal(number.Draw(t, "a"))
		b, err2 := ParseDecimal(number.Draw(t, "b"))
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if rat(a.Add(b)).Cmp(new(big.Rat).Add(rat(a), rat(b))) != 0 {
			t.Errorf("%s + %s is %s", a, b, a.Add(b))
		}
		if rat(a.Mul(b)).Cmp(new(big.Rat).Mul(rat(a), rat(b))) != 0 {
			t.Errorf("%s × %s is %s", a, b, a.Mul(b))
		}
		if a.Compare(b) != rat(a).Cmp(rat(b)) || a.Sign() != rat(a).Sign() {
			t.Errorf("%s and %s compare %d", a, b, a.Compare(b))
		}
		if b.Sign() > 0 {
			up := a.CeilToMultiple(b)
			steps := new(big.Rat).Quo(rat(up), rat(b))
			if !steps.IsInt() || up.Compare(a) < 0 || new(big.Rat).Sub(rat(up), rat(a)).Cmp(rat(b)) >= 0 {
				t.Errorf("%s up to a multiple of %s is %s", a, b, up)
			}
		}
		var again Decimal
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again != a {
			t.Errorf("%s is read again as %s: %v", a, again, err)
		}
	})
}

func TestSerial(t *testing.T) {
	for _, s := range []string{"LAMP-0001", "a", "0", "a.b_c-d", strings.Repeat("x", 64)} {
		must(t, ParseSerial, s)
	}
	refuses(t, ParseSerial, "", "-a", ".a", "_a", "a b", "a/b", "ä", strings.Repeat("x", 65))
	if must(t, ParseSerial, "Lamp-1").Fold() != must(t, ParseSerial, "LAMP-1").Fold() {
		t.Error("case counts")
	}
	if u := must(t, ParseUnit, "coop/LAMP-0001"); u.String() != "coop/LAMP-0001" {
		t.Errorf("got %s", u)
	}
	refuses(t, ParseUnit, "", "coop", "coop/", "Coop/1", "coop/a/b")
	refuses(t, ParseBatchName, "LOT-7", "coop/")
}

func TestSerialPattern(t *testing.T) {
	for text, want := range map[string]string{
		"A-{0001..0003}": "A-0001 A-0002 A-0003", "A-{8..11}": "A-8 A-9 A-10 A-11", "A-{08..11}z": "A-08z A-09z A-10z A-11z", "B-1": "B-1", "{1..2}": "1 2",
	} {
		p := must(t, ParseSerialPattern, text)
		var got []string
		for s := range p.All() {
			got = append(got, s.String())
		}
		if strings.Join(got, " ") != want || p.Count() != len(got) || p.String() != text {
			t.Errorf("%s is %v", text, got)
		}
	}
	refuses(t, ParseSerialPattern, "", "A-{", "A-{1..}", "A-{1..2", "A-{2..1}", "A-{a..b}", "A-{+1..2}", "A-{1..2}{3..4}", "A-{0..100000}", "{1..2}}", " ")
	if got := must(t, ParseSerialPatterns, "A-{1..2}, B-1\nC"); len(got) != 3 {
		t.Errorf("got %v", got)
	}
}

func TestDigest(t *testing.T) {
	// The digest of nothing: FIPS 180-2.
	const nothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	h := sha256.New()
	if DigestOf(nil).String() != nothing || DigestFromHash(h).String() != nothing || must(t, ParseDigest, nothing).Hex() != nothing[7:] {
		t.Error("digest of nothing")
	}
	refuses(t, ParseDigest, "", nothing[7:], strings.ToUpper(nothing), nothing+"0", nothing[:70], "sha512:"+nothing[7:], nothing[:70]+"g")
}

func TestTextsAreJSON(t *testing.T) {
	type all struct {
		Name      Name          `json:"name,omitzero"`
		Design    Design        `json:"design,omitzero"`
		Version   Version       `json:"version,omitzero"`
		Reference Reference     `json:"reference,omitzero"`
		Digest    Digest        `json:"digest,omitzero"`
		Decimal   Decimal       `json:"decimal,omitzero"`
		Unit      Unit          `json:"unit,omitzero"`
		Pattern   SerialPattern `json:"pattern,omitzero"`
		Time      Time          `json:"time,omitzero"`
	}
	v := all{
		must(t, ParseName, "ada"), mustDesign(t, "ada/lamp"), mustVersion(t, "1.0.0"), must(t, ParseReference, "ada/lamp@^1"), DigestOf(nil),
		must(t, ParseDecimal, "1.5"), must(t, ParseUnit, "coop/A"), must(t, ParseSerialPattern, "A-{1..2}"), must(t, ParseTime, "2026-11-01T09:30:00Z"),
	}
	b, err := json.Marshal(v)
	var again all
	if err != nil || json.Unmarshal(b, &again) != nil || again != v {
		t.Errorf("%s is read as %+v: %v", b, again, err)
	}
	if b, err := json.Marshal(all{}); err != nil || string(b) != "{}" {
		t.Errorf("empty ones are written: %s %v", b, err)
	}
}

func TestError(t *testing.T) {
	cause := errors.New("disk")
	err := fmt.Errorf("publish: %w", &Error{
		Kind: Invalid, Detail: "it is wrong", Fix: "mend it", Err: cause,
		At: []Place{{File: "okh.toml", Line: 3, Column: 5, Field: "name", Detail: "empty"}, {Line: 4}, {Field: "bom"}},
	})
	if want := "publish: it is wrong: okh.toml:3:5 name: empty; line 4; bom (mend it)"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if !errors.Is(err, Invalid) || !errors.Is(err, cause) || errors.Is(err, NotFound) || KindOf(err) != Invalid || KindOf(cause) != Internal || KindOf(NotFound) != NotFound {
		t.Error("kinds")
	}
	seen := map[Kind]bool{}
	for _, k := range Kinds() {
		if seen[k] || k.Error() == "" || strings.Trim(string(k), "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("kind %q", k)
		}
		seen[k] = true
	}
}

func TestCheckPath(t *testing.T) {
	for _, p := range []string{"okh.toml", "cad/base.scad", "a b/ü.md", "..a/b..", "-x", strings.Repeat("a", 1024)} {
		if err := CheckPath(p); err != nil {
			t.Error(err)
		}
	}
	for _, p := range []string{"", ".", "..", "../a", "a/..", "a/../b", "a/./b", "./a", "a//b", "a/", "/a", `a\b`, "a\x00b", "a\nb", "\xff", strings.Repeat("a", 1025)} {
		if err := CheckPath(p); !errors.Is(err, Invalid) {
			t.Errorf("%q: %v", p, err)
		}
	}
	groups := [][]string{{"README.md", "readme.MD"}, {"ü.md", "u\u0308.md", "Ü.md"}, {"straße", "STRASSE"}, {"a"}}
	for i, group := range groups {
		for j, other := range groups {
			if same := FoldPath(group[0]) == FoldPath(other[len(other)-1]); same != (i == j) {
				t.Errorf("%q and %q fold the same: %v", group[0], other, same)
			}
		}
	}
}

func TestRoles(t *testing.T) {
	if len(Roles()) != 18 || !slices.Contains(Roles(), RoleOther) || RoleReadme.Fabrication() || !RoleGerber.Fabrication() {
		t.Error("roles")
	}
	if !HasError([]Finding{{Severity: SeverityInfo}, {Severity: SeverityError}}) || HasError([]Finding{{Severity: SeverityWarning}}) {
		t.Error("HasError")
	}
}

// Every pair of characters is in the order of UTF-16.
func TestCompareUTF16(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		char := rapid.SampledFrom([]rune{'a', '\u00ff', '\u07ff', '\u0800', '\ud7ff', '\ue000', '\uee00', '\uffff', '\U00010000', '\U0010ffff'})
		draw := func(name string) string { return string(rapid.SliceOfN(char, 0, 4).Draw(t, name)) }
		a, b := draw("a"), draw("b")
		want := bytes.Compare(utf16Bytes(a), utf16Bytes(b))
		if got := min(max(compareUTF16(a, b), -1), 1); got != want {
			t.Errorf("%+q and %+q compare %d, want %d", a, b, got, want)
		}
	})
}
