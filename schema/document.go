package schema

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of document.
const (
	KindAccount       = "account"
	KindBOM           = "bom"
	KindRelease       = "release"
	KindReleaseStatus = "release_status"
	KindBatch         = "batch"
	KindRedaction     = "redaction"
	KindMembership    = "membership"
	KindModeration    = "moderation"

	KindBuildRecord      = "build_record"
	KindUnitEvent        = "unit_event"
	KindAdvisory         = "advisory"
	KindAdvisoryResponse = "advisory_response"
	KindTransfer         = "transfer"
)

// A Head is what every document begins with.
type Head struct {
	Kind   string `json:"kind"`
	Author Name   `json:"author"`
}

// ReadHead gives the kind and the author of a document of any kind, also of one
// that this version does not know.
func ReadHead(data []byte) (Head, error) {
	var h Head
	if err := json.Unmarshal(data, &h); err != nil {
		return Head{}, &Error{Kind: Malformed, Detail: "a document is a JSON object with a kind and an author", Err: err}
	}
	return h, nil
}

// A Document is what an author says, for ever.
type Document interface {
	// Header gives the kind and the author.
	Header() Head
	// Validate checks what the type alone cannot say. Its error is of kind
	// Invalid and names every fault by its field.
	Validate() error
}

// Header gives h itself, so that a type that begins with a Head is nearly a Document.
func (h Head) Header() Head { return h }

func (h Head) faults(kind string) (f faults) {
	if h.Kind != kind {
		f.add("kind", "it is "+Quote(h.Kind)+"; write "+kind)
	}
	if h.Author.IsZero() {
		f.add("author", "it is missing; name the account that says this")
	}
	return f
}

// Encode validates d and gives its canonical bytes and their digest.
func Encode(d Document) ([]byte, Digest, error) {
	if err := d.Validate(); err != nil {
		return nil, Digest{}, err
	}
	b, err := canonicalOf(d)
	if err != nil {
		return nil, Digest{}, fmt.Errorf("encode %s: %w", d.Header().Kind, err)
	}
	if len(b) > MaxDocument {
		return nil, Digest{}, &Error{Kind: TooLarge, Detail: fmt.Sprintf("a document of %d bytes is over the limit of %d", len(b), MaxDocument)}
	}
	return b, DigestOf(b), nil
}

// Decode reads a document of the type T, checks it, and gives it with its
// canonical bytes. data may be spelled in any way that JSON allows, but must
// mean exactly what T writes: an unknown member, one that is missing, or an
// empty one that ought to be left out is refused with its place, for else one
// meaning would have two digests. Errors are of kind Malformed, Invalid or
// TooLarge.
func Decode[T Document](data []byte) (T, []byte, error) {
	var d T
	if len(data) > 2*MaxDocument {
		return d, nil, &Error{Kind: TooLarge, Detail: fmt.Sprintf("a document of %d bytes is over the limit of %d", len(data), MaxDocument)}
	}
	canonical, err := Canonicalize(data)
	if err != nil {
		return d, nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(canonical))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return d, nil, decodeError(canonical, reflect.TypeFor[T](), err)
	}
	encoded, _, err := Encode(d)
	if err != nil {
		return d, nil, err
	}
	if !bytes.Equal(encoded, canonical) {
		return d, nil, &Error{
			Kind: Invalid, Detail: "this document is not in its one form",
			At: []Place{{Field: firstDifference(canonical, encoded), Detail: "the members that are always present are written even when empty, all others are left out when empty"}},
		}
	}
	return d, encoded, nil
}

// Stored reads canonical bytes that [Encode] or [Decode] gave before. It does not
// check them again, which takes most of the time that Decode does.
func Stored[T Document](canonical []byte) (d T, err error) {
	if err := json.Unmarshal(canonical, &d); err != nil {
		return d, fmt.Errorf("read a stored document: %w", err)
	}
	return d, nil
}

// decodeError names the member that encoding/json could not read.
func decodeError(data []byte, t reflect.Type, err error) error {
	path, cause := locate(data, t)
	if cause == nil {
		cause = err
	}
	detail := strings.TrimPrefix(cause.Error(), "json: ")
	return &Error{Kind: Invalid, Detail: "the document cannot be read", At: []Place{{Field: path, Detail: detail}}, Err: err}
}

// locate looks for the innermost member that does not fit its type, since
// encoding/json does not say where an UnmarshalText failed.
func locate(data []byte, t reflect.Type) (string, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	err := json.Unmarshal(data, reflect.New(t).Interface())
	_, text := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	if text {
		return "", err
	}
	switch t.Kind() {
	case reflect.Struct:
		var members map[string]json.RawMessage
		if json.Unmarshal(data, &members) != nil {
			return "", err
		}
		types := memberTypes(t)
		for _, name := range sortedKeys(members) {
			member, known := types[name]
			if !known {
				return name, fmt.Errorf("%s has no such member; known are %s", t.Name(), strings.Join(sortedKeys(types), ", "))
			}
			if path, cause := locate(members[name], member); cause != nil {
				return joinPath(name, path), cause
			}
		}
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(data, &items) != nil {
			return "", err
		}
		for i, item := range items {
			if path, cause := locate(item, t.Elem()); cause != nil {
				return joinPath("["+strconv.Itoa(i)+"]", path), cause
			}
		}
	}
	return "", err
}

func joinPath(name, rest string) string {
	if rest == "" || rest[0] == '[' {
		return name + rest
	}
	return name + "." + rest
}

func memberTypes(t reflect.Type) map[string]reflect.Type {
	types := make(map[string]reflect.Type)
	for _, field := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && field.IsExported() {
			types[name] = field.Type
		}
	}
	return types
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// firstDifference gives the path of the first member in which two canonical
// texts differ.
func firstDifference(a, b []byte) string {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return ""
	}
	return differ(x, y)
}

func differ(x, y any) string {
	switch x := x.(type) {
	case map[string]any:
		y, _ := y.(map[string]any)
		names := map[string]bool{}
		for name := range x {
			names[name] = true
		}
		for name := range y {
			names[name] = true
		}
		for _, name := range sortedKeys(names) {
			_, inX := x[name]
			_, inY := y[name]
			if inX != inY {
				return name
			}
			if !reflect.DeepEqual(x[name], y[name]) {
				return joinPath(name, differ(x[name], y[name]))
			}
		}
	case []any:
		y, _ := y.([]any)
		for i := range min(len(x), len(y)) {
			if !reflect.DeepEqual(x[i], y[i]) {
				return joinPath("["+strconv.Itoa(i)+"]", differ(x[i], y[i]))
			}
		}
	}
	return ""
}

// faults gathers what is wrong with a document, so that all of it is said at once.
type faults []Place

func (f *faults) add(field, detail string) {
	*f = append(*f, Place{Field: field, Detail: detail})
}

// text checks a piece of free text: no longer than limit bytes, and required
// text is there.
func (f *faults) text(field, s string, limit int, required bool) {
	switch {
	case s == "" && required:
		f.add(field, "it is missing")
	case len(s) > limit:
		f.add(field, fmt.Sprintf("it has %d bytes; at most %d are allowed", len(s), limit))
	}
}

func (f *faults) texts(field string, list []string, limit int) {
	for i, s := range list {
		f.text(field+"["+strconv.Itoa(i)+"]", s, limit, true)
	}
}

func (f faults) err(what string) error {
	if len(f) == 0 {
		return nil
	}
	const shown = 100
	if len(f) > shown {
		more := len(f) - shown
		f = append(f[:shown:shown], Place{Detail: fmt.Sprintf("and %d more", more)})
	}
	return &Error{Kind: Invalid, Detail: what + " is not valid", At: f}
}

// A Time is a moment as documents and entries write it: RFC 3339 in UTC, in
// whole seconds, like 2026-11-01T09:30:00Z. The zero Time is none.
type Time struct{ text string }

const timeLayout = "2006-01-02T15:04:05Z"

// TimeOf gives t in UTC, cut to the second.
func TimeOf(t time.Time) Time { return Time{t.UTC().Format(timeLayout)} }

// ParseTime reads a time in its one spelling.
func ParseTime(s string) (Time, error) {
	t, err := time.Parse(timeLayout, s)
	if err != nil || t.Year() < 1 || t.Format(timeLayout) != s { // Parse takes fractions that the layout lacks
		return Time{}, invalid(Quote(s)+" is not a time", "write UTC in whole seconds, like 2026-11-01T09:30:00Z")
	}
	return Time{s}, nil
}

// String gives the time as text, "" for none.
func (t Time) String() string { return t.text }

// IsZero tells whether t is none.
func (t Time) IsZero() bool { return t.text == "" }

// Before tells whether t is earlier than u.
func (t Time) Before(u Time) bool { return t.text < u.text }

// Add gives the time that is d later, in whole seconds; none stays none.
func (t Time) Add(d time.Duration) Time {
	at, err := time.Parse(timeLayout, t.text)
	if err != nil { // none: all others were parsed, or come from TimeOf
		return t
	}
	return TimeOf(at.Add(d))
}

// MarshalText writes t as its text.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// UnmarshalText reads what ParseTime reads; empty text is the zero Time.
func (t *Time) UnmarshalText(b []byte) error { return unmarshalText(t, b, ParseTime) }
