package bom

import "slices"

// rankAll gives the columns of parts and offers that are repeated their ranks.
func (s settler) rankAll() {
	s.leaveWeak()
	s.breaks()
	s.rank(fieldManufacturer, fieldMPN)
	offers := []field{fieldSupplier, fieldSKU, fieldPrice, fieldCurrency, fieldPack, fieldMinimum, fieldPackPrice}
	s.rank(offers...)
}

// leaveWeak leaves each field to the columns that are surest of it: chosen ones
// before all others, and plain ones before those that only may be it.
func (s settler) leaveWeak() {
	var strongest [fieldCount]int
	for _, c := range s.columns {
		strongest[c.field] = max(strongest[c.field], c.strength)
	}
	for i := range s.columns {
		c := &s.columns[i]
		if most := strongest[c.field]; c.strength < most && (c.strength == weak || most == chosen) {
			c.field = fieldExtra
		}
	}
}

// breaks takes "Price 1", "Price 10" and "Price 100" for the prices from these
// quantities on; numbers that count up by one are those of offers.
func (s settler) breaks() {
	var at []int
	for i, c := range s.columns {
		if c.field == fieldPrice && c.number > 0 {
			at = append(at, i)
		}
	}
	if len(at) < 2 {
		return
	}
	consecutive := true
	for k, i := range at[1:] {
		if s.columns[i].number <= s.columns[at[k]].number {
			return
		}
		consecutive = consecutive && s.columns[i].number == s.columns[at[k]].number+1
	}
	if consecutive {
		return
	}
	for _, i := range at {
		s.columns[i].field, s.columns[i].from = fieldBreakPrice, s.columns[i].number
	}
}

// rank ranks the columns of fields that go together: by the numbers of their
// headers where these agree, else by their order. The first two fields are those
// that make an offer or a part.
func (s settler) rank(fields ...field) {
	at := make([][]int, len(fields))
	most := 0
	for k, f := range fields {
		for i, c := range s.columns {
			if c.field == f {
				at[k] = append(at[k], i)
			}
		}
		most = max(most, len(at[k]))
	}
	if most < 2 {
		return
	}
	if numbers := s.numbers(at); numbers != nil {
		for _, list := range at {
			for _, i := range list {
				s.columns[i].rank, _ = slices.BinarySearch(numbers, s.number(list, i))
			}
		}
		return
	}
	s.rankByOrder(at)
}

// number gives the number of a column's header. The first one may go without.
func (s settler) number(list []int, i int) int {
	n := s.columns[i].number
	if n == 0 && !slices.ContainsFunc(list, func(j int) bool { return s.columns[j].number == 1 }) {
		return 1
	}
	return n
}

// numbers gives the numbers by which columns go together, or nil: in each field
// they differ, and one field has them all.
func (s settler) numbers(at [][]int) []int {
	var all []int
	largest := 0
	for _, list := range at {
		var own []int
		for _, i := range list {
			n := s.number(list, i)
			if slices.Contains(own, n) {
				return nil
			}
			own = append(own, n)
		}
		largest = max(largest, len(own))
		all = append(all, own...)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != largest {
		return nil
	}
	return all
}

// rankByOrder pairs the columns of fields that are repeated as often as the most
// repeated of the first two, each by its turn. Others belong to the one that
// stands before them.
func (s settler) rankByOrder(at [][]int) {
	anchor := at[0]
	if len(at[1]) > len(anchor) {
		anchor = at[1]
	}
	for _, list := range at {
		for turn, i := range list {
			c := &s.columns[i]
			switch {
			case len(anchor) == 0:
			case len(list) == len(anchor):
				c.rank = turn
			default:
				before, _ := slices.BinarySearch(anchor, i+1)
				if list[0] > anchor[0] { // what is repeated begins with the anchor
					before--
				}
				c.rank = min(max(before, 0), len(anchor)-1)
			}
		}
	}
}
