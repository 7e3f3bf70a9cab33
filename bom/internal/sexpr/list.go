package sexpr

import (
	"fmt"
	"iter"
)

// A List is a list with all that lies in it.
type List struct {
	Name  string // its first item, when that is an atom
	Line  int    // on which it begins, from 1
	Items []Item // behind the name
}

// An Item of a list is an atom or, when List is not nil, a list.
type Item struct {
	Text string
	List *List
}

// List reads the list that open has opened, to its end. Lists in it of a name
// that skip has are passed over.
func (r *Reader) List(open Token, skip map[string]bool) (*List, error) {
	left := MaxItems
	return r.list(open, skip, &left)
}

func (r *Reader) list(open Token, skip map[string]bool, left *int) (*List, error) {
	l := &List{Line: open.Line}
	for first := true; ; first = false {
		t, err := r.Next()
		if err != nil {
			return nil, err
		}
		if *left--; *left < 0 {
			return nil, &Error{Line: open.Line, Detail: fmt.Sprintf("a list has more than %d items", MaxItems)}
		}
		switch {
		case t.Kind == Close:
			return l, nil
		case t.Kind == Open:
			inner, err := r.list(t, skip, left)
			if err != nil {
				return nil, err
			}
			if inner != nil {
				l.Items = append(l.Items, Item{List: inner})
			}
		case first:
			if l.Name = t.Text; skip[l.Name] {
				return nil, r.Skip()
			}
		default:
			l.Items = append(l.Items, Item{Text: t.Text})
		}
	}
}

// Text gives the nth atom behind the name, from 0, or nothing.
func (l *List) Text(n int) string {
	if l == nil {
		return ""
	}
	for _, item := range l.Items {
		if item.List == nil {
			if n == 0 {
				return item.Text
			}
			n--
		}
	}
	return ""
}

// Has tells whether text is one of the atoms behind the name.
func (l *List) Has(text string) bool {
	if l != nil {
		for _, item := range l.Items {
			if item.List == nil && item.Text == text {
				return true
			}
		}
	}
	return false
}

// Find gives the first list of a name in l, or nil.
func (l *List) Find(name string) *List {
	for found := range l.All(name) {
		return found
	}
	return nil
}

// TextOf gives the first atom of the first list of a name in l, or nothing.
func (l *List) TextOf(name string) string { return l.Find(name).Text(0) }

// All gives the lists of a name in l.
func (l *List) All(name string) iter.Seq[*List] {
	return func(yield func(*List) bool) {
		if l == nil {
			return
		}
		for _, item := range l.Items {
			if item.List != nil && item.List.Name == name && !yield(item.List) {
				return
			}
		}
	}
}
