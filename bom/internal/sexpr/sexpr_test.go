package sexpr

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func read(t *testing.T, text string) (*List, error) {
	t.Helper()
	r := NewReader(text)
	open, err := r.Next()
	if err != nil {
		return nil, err
	}
	return r.List(open, nil)
}

func TestAtoms(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"bare", `(v 10k)`, "10k"},
		{"quoted", `(v "a b")`, "a b"},
		{"empty", `(v "")`, ""},
		{"escaped", `(v "a\"b\\c\nd\x41\101\q")`, "a\"b\\c\nd\x41Aq"},
		{"escaped UTF-8", `(v "\xc2\xb5F")`, "µF"},
		{"not UTF-8", `(v "\xb5F")`, "\uFFFDF"},
		{"quote within", `(v 10"x)`, `10"x`},
		{"several lines", "(v \"a\nb\")", "a\nb"},
		{"base64", "(v |KLUv/QBY\n abc+=|)", "KLUv/QBY\n abc+="},
		{"a bar alone", `(v | (w |))`, "|"},
		{"comment", "(v\n  # no (atom\n x)", "x"},
		{"no comment", "(v #PWR01)", "#PWR01"},
		{"touching", `(v"a"(w))`, `a`},
	} {
		l, err := read(t, test.text)
		if test.name == "touching" { // an atom runs to white space or a parenthesis
			if err != nil || l.Name != `v"a"` {
				t.Errorf("%s: %+v, %v", test.name, l, err)
			}
			continue
		}
		if err != nil || l.Text(0) != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, l.Text(0), err, test.want)
		}
	}
}

func TestLines(t *testing.T) {
	l, err := read(t, "(a \"x\ny\"\n\n  (b \"\\\n\" 1)\n(c))")
	if err != nil {
		t.Fatal(err)
	}
	if l.Find("b").Line != 4 || l.Find("c").Line != 6 {
		t.Errorf("b begins on line %d and c on %d, want 4 and 6", l.Find("b").Line, l.Find("c").Line)
	}
}

func TestFaults(t *testing.T) {
	for _, test := range []struct {
		text string
		line int
	}{
		{"(a\n(b", 2}, {"(a \"x\n\n", 1}, {"(a \"\\", 1}, {strings.Repeat("(", MaxDepth+1), 1},
		{"(" + strings.Repeat("a ", MaxItems+1) + ")", 1},
	} {
		var fault *Error
		if _, err := read(t, test.text); !errors.As(err, &fault) || fault.Line != test.line {
			t.Errorf("%.20q: %v, want a fault on line %d", test.text, err, test.line)
		}
	}
	if _, err := NewReader(")").Next(); err == nil {
		t.Error("a list is closed that was not opened")
	}
}

func TestSkip(t *testing.T) {
	r := NewReader(`(a (b (c "(") d) e)`)
	open, _ := r.Next()
	l, err := r.List(open, map[string]bool{"b": true})
	if err != nil || l.Name != "a" || len(l.Items) != 1 || l.Text(0) != "e" {
		t.Fatalf("%+v, %v", l, err)
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("behind the end: %v", err)
	}
}

func FuzzSexpr(f *testing.F) {
	for _, seed := range []string{
		`(a "b\x41\n" |KLUv/QBY=| (c 1.2 "") ())`, "(a\n# x\n b)", `(("\777\8`, strings.Repeat("(", 300), ")", "(| |a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := NewReader(text)
		for {
			before := r.at
			token, err := r.Next()
			if err != nil {
				break
			}
			if r.at <= before || r.depth > MaxDepth || token.Line < 1 || token.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("token %+v at %d, depth %d", token, r.at, r.depth)
			}
		}
		r = NewReader(text)
		if open, err := r.Next(); err == nil && open.Kind == Open {
			_, _ = r.List(open, map[string]bool{"b": true})
		}
	})
}
