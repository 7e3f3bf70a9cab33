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

// TestReadHostileText is TestReadHostile for text that is no delimited table.
func TestReadHostileText(t *testing.T) {
	const size = 2 << 20
	for name, text := range map[string]string{
		"list":           strings.Repeat("- 4 x M3 screws\n", size/16),
		"long item":      "2 x " + strings.Repeat("a ", size/2),
		"no list":        strings.Repeat("x 4 y: z\n", size/9),
		"titles of list": "2 x nut\n3 x bolt\n" + strings.Repeat("a:\n", size/3),
		"table":          "|Qty|Part|\n|-|-|\n" + strings.Repeat("|1|[a](b) **c** `d`|\n", size/21),
		"tables":         strings.Repeat("|Qty|Part|\n|-|-|\n|1|a|\n", size/23),
		"brackets":       "|Qty|Part|\n|-|-|\n|1|" + strings.Repeat("[", size) + "|\n",
		"backticks":      "|Qty|Part|\n|-|-|\n|1|" + strings.Repeat("`", size) + "|\n",
		"links":          "|Qty|Part|\n|-|-|\n|1|" + strings.Repeat("[](a", 4000) + "|\n",
		"cells":          "|Qty|Part|\n|-|-|\n" + strings.Repeat("|", size),
		"aligned":        "Qty  Part  Value\n" + strings.Repeat("1    a     b\n", size/13),
		"wide":           "Qty  Part  Value\n" + strings.Repeat("1    a     b", size/12),
		"tabs":           "Qty  Part  Value\n" + strings.Repeat("\t", size),
		"dotted":         "Item,Name,Qty\n1,a,2\n" + strings.Repeat("1.1,b,3\n", size/24),
		"deep":           "Level,Name,Qty\n" + strings.Repeat("1,a,9\n2,b,9\n3,c,9\n", size/60),
	} {
		t.Run(name, func(t *testing.T) {
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
