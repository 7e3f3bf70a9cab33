package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyRelease(ctx context.Context, r ledger.Record, d schema.Release) error {
	design, err := t.designOf(ctx, r.Number, d.Design)
	if err != nil {
		return err
	}
	if err := t.exec(ctx, `
		INSERT INTO releases (number, digest, design, version, title, function, licence, repository, revision, tag, bom, hardware, status, status_by, reason, quarantine)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', '')`,
		r.Number, r.Entry.Document.String(), design, d.Version.String(), d.Name, d.Function, d.Licences.Hardware, RepositoryKey(d.Repository),
		d.Source.Commit, d.Source.Tag, d.BOM.String(), d.Hardware.String(), r.Entry.Document.String()); err != nil {
		return err
	}
	if err := t.insertFiles(ctx, r.Number, d.Files); err != nil {
		return err
	}
	if err := t.insertUses(ctx, r, d); err != nil {
		return err
	}
	if d.DerivedFrom != nil {
		if err := t.exec(ctx, `INSERT INTO lineage (release, ancestor)
			SELECT ?1, number FROM releases WHERE digest = ?2 UNION SELECT ?1, l.ancestor FROM releases r JOIN lineage l ON l.release = r.number WHERE r.digest = ?2`,
			r.Number, d.DerivedFrom.Release.String()); err != nil {
			return err
		}
	}
	return t.refreshDesign(ctx, design)
}

// designOf gives the design that a release is of, which the entry of that number has
// changed, and makes it where it is the first.
func (t *Tx) designOf(ctx context.Context, number int64, d schema.Design) (id int64, err error) {
	err = t.tx.QueryRowContext(ctx, `UPDATE designs SET changed = ?3 WHERE id = `+designID+` RETURNING id`, d.Owner.String(), d.Name, number).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = t.tx.QueryRowContext(ctx, `INSERT INTO designs (owner, name, changed) VALUES (?, ?, ?) RETURNING id`, d.Owner.String(), d.Name, number).Scan(&id)
	}
	return id, err
}

func (t *Tx) insertFiles(ctx context.Context, release int64, files []schema.File) error {
	insert, err := t.tx.PrepareContext(ctx, `INSERT INTO files (release, path, digest, size) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, f := range files {
		if _, err := insert.ExecContext(ctx, release, f.Path, f.Digest.String(), f.Size); err != nil {
			return err
		}
	}
	return nil
}

// RepositoryKey brings the URLs by which people name one repository to one form:
// host and path, without scheme, "www.", ".git" and slashes at the end, and in
// lower case, as the large hosts compare them. What is no URL gives "".
func RepositoryKey(repository string) string {
	u, err := url.Parse(strings.TrimSpace(repository))
	if err != nil || u.Host == "" {
		return ""
	}
	host, path := strings.ToLower(u.Hostname()), strings.ToLower(u.Path)
	return strings.TrimPrefix(host, "www.") + strings.TrimSuffix(strings.TrimRight(path, "/"), ".git")
}

func (t *Tx) applyReleaseStatus(ctx context.Context, r ledger.Record, d schema.ReleaseStatus) error {
	var design int64
	err := t.tx.QueryRowContext(ctx, `UPDATE releases SET status = ?, status_by = ?, reason = ? WHERE digest = ? RETURNING design`,
		string(d.Status), r.Entry.Document.String(), d.Reason, d.Release.String()).Scan(&design)
	if err != nil {
		return err
	}
	return t.refreshDesign(ctx, design)
}

// refreshDesign chooses the release that a bare reference to the design means,
// and makes the design findable by its text.
func (t *Tx) refreshDesign(ctx context.Context, design int64) error {
	releases, err := t.releases(ctx, `WHERE design = ?`, design)
	if err != nil {
		return err
	}
	latest := Latest(releases)
	shown := latest
	for i := range releases { // where there is nothing to resolve to, the design can still be found by what it was
		if r := &releases[i]; latest == nil && r.Quarantine == "" && (shown == nil || r.Version.Compare(shown.Version) > 0) {
			shown = r
		}
	}
	if err := t.exec(ctx, `UPDATE designs SET latest = ?, shown = ? WHERE id = ?`, latest.entry(), shown.entry(), design); err != nil {
		return err
	}
	if shown == nil {
		return t.exec(ctx, `DELETE FROM search WHERE rowid = ?`, design)
	}
	return t.refreshSearch(ctx, design, shown.Digest)
}

// entry gives the number of the release's entry, NULL where there is no release.
func (r *Release) entry() (number sql.NullInt64) {
	if r != nil {
		number = sql.NullInt64{Int64: r.Number, Valid: true}
	}
	return number
}

// Latest gives the release that a bare reference means: the highest version that
// is neither yanked, under quarantine nor a pre-release, nil when there is none.
func Latest(releases []Release) *Release {
	return choose(schema.Reference{}, releases)
}

func choose(ref schema.Reference, releases []Release) *Release {
	var live []*Release
	var versions []schema.Version
	for i := range releases {
		if !releases[i].IsPassedOver() {
			live = append(live, &releases[i])
			versions = append(versions, releases[i].Version)
		}
	}
	best := ref.Choose(versions)
	if best < 0 {
		return nil
	}
	return live[best]
}

// A Release is what the index keeps of a release; the rest is in its document.
type Release struct {
	Number     int64 // of its ledger entry
	Digest     schema.Digest
	Design     schema.Design
	Version    schema.Version
	Title      string
	Licence    string
	Repository string // as RepositoryKey gives it
	Commit     string
	Tag        string
	BOM        schema.Digest // zero when there is none
	Hardware   schema.Digest
	Status     schema.Status
	StatusBy   schema.Digest // what the next status document follows
	Reason     string        // of the status
	Quarantine string        // why it is under quarantine, "" when it is not
	Time       schema.Time   // of receipt
}

// IsPassedOver tells whether only those get the release who name it exactly.
func (r Release) IsPassedOver() bool { return r.Status == schema.Yanked || r.Quarantine != "" }

func (v View) releases(ctx context.Context, where string, args ...any) ([]Release, error) {
	rows, err := v.q.QueryContext(ctx, `
		SELECT r.number, r.digest, d.owner, d.name, r.version, r.title, r.licence, r.repository, r.revision, r.tag, r.bom, r.hardware,
			r.status, r.status_by, r.reason, r.quarantine, e.time
		FROM releases r JOIN designs d ON d.id = r.design JOIN entries e ON e.number = r.number `+where, args...)
	if err != nil {
		return nil, err
	}
	var list []Release
	err = sqlite.Each(rows, func() error {
		r, err := scanRelease(rows)
		list = append(list, r)
		return err
	})
	return list, err
}

func scanRelease(rows *sql.Rows) (r Release, err error) {
	var digest, owner, version, bom, hardware, status, statusBy, time string
	if err := rows.Scan(&r.Number, &digest, &owner, &r.Design.Name, &version, &r.Title, &r.Licence, &r.Repository, &r.Commit, &r.Tag,
		&bom, &hardware, &status, &statusBy, &r.Reason, &r.Quarantine, &time); err != nil {
		return Release{}, err
	}
	r.Status = schema.Status(status)
	err = errors.Join(
		r.Digest.UnmarshalText([]byte(digest)), r.Design.Owner.UnmarshalText([]byte(owner)), r.Version.UnmarshalText([]byte(version)),
		r.BOM.UnmarshalText([]byte(bom)), r.Hardware.UnmarshalText([]byte(hardware)), r.StatusBy.UnmarshalText([]byte(statusBy)),
		r.Time.UnmarshalText([]byte(time)))
	return r, err
}

func (v View) release(ctx context.Context, missing string, where string, args ...any) (Release, error) {
	list, err := v.releases(ctx, where, args...)
	if err != nil {
		return Release{}, err
	}
	if len(list) == 0 {
		return Release{}, &schema.Error{Kind: schema.NotFound, Detail: missing}
	}
	return list[0], nil
}

// ReleaseByDigest gives the release whose document has that digest, or an error
// of kind NotFound.
func (v View) ReleaseByDigest(ctx context.Context, digest schema.Digest) (Release, error) {
	return v.release(ctx, fmt.Sprintf("no release has the digest %s", digest), `WHERE r.digest = ?`, digest.String())
}

// ReleaseByVersion gives a design's release of just that version, yanked or not,
// or an error of kind NotFound.
func (v View) ReleaseByVersion(ctx context.Context, design schema.Design, version schema.Version) (Release, error) {
	return v.release(ctx, fmt.Sprintf("%s has no version %s", design, version), `WHERE r.design = `+designID+` AND r.version = ?3`,
		design.Owner.String(), design.Name, version.String())
}

// Versions gives the releases of a design, the latest published first, or an
// error of kind NotFound when there is no such design.
func (v View) Versions(ctx context.Context, design schema.Design) ([]Release, error) {
	list, err := v.releases(ctx, `WHERE r.design = `+designID+` ORDER BY r.number DESC`, design.Owner.String(), design.Name)
	if err == nil && len(list) == 0 {
		return nil, noDesign(design)
	}
	return list, err
}

func noDesign(d schema.Design) error {
	return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no design %s", d), Fix: "search for it, or look at how it is written: owner/name"}
}

// Resolve gives the release that a reference means. One that is yanked or under
// quarantine is found only by its exact version or digest. When nothing fits, the error is of kind
// NotFound and says which versions there are.
func (v View) Resolve(ctx context.Context, ref schema.Reference) (Release, error) {
	switch {
	case !ref.Digest.IsZero():
		return v.release(ctx, fmt.Sprintf("%s has no release %s", ref.Design, ref.Digest), `WHERE r.design = `+designID+` AND r.digest = ?3`,
			ref.Design.Owner.String(), ref.Design.Name, ref.Digest.String())
	case !ref.Version.IsZero():
		r, err := v.ReleaseByVersion(ctx, ref.Design, ref.Version)
		if !errors.Is(err, schema.NotFound) {
			return r, err
		}
	}
	list, err := v.Versions(ctx, ref.Design)
	if err != nil {
		return Release{}, err
	}
	if ref.Version.IsZero() {
		if r := choose(ref, list); r != nil {
			return *r, nil
		}
	}
	return Release{}, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("no version of %s fits %s", ref.Design, ref), Fix: "there are " + listVersions(list)}
}

func listVersions(list []Release) string {
	const shown = 10
	var names []string
	for _, r := range list[:min(len(list), shown)] {
		name := r.Version.String()
		switch {
		case r.Quarantine != "":
			name += " (under quarantine)"
		case r.Status == schema.Yanked:
			name += " (yanked)"
		}
		names = append(names, name)
	}
	if len(list) > shown {
		names = append(names, fmt.Sprintf("and %d more", len(list)-shown))
	}
	return strings.Join(names, ", ")
}

// ByRepository gives the releases published under a repository's URL, those of
// the latest entries first.
func (v View) ByRepository(ctx context.Context, repository string) ([]Release, error) {
	key := RepositoryKey(repository)
	if key == "" {
		return nil, nil
	}
	// The second condition lets SQLite use the index, which leaves out ''.
	return v.releases(ctx, `WHERE r.repository = ? AND r.repository <> '' ORDER BY r.number DESC LIMIT 10000`, key)
}

// Named gives the sizes, in bytes, of those artifacts that some release names as
// a file, or another document as evidence, which does not say the size: -1. Such
// artifacts are open to all.
func (v View) Named(ctx context.Context, digests []schema.Digest) (map[schema.Digest]int64, error) {
	found := make(map[schema.Digest]int64)
	for some := range slices.Chunk(digests, 500) { // SQLite binds a bounded number of values
		args := make([]any, len(some))
		for i, d := range some {
			args[i] = d.String()
		}
		rows, err := v.q.QueryContext(ctx, `SELECT DISTINCT digest, size FROM files WHERE digest IN (`+sqlite.Placeholders(len(some))+`)
			UNION ALL SELECT digest, -1 FROM evidence WHERE digest IN (`+sqlite.Placeholders(len(some))+`)`, append(args, args...)...)
		if err != nil {
			return nil, err
		}
		err = sqlite.Each(rows, func() error {
			var text string
			var size int64
			if err := rows.Scan(&text, &size); err != nil {
				return err
			}
			d, err := schema.ParseDigest(text)
			if known, twice := found[d]; !twice || size > known {
				found[d] = size
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
