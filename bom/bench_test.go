package bom

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// manyLines makes a BOM of n different purchased parts.
func manyLines(b testing.TB, n int, quantity string) *BOM {
	list := New()
	for i := range n {
		list.Lines = append(list.Lines, Line{
			Line: i + 1, Item: strconv.Itoa(i + 1), Name: "Resistor", Kind: KindPurchased, Quantity: number(b, quantity), Unit: Pieces, Fitted: true,
			Part: Part{Manufacturer: "Yageo", MPN: "RC0603FR-" + strconv.Itoa(i)}, Row: i + 2,
		})
	}
	return list
}

// tenThousand is a tree of 100 designs with 100 lines each, under one root.
func tenThousand(b testing.TB, quantity string) *Tree {
	s := shelf{}
	root, pins := New(), map[string]string{}
	for i := range 100 {
		name := fmt.Sprintf("s%d", i)
		item := strconv.Itoa(i + 1)
		s.put(b, name, manyLines(b, 100, quantity), nil)
		root.Lines = append(root.Lines, Line{Line: i + 1, Item: item, Name: name, Kind: KindAssembly, Quantity: number(b, quantity), Unit: Pieces, Fitted: true})
		pins[item] = name
	}
	s.put(b, "root", root, pins)
	tree, err := Explode(b.Context(), s["root"], s.fetch, Choices{})
	if err != nil {
		b.Fatal(err)
	}
	return tree
}

func benchmarkFlat(b *testing.B, tree *Tree) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.Flat(10); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFlatten10k(b *testing.B)          { benchmarkFlat(b, tenThousand(b, "2")) }
func BenchmarkFlatten10kFractions(b *testing.B) { benchmarkFlat(b, tenThousand(b, "0.25")) }

func benchmarkDistinct(b *testing.B, lines int, choices Choices) {
	tree, err := Explode(b.Context(), &Node{BOM: manyLines(b, lines, "2")}, nil, choices)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFlat(b, tree)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(lines), "ns/line")
}

// Of 100,000 different lines the flat view takes under a second, and for each
// line no more than twice what it takes of 10,000: compare ns/line.
func BenchmarkFlatten10kDistinct(b *testing.B)  { benchmarkDistinct(b, 10_000, Choices{}) }
func BenchmarkFlatten100kDistinct(b *testing.B) { benchmarkDistinct(b, 100_000, Choices{}) }

// Stock of every second part of 100,000 lines: under a second.
func BenchmarkFlatten100kWithStock(b *testing.B) {
	tree, err := Explode(b.Context(), &Node{BOM: manyLines(b, 100_000, "2")}, nil, Choices{})
	if err != nil {
		b.Fatal(err)
	}
	q := Query{View: ViewFlat, Units: 10}
	for i := range 50_000 {
		q.Stock = append(q.Stock, OnHand{Part: Part{MPN: "RC0603FR-" + strconv.Itoa(2*i)}, Quantity: number(b, "7")})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.View(q); err != nil {
			b.Fatal(err)
		}
	}
}

// The most different pieces that a plan may have: under two seconds.
func BenchmarkCutMostSizes(b *testing.B) {
	list := New()
	for i := range maxSizes {
		list.Lines = append(list.Lines, Line{
			Line: i + 1, Item: strconv.Itoa(i + 1), Name: "rod", Kind: KindPurchased, Quantity: number(b, "3"), Unit: Pieces, Fitted: true,
			PieceSize: &schema.Measure{Value: schema.DecimalOf(int64(100 + i*7919%5987)), Unit: "mm"},
		})
	}
	tree, err := Explode(b.Context(), &Node{BOM: list}, nil, Choices{})
	if err != nil {
		b.Fatal(err)
	}
	bar := schema.Measure{Value: number(b, "6"), Unit: "m"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.View(Query{View: ViewMake, Units: 7, StockLength: &bar}); err != nil {
			b.Fatal(err)
		}
	}
}

// A diamond of 12 levels whose naive walk would visit 4,096 paths to each of the
// lowest parts: what it costs grows with the 13 releases.
func BenchmarkFlattenDiamond12(b *testing.B) {
	s := shelf{}
	for i := range 12 {
		list, next := manyLines(b, 50, "1"), fmt.Sprintf("d%d", i+1)
		for _, item := range []string{"51", "52"} {
			n, _ := strconv.Atoi(item)
			list.Lines = append(list.Lines, Line{Line: n, Item: item, Name: next, Kind: KindAssembly, Quantity: number(b, "1"), Unit: Pieces, Fitted: true})
		}
		s.put(b, fmt.Sprintf("d%d", i), list, map[string]string{"51": next, "52": next})
	}
	s.put(b, "d12", manyLines(b, 50, "1"), nil)
	tree, err := Explode(b.Context(), s["d0"], s.fetch, Choices{})
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFlat(b, tree)
}

func kiBoM(lines int) []byte {
	var text bytes.Buffer
	text.WriteString("Component,References,Value,Footprint,Description,Quantity Per PCB,Manufacturer,PartNumber,Remarks,Config,DNF,Supplier\n")
	for i := range lines {
		fmt.Fprintf(&text, "%d,R%d R%d,10k,R_0603_1608,\"Resistor, thick film\",2,Yageo,RC0603FR-%d,1%%,,,\n", i+1, 2*i%90000, (2*i+1)%90000, i)
	}
	return text.Bytes()
}

func BenchmarkRead10k(b *testing.B) {
	data := kiBoM(10_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read("bom.csv", bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodingCSV10k(b *testing.B) {
	data := kiBoM(10_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r := csv.NewReader(bytes.NewReader(data))
		for {
			if _, err := r.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkEncode10k(b *testing.B) {
	list, err := Read("bom.csv", bytes.NewReader(kiBoM(10_000)))
	if err != nil {
		b.Fatal(err)
	}
	author, err := schema.ParseName("ada")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := schema.Encode(NewDocument(author, list)); err != nil {
			b.Fatal(err)
		}
	}
}
