package bom

import (
	"cmp"
	"slices"
	"sort"
)

// A cutSize is a number of pieces of one size. Sizes here have the kerf in them,
// and a bar is one kerf longer: the last piece of a bar needs no cut behind it.
type cutSize struct{ size, count int64 }

// A cutCount is a number of pieces of the size at index.
type cutCount struct {
	index int
	count int64
}

// A cutWay is one way of cutting a bar, done a number of times.
type cutWay struct {
	left  int64
	times int64
	cuts  []cutCount
}

// cutBars lays pieces, the largest size first, into bars of a capacity: best fit
// decreasing, each piece into the fullest bar that has room for it. It takes
// at most 11/9 of the least number of bars, and four
// (https://doi.org/10.1137/0203025), in practice hardly more than the least. Equal bars are handled at once, so the work
// grows with the different sizes and not with the pieces. No size may be above
// the capacity.
func cutBars(sizes []cutSize, capacity int64) []cutWay {
	c := cutter{}
	for i, s := range sizes {
		left := s.count
		for at := c.room(s.size); left > 0 && at < len(c.ways); at = c.room(s.size) {
			left = c.fill(at, i, s.size, left)
		}
		most := capacity / s.size
		c.put(cutWay{left: capacity - most*s.size, times: left / most, cuts: []cutCount{{i, most}}})
		if left %= most; left > 0 {
			c.put(cutWay{left: capacity - left*s.size, times: 1, cuts: []cutCount{{i, left}}})
		}
	}
	return c.collapse()
}

// A cutter holds the bars that have been begun, the fullest first.
type cutter struct{ ways []cutWay }

// room gives the index of the first way that has room for a size.
func (c *cutter) room(size int64) int {
	return sort.Search(len(c.ways), func(i int) bool { return c.ways[i].left >= size })
}

func (c *cutter) put(w cutWay) {
	if w.times > 0 {
		c.ways = slices.Insert(c.ways, c.room(w.left), w)
	}
}

// fill lays pieces into the bars of the way at an index, as many into each as
// have room, and gives how many are left.
func (c *cutter) fill(at, index int, size, count int64) int64 {
	w := c.ways[at]
	c.ways = slices.Delete(c.ways, at, at+1)
	most := w.left / size
	with := func(n, times int64) cutWay {
		return cutWay{left: w.left - n*size, times: times, cuts: append(slices.Clip(w.cuts), cutCount{index, n})}
	}
	full := min(w.times, count/most)
	c.put(with(most, full))
	count, w.times = count-full*most, w.times-full
	if w.times > 0 && count > 0 {
		c.put(with(count, 1))
		count, w.times = 0, w.times-1
	}
	c.put(w)
	return count
}

// collapse gives the ways in an order to work by, equal ones once: those that
// begin with the largest pieces first.
func (c *cutter) collapse() []cutWay {
	slices.SortStableFunc(c.ways, func(v, w cutWay) int { return compareCuts(v.cuts, w.cuts) })
	list := c.ways[:0]
	for _, w := range c.ways {
		if n := len(list); n > 0 && slices.Equal(list[n-1].cuts, w.cuts) {
			list[n-1].times += w.times
		} else {
			list = append(list, w)
		}
	}
	return list
}

func compareCuts(a, b []cutCount) int {
	return slices.CompareFunc(a, b, func(x, y cutCount) int {
		return cmp.Or(cmp.Compare(x.index, y.index), cmp.Compare(y.count, x.count))
	})
}
