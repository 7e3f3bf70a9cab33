package bom

import "strings"

// units maps the units that people write to UCUM (https://ucum.org/ucum). Things
// that come together and are not pieces of the same are UCUM annotations, so
// that pairs and rolls are never summed with pieces.
var units = func() map[string]string {
	m := make(map[string]string)
	for unit, words := range map[string]string{
		Pieces: `1 pc pcs pc. pcs. piece pieces ea ea. each unit units x off no nos no. qty count stk stk. stück stueck st st. stuck
			pce pces pièce pièces pieza piezas ud uds pz pz. pezzo pezzi peça peças un und`,
		"m":        "m meter meters metre metres mtr mtrs lfm lfdm metro metros metri mètre mètres running-metre",
		"cm":       "cm centimeter centimeters centimetre centimetres zentimeter",
		"mm":       "mm millimeter millimeters millimetre millimetres",
		"km":       "km",
		"[in_i]":   `in in. inch inches " zoll ″`,
		"[ft_i]":   "ft ft. feet foot ' ′",
		"[yd_i]":   "yd yard yards",
		"g":        "g gr gram grams gramm gramme grammes gramos",
		"kg":       "kg kilo kilos kilogram kilograms kilogramm",
		"mg":       "mg",
		"t":        "t tonne tonnes",
		"[lb_av]":  "lb lbs pound pounds",
		"[oz_av]":  "oz ounce ounces",
		"L":        "l liter liters litre litres litro litros",
		"mL":       "ml milliliter milliliters millilitre",
		"cL":       "cl",
		"m2":       "m2 m² m^2 sqm qm sq.m",
		"cm2":      "cm2 cm² cm^2",
		"mm2":      "mm2 mm² mm^2",
		"m3":       "m3 m³ m^3 cbm",
		"cm3":      "cm3 cm³ cm^3 cc ccm",
		"h":        "h hr hrs hour hours std stunden",
		"min":      "min mins minute minutes minuten",
		"{pair}":   "pair pairs pr paar paire paires par",
		"{set}":    "set sets kit kits satz",
		"{roll}":   "roll rolls rolle rollen spool spools reel reels",
		"{pack}":   "pack packs package packages pkg pkgs packung packungen bag bags box boxes",
		"{sheet}":  "sheet sheets blatt bogen platte platten",
		"{bottle}": "bottle bottles flasche flaschen tube tubes can cans",
	} {
		for word := range strings.FieldsSeq(words) {
			m[word] = unit
		}
		m[strings.ToLower(unit)] = unit
	}
	return m
}()

// unitOf gives the UCUM unit that text means, if it is known.
func unitOf(text string) (string, bool) {
	text = strings.ToLower(tidy(text))
	if unit, ok := units[text]; ok {
		return unit, true
	}
	text = strings.Trim(text, "()[]. ")
	unit, ok := units[text]
	return unit, ok
}
