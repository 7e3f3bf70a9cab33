package export

import (
	"mime"
	"strconv"
	"strings"
)

// An accepted is one media range of an Accept header.
type accepted struct {
	media  string // text/html, text/*, */*
	params map[string]string
	weight float64
}

// Negotiate gives the format that an HTTP Accept header prefers (RFC 9110, section
// 12.5.1): the one of the highest weight, among equals the one that is named more
// closely, then the one that is named first. Without a header, and for */*, it is
// the first of [Formats]. It is false when no format is accepted. Of formats that
// share a media type the first is meant; the others are had by name alone.
func Negotiate(accept string) (Format, bool) {
	ranges := readAccept(accept)
	var best Format
	var bestRank [3]float64 // weight, closeness, how near to the beginning
	found := false
	seen := map[string]bool{}
	for _, f := range Formats() {
		if seen[f.MediaType] {
			continue
		}
		seen[f.MediaType] = true
		if rank, ok := rankOf(f, ranges); ok && (!found || above(rank, bestRank)) {
			best, bestRank, found = f, rank, true
		}
	}
	return best, found
}

func above(x, y [3]float64) bool {
	for i := range x {
		if x[i] != y[i] {
			return x[i] > y[i]
		}
	}
	return false
}

// rankOf finds the range that names a format most closely: its weight is the
// format's.
func rankOf(f Format, ranges []accepted) (rank [3]float64, ok bool) {
	media, params, err := mime.ParseMediaType(f.MediaType)
	if err != nil {
		return rank, false
	}
	family, _, _ := strings.Cut(media, "/")
	for i, r := range ranges {
		closeness := 0.0
		switch r.media {
		case media:
			closeness = 3 + float64(len(r.params))
		case family + "/*":
			closeness = 2
		case "*/*":
			closeness = 1
		}
		for name, value := range r.params {
			if !strings.EqualFold(params[name], value) {
				closeness = 0
			}
		}
		if closeness > rank[1] {
			rank = [3]float64{r.weight, closeness, -float64(i)}
		}
	}
	return rank, rank[0] > 0
}

// maxRanges is how many media ranges of one header are read.
const maxRanges = 100

func readAccept(accept string) []accepted {
	if strings.TrimSpace(accept) == "" {
		accept = "*/*"
	}
	var list []accepted
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil || len(list) == maxRanges {
			continue
		}
		r := accepted{media: media, params: params, weight: 1}
		if q, weighed := params["q"]; weighed {
			if r.weight, err = strconv.ParseFloat(q, 64); err != nil || r.weight < 0 || r.weight > 1 {
				continue
			}
		}
		delete(params, "q")
		delete(params, "charset") // all is UTF-8
		list = append(list, r)
	}
	return list
}
