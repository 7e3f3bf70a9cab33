package export

import "github.com/patternbook/patternbook/bom"

// choose gives the lines of b, and of the BOMs nested in it, to carry, unless
// reason says why one cannot be carried. Tools are passed over.
func choose(b *bom.BOM, reason func(*bom.Line) string, carry func(*bom.Line)) Report {
	report := Report{LeftOut: []LeftOut{}}
	each(b, func(l *bom.Line, _ int) {
		if l.Kind == bom.KindTool {
			return
		}
		report.Lines++
		if why := reason(l); why != "" {
			report.LeftOut = append(report.LeftOut, LeftOut{Item: l.Item, Name: l.Name, Reason: why})
			return
		}
		report.Carried++
		carry(l)
	})
	return report
}

// parents gives the paths of the lines whose parts stand below them: in the same
// BOM or, of an opened assembly, in its own.
func parents(b *bom.BOM) map[string]bool {
	paths := map[string]bool{}
	each(b, func(l *bom.Line, _ int) {
		if l.Parent != "" {
			paths[l.Parent] = true
		}
		if l.BOM != nil {
			paths[l.Item] = true
		}
	})
	return paths
}

// absent says why a line enters no sum; "" when it does.
func absent(l *bom.Line) string {
	switch {
	case !l.Fitted:
		return "it is not fitted"
	case l.ExcludeFromBOM:
		return "it is excluded from the BOM"
	}
	return ""
}
