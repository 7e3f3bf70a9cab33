package bom

import (
	"bytes"
	"io"
	"io/fs"
	"testing"

	"github.com/patternbook/patternbook/schema"
)

// fuzzKicad reads what begins like a file of KiCad; sheets that it names are the
// same bytes again.
func fuzzKicad(t *testing.T, data []byte) {
	opened := 0
	o := ReadOptions{Open: func(string) (io.ReadCloser, error) {
		if opened++; opened > 10 { // each in a folder of its own: there is no end to them
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
	b, err := o.Read("a/fuzz", bytes.NewReader(data))
	if err != nil {
		if k := schema.KindOf(err); k != schema.Invalid && k != schema.TooLarge {
			t.Fatalf("error is of kind %s: %v", k, err)
		}
		return
	}
	checkDocument(t, b)
	checkDocument(t, Merge(b, b))
}

func FuzzNetlistXML(f *testing.F) {
	f.Add([]byte(netlistXMLText))
	f.Add([]byte(`<?xml version="1.0" encoding="koi8-r"?><export version="D"><components><comp ref="R1"><value>` + "\xC1" + `</value></comp><comp ref="R1"/></components></export>`))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><export><design/></export>`))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzKicad(t, data) })
}

func FuzzNetlist(f *testing.F) {
	f.Add([]byte(`(export (version E) (design (tool "x")) (components (comp (ref R1) (value 1k) (fields (field (name Config) "+a,-b")) (property (name dnp)))))`))
	f.Add([]byte(`(export (components (comp (ref R1-R9)) (comp (ref "")) (comp (ref R?) (fields (field (name Qty) 1/3) (field (name "Supplier") "~")))))`))
	f.Add([]byte("# EESchema Netlist\n( ( /1 $noname R1 100K {Lib=R} ( 1 N ) ) )\n*"))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzKicad(t, data) })
}

func FuzzSchematic(f *testing.F) {
	f.Add([]byte(rootSheetText))
	f.Add([]byte(subSheetText))
	f.Add([]byte("EESchema Schematic File Version 4\n$Comp\nL R R1\nU 1 1 C\nAR Path=\"/A/C\" Ref=\"R1\" Part=\"1\"\nF 0 \"R1\" H 0 0 50 0 L CNN \"x\"\n$EndComp\n$Sheet\nU A\nF1 \"b.sch\"\n$EndSheet\n"))
	f.Add([]byte(`(kicad_pcb (footprint "R" (property "Reference" "R1") (attr dnp) (variant (name "v") (dnp no))))`))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzKicad(t, data) })
}
