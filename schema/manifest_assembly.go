package schema

import (
	"strings"
)

func (r *manifestReader) assemblies(f *treeField) {
	for at, n := range f.value.numbered(f.key) {
		if n.kind != tableNode {
			r.error("assembly", n, at, "an assembly is a table; write [[assembly]] with line and release")
			continue
		}
		if a, ok := r.assembly(at, n); ok {
			r.m.Assemblies = append(r.m.Assemblies, a)
		}
	}
}

func (r *manifestReader) assembly(at string, n *node) (ManifestAssembly, bool) {
	a := ManifestAssembly{At: n.line}
	sound := true
	for _, f := range n.fields {
		field := at + "." + f.key
		switch normalKey(f.key) {
		case "line", "item":
			a.Line = r.scalar(field, f.value)
		case "reference":
			a.Reference = strings.TrimSpace(f.value.text)
			if hasAddress(a.Reference) && !scpURL.MatchString(a.Reference) {
				a.Reference = clean(a.Reference)
			}
		case "release":
			ref, err := ParseReference(strings.TrimSpace(f.value.text))
			switch {
			case err != nil:
				r.error("assembly", f.value, field, err.Error())
				sound = false
			case !ref.Exact():
				r.error("assembly", f.value, field, Quote(ref.String())+" may mean another release tomorrow; write the version or the digest, like "+ref.Design.String()+"@1.2.0")
				sound = false
			}
			a.Release = ref
		case "variant":
			a.Variant = r.scalar(field, f.value)
		default:
			r.unknownKey("assembly.", f, []string{"line", "item", "reference", "release", "variant"})
			r.keepAs(field, f)
		}
	}
	switch {
	case !sound:
		return a, false
	case a.Line == "" && a.Reference == "":
		r.error("assembly", n, at, "it does not say which line of the BOM it is about; write line, or reference as the BOM has it")
		return a, false
	case a.Release.Design.IsZero():
		r.error("assembly", n, at, `it names no release; write release = "owner/name@1.2.0"`)
		return a, false
	}
	return a, true
}
