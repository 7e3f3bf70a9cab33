package export

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/bom"
)

var updateDifference = flag.Bool("update-difference", false, "rewrite the golden differences")

func readBOM(t *testing.T, text string) *bom.BOM {
	t.Helper()
	b, err := bom.Read("bom.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// board compares two issues of a small board, with everything that can happen.
func board(t *testing.T) *bom.Difference {
	head := "Reference,Qty,Description,Value,Footprint,Manufacturer,MPN,DNP,Note\n"
	return bom.Compare(
		readBOM(t, head+"R1 R2 R3,3,Resistor,10k,R_0603,Yageo,RC10K,,\nC1 C2,2,Capacitor,100n,C_0402,Murata,GRM100N,,\n"+
			"U1,1,Regulator,LM317,SOT-223,TI,LM317DCY,,\nR9,1,Resistor,22k,R_0603,Yageo,RC22K,DNP,\nD1,1,LED,<b>red|green</b>,LED_0603,,,,\n"),
		readBOM(t, head+"J1,1,\"Connector\x1b[31m\nred\",USB_C,USB_C,,,,\nC1 C2,2,Capacitor,100n,C_0402,Murata,GRM100N,,near U1\nR1 R2,2,Resistor,10k,R_0603,Yageo,RC10K,,\n"+
			"U1,1,Regulator,AMS1117,SOT-223,AMS,AMS1117-3.3,,\nR9,1,Resistor,22k,R_0603,Yageo,RC22K,,\nR3 R4 R5,3,Resistor,47k,R_0603,Yageo,RC47K,,\n"),
	)
}

func TestWriteDifference(t *testing.T) {
	for file, write := range map[string]func(io.Writer, *bom.Difference) error{
		"difference.txt": WriteDifferenceText, "difference.md": WriteDifferenceMarkdown,
	} {
		t.Run(file, func(t *testing.T) {
			var got strings.Builder
			if err := write(&got, board(t)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", file)
			if *updateDifference {
				if err := os.WriteFile(path, []byte(got.String()), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("the difference is written\n%s\nwant\n%s", got.String(), want)
			}
			if err := write(full{}, board(t)); !errors.Is(err, io.ErrShortWrite) {
				t.Errorf("a writer that fails gave %v, want its error", err)
			}
		})
	}
}

// full is a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriteNoDifference(t *testing.T) {
	b := readBOM(t, "Part,Qty\nNut,4\n")
	var text, markdown strings.Builder
	if err := WriteDifferenceText(&text, bom.Compare(b, b)); err != nil {
		t.Fatal(err)
	}
	if err := WriteDifferenceMarkdown(&markdown, bom.Compare(b, b)); err != nil {
		t.Fatal(err)
	}
	if text.String() != "nothing differs\n" || markdown.String() != "Nothing differs.\n" {
		t.Errorf("no difference is written %q and %q", text.String(), markdown.String())
	}
}

func TestWriteLongLists(t *testing.T) {
	var many []string
	for range 30 {
		many = append(many, "R1")
	}
	if got, want := listed(many), strings.TrimSpace(strings.Repeat("R1 ", 20))+" and 10 more"; got != want {
		t.Errorf("a long list is written %q, want %q", got, want)
	}
	if got, want := listChange([]string{"a", "b"}, []string{"b", "a"}), "in another order"; got != want {
		t.Errorf("a list in another order is written %q, want %q", got, want)
	}
	if got := shortened(strings.Repeat("ü", 100)); got != strings.Repeat("ü", 59)+"…" {
		t.Errorf("a long name is shortened to %q", got)
	}
}
