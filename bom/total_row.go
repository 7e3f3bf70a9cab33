package bom

import (
	"slices"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// totalWords begin a row that sums the others.
var totalWords = []string{"total", "subtotal", "grandtotal", "overalltotal", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "somme", "soustotal", "totale", "totaal", "suma", "soma", "celkem", "razem", "summa", "合计", "总计"}

// totalEnds are what a sum may be of.
var totalEnds = []string{
	"", "cost", "costs", "price", "prices", "parts", "components", "componentcount", "quantity", "qty", "lines", "items", "sum", "kosten", "preis", "amount", "usd", "eur", "gbp",
	"pieces", "partcount", "count", "general", "generale", "ht", "ttc", "netto", "brutto", "estimatedcost", "costusd", "perunit", "perboard", "unitcost", "bomcost", "materialcost", "partscost",
	"costperunit", "costperboard", "excltax", "inclvat", "exclvat", "withoutshipping", "withshipping", "weight",
}

// isTotal passes over the row that sums the others.
func (t *table) isTotal(d *draft, r row, first int) bool {
	cell := t.onlyText(r)
	alone := cell != ""
	switch {
	case alone:
	case d.cells[fieldReferences] != "" || len(d.parts) > 0:
		return false
	default:
		cell = r.cells[first]
		if first < len(r.cells)-1 && looksLikeItem(cell) { // the sum of pieces stands before the word
			if i := slices.IndexFunc(r.cells[first+1:], notEmpty); i >= 0 {
				cell = r.cells[first+1+i]
			}
		}
	}
	const longest = 60
	if cell == "" || len(cell) > longest || strings.ContainsAny(cell, "=") || cell[0] >= '0' && cell[0] <= '9' {
		return false
	}
	if isCharge(cell) {
		t.find(schema.SeverityInfo, "charge-passed-over", r.number, t.headerAt(first), schema.Quote(cell)+" was read as what is paid beside parts; the row was passed over")
		return true
	}
	key := ""
	for _, word := range totalWords {
		if cell[0] < 0x80 && cell[0]|0x20 != word[0] {
			continue
		}
		if key == "" {
			key = headerKey(cell)
		}
		if rest, ok := strings.CutPrefix(key, word); ok && slices.Contains(totalEnds, rest) {
			return t.passTotal(r, first)
		}
	}
	if key = headerKey(cell); alone && (strings.HasSuffix(key, "total") || strings.HasSuffix(key, "totalcost")) { // "Project total"
		return t.passTotal(r, first)
	}
	return false
}

func (t *table) passTotal(r row, first int) bool {
	t.noteTotal(r)
	t.find(schema.SeverityInfo, "total-passed-over", r.number, t.headerAt(first), "the row "+schema.Quote(cut(strings.Join(strings.Fields(strings.Join(r.cells, " ")), " "), maxHeader))+" was read as a total and passed over")
	return true
}

// onlyText gives the one cell of a row that has amounts beside it and nothing
// else; "" when there are none, or more texts.
func (t *table) onlyText(r row) (text string) {
	amounts := 0
	for _, cell := range r.cells {
		if cell == "" {
			continue
		}
		if _, _, amount := readPrice(cell, t.decimalComma); amount {
			amounts++
			continue
		}
		if text != "" {
			return ""
		}
		text = cell
	}
	if amounts == 0 {
		return ""
	}
	return text
}

// isCharge tells whether a row is of what is paid for no part.
func isCharge(cell string) bool {
	if len(cell) > 30 {
		return false
	}
	switch strings.ToLower(strings.Trim(cell, " :.")) {
	case "shipping", "shipping cost", "shipping costs", "shipping & handling", "shipping and handling", "handling", "postage", "delivery", "freight", "tax", "taxes", "sales tax", "vat", "mwst", "ust",
		"mwst.", "versand", "versandkosten", "frais de port", "livraison", "tva", "envío", "gastos de envío", "iva", "spedizione", "spese di spedizione", "frete", "verzendkosten", "btw", "discount", "rabatt", "import duty", "customs":
		return true
	}
	return false
}
