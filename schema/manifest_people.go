package schema

import (
	"regexp"
	"strconv"
	"strings"
)

var nameWithAffiliation = regexp.MustCompile(`^([^()]+?)\s*\(([^()]+)\)$`)

// people reads the names of those to be credited: a text, a list, or tables with
// name and affiliation. E-mail addresses fall away.
func people(role string) func(*manifestReader, *treeField) {
	return func(r *manifestReader, f *treeField) { r.people(f.key, f.value, role) }
}

func (r *manifestReader) people(field string, n *node, role string) {
	switch {
	case isBracketed(n):
		r.scalar(field, n)
	case n.kind == listNode:
		for i, item := range n.items {
			r.people(field+"["+strconv.Itoa(i)+"]", item, role)
		}
	case n.kind == tableNode:
		r.person(field, n, role)
	case n.kind == scalarNode:
		r.namedPerson(field, n, role)
	default:
		r.info("empty-value", n, field, "the list has an empty item; it was left out")
	}
}

// namedPerson reads "Ada Lovelace (Analytical Society) <…>".
func (r *manifestReader) namedPerson(field string, n *node, role string) {
	name := strings.TrimSpace(strings.ReplaceAll(clean(n.text), addressMark, ""))
	name = strings.Trim(strings.TrimSpace(strings.TrimSuffix(name, "<>")), " ,;")
	if name == "" {
		r.warn("no-name", n, field, "there is no name beside the e-mail address; write whom to credit")
		return
	}
	r.placeholder(field, n, name)
	c := Contributor{Name: name, Role: role}
	if m := nameWithAffiliation.FindStringSubmatch(name); m != nil {
		c.Name, c.Affiliation = m[1], m[2]
		r.info("affiliation-split", n, field, Quote(c.Affiliation)+" was read as the affiliation of "+Quote(c.Name))
	} else if strings.Count(name, ", ") > 1 {
		r.info("names-in-one", n, field, "several names stand in one text, and are kept so: write a list, so that each is credited")
	}
	r.credit(c)
}

// person reads a table. What it has beside name, affiliation and e-mail address
// is kept.
func (r *manifestReader) person(field string, n *node, role string) {
	c := Contributor{Role: role}
	for _, f := range n.fields {
		switch normalKey(f.key) {
		case "name":
			c.Name = strings.TrimSpace(strings.ReplaceAll(r.scalar(field+".name", f.value), addressMark, ""))
		case "affiliation", "organization", "organisation":
			c.Affiliation = strings.TrimSpace(strings.ReplaceAll(r.scalar(field+"."+f.key, f.value), addressMark, ""))
		case "account":
			r.account(field+".account", f.value, &c)
		case "email", "e-mail", "mail":
		default:
			if f.value.kind != nullNode {
				r.keepAs(field+"."+f.key, f)
			}
		}
	}
	if c.Name == "" {
		if c.Affiliation == "" {
			r.warn("no-name", n, field, "there is no name; write whom to credit")
			return
		}
		c.Name, c.Affiliation = c.Affiliation, ""
	}
	r.credit(c)
}

func (r *manifestReader) account(field string, n *node, c *Contributor) {
	name, err := ParseName(strings.TrimSpace(n.text))
	if err != nil {
		r.warn("account", n, field, err.Error())
		return
	}
	c.Account = name
}

// credit adds a contributor once for each role.
func (r *manifestReader) credit(c Contributor) {
	for _, known := range r.m.Contributors {
		if known == c {
			return
		}
	}
	r.m.Contributors = append(r.m.Contributors, c)
}

func (r *manifestReader) organisations(f *treeField) {
	for field, n := range f.value.entries(f.key) {
		if n.kind == tableNode {
			name, ok := n.get("name")
			for _, g := range n.fields {
				if key := normalKey(g.key); key != "name" && key != "email" && key != "e-mail" && g.value.kind != nullNode {
					r.keepAs(field+"."+g.key, g)
				}
			}
			if !ok {
				r.warn("no-name", n, field, "the organisation has no name")
				continue
			}
			n = name.value
		}
		if text := strings.TrimSpace(strings.ReplaceAll(r.scalar(field, n), addressMark, "")); text != "" {
			r.m.About.Organisations = append(r.m.About.Organisations, text)
		}
	}
}
