package bom

import "slices"

// Limits of the search for a better plan: what they leave out is cut by best fit.
const (
	searchSizes = 200  // different pieces
	searchSteps = 5000 // for each way of cutting
	searchWays  = 1000 // ways of cutting
)

// searchBars lays pieces as cutBars does, one bar after the other: each gets the
// largest piece that is left and, as far as a bounded search finds it, what fills
// the rest best. It often takes fewer bars than best fit and sometimes more. It
// gives nil when there is too much to search.
func searchBars(sizes []cutSize, capacity int64) []cutWay {
	if len(sizes) > searchSizes {
		return nil
	}
	s := filling{sizes: slices.Clone(sizes)}
	c := cutter{}
	for s.first < len(s.sizes) {
		if s.sizes[s.first].count == 0 {
			s.first++
			continue
		}
		if len(c.ways) >= searchWays {
			return nil
		}
		c.ways = append(c.ways, s.bar(capacity))
	}
	return c.collapse()
}

// A filling searches for the best way to fill a bar from the pieces that are left.
type filling struct {
	sizes []cutSize // the largest first; counts are of what is left
	first int       // the largest that is left
	steps int
	least int64 // room that no piece fits into is lost
	cuts  []cutCount
	best  cutWay
}

// bar takes the best way to fill a bar, as often as there are pieces for it.
func (s *filling) bar(capacity int64) cutWay {
	s.steps, s.cuts, s.best, s.least = 0, s.cuts[:0], cutWay{left: capacity}, 0
	for _, size := range slices.Backward(s.sizes) {
		if size.count > 0 {
			s.least = size.size
			break
		}
	}
	s.fill(s.first, capacity)
	w := s.best
	w.times = maxPieces
	for _, c := range w.cuts {
		w.times = min(w.times, s.sizes[c.index].count/c.count)
	}
	for _, c := range w.cuts {
		s.sizes[c.index].count -= c.count * w.times
	}
	return w
}

// fill tries how many of the size at an index, and of those behind it, fill what is
// left of a bar, many first. It tells whether nothing better can be found.
func (s *filling) fill(index int, left int64) bool {
	if s.steps++; left < s.best.left {
		s.best.left, s.best.cuts = left, slices.Clone(s.cuts)
	}
	for left >= s.least && index < len(s.sizes) && (s.sizes[index].count == 0 || s.sizes[index].size > left) {
		index++
	}
	if left < s.least || index == len(s.sizes) {
		return s.best.left == 0 || s.steps > searchSteps
	}
	size := s.sizes[index]
	least := int64(0)
	if index == s.first {
		least = 1 // the largest goes into some bar: let it be this one
	}
	for n := min(size.count, left/size.size); n >= least; n-- {
		if n > 0 {
			s.cuts = append(s.cuts, cutCount{index, n})
		}
		done := s.fill(index+1, left-n*size.size)
		if n > 0 {
			s.cuts = s.cuts[:len(s.cuts)-1]
		}
		if done {
			return true
		}
	}
	return s.best.left == 0 || s.steps > searchSteps
}
