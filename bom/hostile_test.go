package bom

import (
	"strings"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// TestReadHostile reads large files that are made to be slow. What they are read
// as does not matter, only that it takes no longer than honest ones of their size.
func TestReadHostile(t *testing.T) {
	const size = 2 << 20
	for name, unit := range map[string]string{
		"quotes": `"`, "doubled quotes": `""`, "open quotes": `"a` + "\n", "commas": ",", "newlines": "\n", "returns": "\r", "one cell": "a",
		"ranges": "R1-R9999,", "same item": "1,nut,1\n", "odd quantities": "1,nut,x\n", "titles": "nut,,\n", "headers": "Item,Name,Qty\n", "spaces": " ",
	} {
		t.Run(name, func(t *testing.T) {
			text := "Item,Name,Qty,Ref\n" + strings.Repeat(unit, size/len(unit))
			if name == "ranges" {
				text = "Item,Name,Qty,Ref\n1,nut,1,\"" + text + "\"\n"
			}
			begun := time.Now()
			b, err := Read(name, strings.NewReader(text))
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
			switch k := schema.KindOf(err); {
			case err == nil:
				checkDocument(t, b)
			case k != schema.Invalid && k != schema.TooLarge:
				t.Errorf("error is %v, want one of kind invalid or too large", err)
			}
		})
	}
}
