package bom

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A PartKey names a part across BOMs and registries: 32 hex digits, the first 16
// bytes of the SHA-256 of what makes two lines the same part (see [Tree.Flat]),
// whatever unit they count it in.
type PartKey string

// PartKey gives the key of line i of n's BOM, "" for an assembly, which is a
// design and no part.
func (n *Node) PartKey(i int) PartKey {
	if n.BOM.Lines[i].Kind == KindAssembly {
		return ""
	}
	var id identity
	(&branch{Node: n, lines: n.BOM.Lines}).identify(&id, i)
	sum := sha256.Sum256([]byte(strings.Join([]string{id.by, id.a, id.b, id.c}, "\x00")))
	return PartKey(hex.EncodeToString(sum[:16]))
}
