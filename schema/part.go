package schema

// A Part identifies what is bought. The zero Part identifies nothing.
type Part struct {
	Manufacturer string `json:"manufacturer,omitempty"`
	MPN          string `json:"mpn,omitempty"`      // the manufacturer's part number
	Standard     string `json:"standard,omitempty"` // ISO 4032 M8
	Version      string `json:"version,omitempty"`
	Digest       Digest `json:"digest,omitzero"` // of firmware, or of another file that is the part
}

// IsZero tells whether p identifies nothing.
func (p Part) IsZero() bool { return p == Part{} }

func (f *faults) part(field string, p Part) {
	f.text(field+".manufacturer", p.Manufacturer, maxPartText, false)
	f.text(field+".mpn", p.MPN, maxPartText, false)
	f.text(field+".standard", p.Standard, maxPartText, false)
	f.text(field+".version", p.Version, maxPartText, false)
	if p.Manufacturer != "" && p.MPN == "" {
		f.add(field+".mpn", "it is missing; a manufacturer makes many parts")
	}
}

// maxPartText bounds what names a part, in bytes.
const maxPartText = 2000
