package index

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyRedaction(ctx context.Context, r ledger.Record, d schema.Redaction) error {
	return t.exec(ctx, `INSERT INTO redactions (artifact, number, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, d.Artifact.String(), r.Number, d.Reason)
}

// Removed tells why the law forced an artifact out; ok is false when it did not.
func (v View) Removed(ctx context.Context, artifact schema.Digest) (reason string, ok bool, err error) {
	err = v.q.QueryRowContext(ctx, `SELECT reason FROM redactions WHERE artifact = ?`, artifact.String()).Scan(&reason)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return reason, err == nil, err
}

// RemovedFiles gives the paths of the files of a release, by its ledger number, that
// the law forced out, and why.
func (v View) RemovedFiles(ctx context.Context, release int64) (map[string]string, error) {
	rows, err := v.q.QueryContext(ctx, `SELECT f.path, r.reason FROM files f JOIN redactions r ON r.artifact = f.digest WHERE f.release = ?`, release)
	if err != nil {
		return nil, err
	}
	removed := make(map[string]string)
	err = sqlite.Each(rows, func() error {
		var path, reason string
		err := rows.Scan(&path, &reason)
		removed[path] = reason
		return err
	})
	return removed, err
}

// A Need says which file of which release needs an artifact.
type Need struct {
	Design  schema.Design  `json:"design"`
	Version schema.Version `json:"version"`
	Path    string         `json:"path"`
}

// Needs gives at most limit of the files of releases that are an artifact, the
// newest release first.
func (v View) Needs(ctx context.Context, artifact schema.Digest, limit int) (needs []Need, err error) {
	rows, err := v.q.QueryContext(ctx, `SELECT d.owner, d.name, r.version, f.path FROM files f JOIN releases r ON r.number = f.release JOIN designs d ON d.id = r.design
		WHERE f.digest = ? ORDER BY r.number DESC, f.path LIMIT ?`, artifact.String(), limit)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var owner, name, version string
		var n Need
		err := rows.Scan(&owner, &name, &version, &n.Path)
		if err == nil {
			n.Design, err = schema.ParseDesign(owner + "/" + name)
		}
		if err == nil {
			n.Version, err = schema.ParseVersion(version)
		}
		needs = append(needs, n)
		return err
	})
	return needs, err
}

// A Named artifact is a file of some release, or evidence.
type Named struct {
	Digest schema.Digest
	Size   int64 // bytes, -1 where no release says it
}

// NamedAfter gives at most limit of the artifacts that documents name, in the order
// of the digests' text, those after a digest (the zero Digest for all). What the
// law forced out is left out.
func (v View) NamedAfter(ctx context.Context, after schema.Digest, limit int) (list []Named, err error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT digest, max(size) FROM (
			SELECT * FROM (SELECT DISTINCT digest, size FROM files WHERE digest > ?1 AND digest NOT IN (SELECT artifact FROM redactions) ORDER BY digest LIMIT ?2)
			UNION SELECT * FROM (SELECT DISTINCT digest, -1 FROM evidence WHERE digest > ?1 AND digest NOT IN (SELECT artifact FROM redactions) ORDER BY digest LIMIT ?2))
		GROUP BY digest ORDER BY digest LIMIT ?2`, after.String(), limit)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		var text string
		var n Named
		err := rows.Scan(&text, &n.Size)
		if err == nil {
			n.Digest, err = schema.ParseDigest(text)
		}
		list = append(list, n)
		return err
	})
	return slices.CompactFunc(list, func(a, b Named) bool { return a.Digest == b.Digest }), err
}
