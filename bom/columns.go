package bom

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A field is what a column holds.
type field int

const (
	fieldExtra field = iota
	fieldItem
	fieldName
	fieldDescription
	fieldQuantity
	fieldUnit
	fieldReferences
	fieldValue
	fieldFootprint
	fieldManufacturer
	fieldMPN
	fieldStandard
	fieldUnfitted
	fieldFitted
	fieldKind
	fieldMaterial
	fieldProcess
	fieldNote
	fieldFiles
	fieldAssembly
	fieldSupplier
	fieldSKU
	fieldPrice
	fieldCurrency
	fieldPack
	fieldMinimum
	fieldConfig
	fieldAttrition
	fieldSetup
	fieldMultiple
	fieldOKHReference // OKH's REFERENCE: a standard, a part's manifest, another design or a description
	fieldNamedSKU     // a supplier's part numbers, in a column that has the supplier's name
	fieldIgnored      // what our own tables have and reading makes anew

	// What a header alone does not settle; see settle.
	fieldItemOrName
	fieldUnits
	fieldComment
	fieldDesignation
	fieldReference
	fieldParts
	fieldComponent

	fieldCount
)

var fieldNames = [fieldCount]string{
	fieldItem: "item", fieldName: "name", fieldDescription: "description", fieldQuantity: "quantity", fieldUnit: "unit",
	fieldReferences: "references", fieldValue: "value", fieldFootprint: "footprint", fieldManufacturer: "manufacturer",
	fieldMPN: "mpn", fieldStandard: "standard", fieldUnfitted: "unfitted", fieldFitted: "fitted", fieldKind: "kind",
	fieldMaterial: "material", fieldProcess: "process", fieldNote: "note", fieldFiles: "files", fieldAssembly: "assembly",
	fieldSupplier: "supplier", fieldSKU: "sku", fieldPrice: "price", fieldCurrency: "currency", fieldPack: "pack_quantity",
	fieldMinimum: "minimum", fieldConfig: "config", fieldAttrition: "attrition_percent", fieldSetup: "setup_quantity",
	fieldMultiple: "rounding_multiple", fieldOKHReference: "OKH reference", fieldNamedSKU: "sku", fieldIgnored: "nothing",
}

// aliases are the headers by which a field is known, in the form that
// headerKey gives: English first, then German, French, Spanish, Italian,
// Portuguese and Dutch.
var aliases = func() map[string]field {
	m := make(map[string]field)
	for f, words := range map[field]string{
		fieldItem: `pos position posnr positionsnummer item# itemno itemnumber itemnr id # no nr num lfdnr lfd row index partid
			bomid linenumber findno findnumber balloon numero articolonr`,
		fieldItemOrName: `item items line part parte piece artikel articolo articulo`,
		fieldComponent:  `component components`,
		fieldName: `name partname partbomname bomname itemname componentname productname product title material/part bezeichnung
			benennung teilename teil nom nombre nome denominazione designacion denominacion denominacao naam partdescriptionname
			tool tools commercialpart commercialparts hardware device symbol libpart`,
		fieldDescription: `description desc partdescription itemdescription details detail descr beschreibung descripcion descrizione
			descricao omschrijving productdescription`,
		fieldQuantity: `quantity qty qnty quant qtyperpcb quantityperpcb qtyperboard quantityperboard qtydevice qtyperdevice qtyunit
			qtyperunit quantityperunit bomqty bomquantity count amount pcs menge anzahl stuckzahl stueckzahl stuck stueck quantite
			qte cantidad cant quantita qta quantidade qtd aantal quantityneeded quantityrequired qtyneeded qtyrequired
			numberrequired needed qtyneed quantityneed`,
		fieldUnits: `units unit uom unitofmeasure einheit einheiten unite unidad unita unidade me mengeneinheit qtyunits quantityunit eenheid`,
		fieldReferences: `references designator designators refdes referencedesignator referencedesignators refs ref refid
			referenz referenzen bezeichner bauteilreferenz customerreference identifier repere reperes referencias
			riferimento riferimenti schematicreference componentreference refdesignator refdesignators
			partreference bomreference`,
		fieldReference:   `reference referencia`,
		fieldParts:       `parts`,
		fieldValue:       `value val wert valeur valor valore componentvalue partvalue val/rating rating`,
		fieldComment:     `comment comments`,
		fieldDesignation: `designation`,
		fieldFootprint: `footprint package case casepackage packagecase pcbfootprint footprintname gehause gehaeuse bauform empreinte
			boitier encapsulado huella contenitore pcbpackage packagefootprint pattern landpattern`,
		fieldManufacturer: `manufacturer mfr mfg manufacturername mfrname mfgname mfgr manf brand maker vendorname hersteller fabricant
			fabricante produttore costruttore fabrikant make marke marque`,
		fieldMPN: `mpn partnumber partno partnr manufacturerpartnumber manufacturerpartno manufacturerpart manufacturerpn mfrpartnumber mfrpartno
			mfrpart mfrpn mfrpart# mfgpartnumber mfgpartno mfgpn mfgpart mfgpart# manufpartnumber manfpartnumber manf# mfr# mfg# manufacturer#
			part# pn pn# mfrno mfgno herstellernummer herstellerteilenummer herstellernr herstellerbestellnummer typ teilenummer
			referencefabricant reffabricant numerodeparte numerodepieza codiceproduttore modelnumber model modelno partnum mpn#`,
		fieldStandard:  `standard norm norme norma standards isodin din dinnorm dinisonorm`,
		fieldUnfitted:  `dnp dnf dni donotpopulate donotfit donotplace donotinstall notfitted nofit dnm nostuff ns nichtbestucken donotmount`,
		fieldFitted:    `fitted populate populated place fit mounted installed bestucken bestuckt`,
		fieldKind:      `type kind supplytype parttype itemtype category art kategorie sourcing procurement makebuy makeorbuy buymake categorie tipo`,
		fieldMaterial:  `material materials werkstoff materiau materiale filamenttype stoff`,
		fieldProcess:   `process manufacturingprocess manufacturingmethod tsdc fertigung fertigungsverfahren verfahren technology procede proceso processo`,
		fieldNote:      `note notes remark remarks bemerkung bemerkungen anmerkung anmerkungen hinweis hinweise remarque remarques notas nota observaciones commentaire commentaires commento opmerking opmerkingen kommentar kommentare`,
		fieldFiles:     `file files filename filenames cadfile stl stlfile datei dateien fichier archivo sourcefile`,
		fieldAssembly:  `assembly`,
		fieldSupplier:  `supplier vendor distributor source seller shop lieferant handler fournisseur proveedor fornitore fornecedor suppliername store leverancier bezugsquelle supplier1 vendor1`,
		fieldSKU:       `sku supplierpartnumber supplierpartno supplierpart supplierpn suppliersku supplierref supplierreference vendorpartnumber vendorpartno vendorpart vendorpn vendorsku vendor# distributorpartnumber distributorpart ordernumber orderno ordercode ordernr bestellnummer bestellnr artikelnummer artikelnr artnr stockcode stockno catalognumber catalogno suppliercode supplierpart#`,
		fieldPrice:     `price unitprice priceperunit pricepiece priceeach priceea unitcost costperunit costperpiece costeach einzelpreis stuckpreis preis prixunitaire prix preciounitario precio prezzo prezzounitario precounitario cost`,
		fieldCurrency:  `currency wahrung waehrung devise moneda valuta`,
		fieldPack:      `packquantity packqty packsize qtypkg qtyperpack quantityperpack`,
		fieldMinimum:   `moq minimum minimumorder minimumorderquantity minorderqty`,
		fieldConfig:    `config variant variants configuration`,
		fieldAttrition: `attritionpercent attrition`,
		fieldSetup:     `setupquantity`,
		fieldMultiple:  `roundingmultiple`,
	} {
		for word := range strings.FieldsSeq(words) {
			m[word] = f
		}
	}
	return m
}()

// suppliers are those after whom columns are named.
var suppliers = map[string]string{
	"digikey": "Digi-Key", "mouser": "Mouser", "rs": "RS", "rscomponents": "RS", "rsonline": "RS", "newark": "Newark", "farnell": "Farnell",
	"lcsc": "LCSC", "lcscjlcpcb": "LCSC", "jlcpcb": "JLCPCB", "jlc": "JLCPCB", "reichelt": "Reichelt", "reicheltde": "Reichelt",
	"conrad": "Conrad", "tme": "TME", "arrow": "Arrow", "adafruit": "Adafruit", "sparkfun": "SparkFun", "pololu": "Pololu",
	"mcmaster": "McMaster-Carr", "mcmastercarr": "McMaster-Carr", "element14": "element14", "seeed": "Seeed", "seeedstudio": "Seeed",
	"avnet": "Avnet", "tti": "TTI", "rutronik": "Rutronik", "misumi": "Misumi", "wurth": "Würth", "distrelec": "Distrelec",
	"szlcsc": "LCSC", "amazon": "Amazon", "aliexpress": "AliExpress", "verical": "Verical", "futureelectronics": "Future Electronics",
}

var skuEndings = []string{"partnumber", "partno", "part#", "part", "pn", "sku", "number", "no", "nr", "#", "ordernumber", "ordercode", "code", "id", "bestellnr", "bestellnummer", "ref"}

// headerKey brings a header to the form in which aliases are written: lower
// case, without accents, brackets, and all but letters, digits and "#".
func headerKey(header string) string {
	var b strings.Builder
	depth := 0
	header = strings.ToLower(header)
	if strings.IndexFunc(header, func(r rune) bool { return r >= 0x80 }) >= 0 {
		header = norm.NFKD.String(header)
	}
	for _, r := range header {
		switch {
		case r == '(' || r == '[':
			depth++
		case (r == ')' || r == ']') && depth > 0:
			depth--
		case depth > 0 || unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == '№':
			b.WriteString("no")
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '#':
			b.WriteRune(r)
		}
	}
	return b.String()
}

// known gives the field that a header names and, for a supplier's own column,
// the supplier.
func known(header string) (field, string) {
	if len(header) > maxHeader {
		return fieldExtra, ""
	}
	key := headerKey(header)
	if key == "" {
		return fieldExtra, ""
	}
	if f, ok := aliases[key]; ok {
		if f != fieldPrice && strings.ContainsAny(header, "$€£¥") { // "$ / Device" is money
			return fieldExtra, ""
		}
		return f, ""
	}
	if s, ok := supplierOf(key); ok {
		return fieldNamedSKU, s
	}
	for _, short := range []string{strings.TrimRight(key, "0123456789"), strings.TrimSuffix(key, "#"), cutLanguage(header)} {
		if f, ok := aliases[short]; ok && short != "" {
			return f, ""
		}
	}
	return fieldExtra, ""
}

func supplierOf(key string) (string, bool) {
	if s, ok := suppliers[key]; ok {
		return s, true
	}
	for _, ending := range skuEndings {
		if head, ok := strings.CutSuffix(key, ending); ok {
			if s, ok := suppliers[head]; ok {
				return s, true
			}
		}
	}
	return "", false
}

// cutLanguage gives the key of "Part-Name EN" without its language.
func cutLanguage(header string) string {
	words := strings.Fields(header)
	if len(words) < 2 {
		return ""
	}
	switch strings.ToLower(strings.Trim(words[len(words)-1], "()[]")) {
	case "en", "de", "fr", "es", "it", "pt", "nl", "eng":
		return headerKey(strings.Join(words[:len(words)-1], " "))
	}
	return ""
}
