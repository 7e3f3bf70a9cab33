package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/patternbook/patternbook/schema"
)

// Verify reads the whole ledger back: every document and envelope has its digest,
// entries follow each other in time, and their leaves give the root that the
// stored tree gives. It gives the tree. An error of kind DigestMismatch names the
// entry at which it is damaged.
func (l *Ledger) Verify(ctx context.Context) (tlog.Tree, error) {
	tree, err := l.Tree(ctx)
	if err != nil {
		return tree, err
	}
	var peaks peaks
	var last schema.Time
	const page = 1000
	for next := int64(0); next < tree.N; {
		records, err := l.Records(ctx, next, int(min(page, tree.N-next)))
		if err != nil {
			return tree, err
		}
		if len(records) == 0 {
			return tree, damaged(next, "is not there")
		}
		for _, r := range records {
			switch {
			case r.Number != next:
				return tree, damaged(next, "is not there")
			case schema.DigestOf(r.Document) != r.Entry.Document:
				return tree, damaged(next, "has a document with another digest")
			case !r.Entry.Envelope.IsZero() && schema.DigestOf(r.Envelope) != r.Entry.Envelope:
				return tree, damaged(next, "has an envelope with another digest")
			case next > 0 && r.Entry.Time.Before(last):
				return tree, damaged(next, "is older than the one before it")
			}
			leaf, _, err := schema.Encode(r.Entry)
			if err != nil {
				return tree, err
			}
			peaks.add(tlog.RecordHash(leaf))
			last = r.Entry.Time
			next++
		}
	}
	if root := peaks.root(); tree.N > 0 && root != tree.Hash {
		return tree, &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("the %d entries have the root %s, and the stored tree has %s", tree.N, root, tree.Hash)}
	}
	return tree, nil
}

func damaged(number int64, what string) error {
	return &schema.Error{Kind: schema.DigestMismatch, Detail: fmt.Sprintf("entry %d of the ledger %s", number, what), Fix: "restore the ledger from a backup or a mirror"}
}

// peaks are the roots of the full subtrees of an RFC 6962 tree, the largest first.
type peaks struct {
	hashes []tlog.Hash
	leaves int64
}

// add adds a leaf: two subtrees of one size become one.
func (p *peaks) add(h tlog.Hash) {
	for n := p.leaves; n&1 == 1; n >>= 1 {
		last := len(p.hashes) - 1
		h = tlog.NodeHash(p.hashes[last], h)
		p.hashes = p.hashes[:last]
	}
	p.hashes = append(p.hashes, h)
	p.leaves++
}

// root gives the root over all leaves.
func (p *peaks) root() tlog.Hash {
	if len(p.hashes) == 0 {
		return tlog.Hash{}
	}
	h := p.hashes[len(p.hashes)-1]
	for i := len(p.hashes) - 2; i >= 0; i-- {
		h = tlog.NodeHash(p.hashes[i], h)
	}
	return h
}
