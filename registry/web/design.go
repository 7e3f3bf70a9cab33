package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"

	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/schema"
)

// designOf reads the design that an address names.
func designOf(r *http.Request) (schema.Design, error) {
	d, err := schema.ParseDesign(r.PathValue("owner") + "/" + r.PathValue("name"))
	if err != nil {
		return d, misspelt(err)
	}
	return d, nil
}

type designPage struct {
	Design   schema.Design
	Latest   *index.Release // nil when each release is yanked or a pre-release
	Shown    index.Release  // the latest, or the highest when there is none
	Release  schema.Release // its document
	Picture  *picture
	Readme   template.HTML          // of the release that is shown, safe; "" when there is none to show
	Releases []index.Release        // the highest version first
	Cut      int                    // releases that are not shown
	Former   []schema.Design        // what it was called before
	Transfer *schema.TransferAnswer // under way, nil when none is
}

func (p *pages) design(r *http.Request) (view, error) {
	d, err := designOf(r)
	if err != nil {
		return view{}, err
	}
	if err := p.forward(r, d); err != nil {
		return view{}, err
	}
	releases, err := p.service.Versions(r.Context(), d)
	if err != nil {
		return view{}, err
	}
	page := designPage{Design: d, Latest: index.Latest(releases), Releases: slices.Clone(releases)}
	slices.SortFunc(page.Releases, func(a, b index.Release) int { return b.Version.Compare(a.Version) })
	page.Shown = page.Releases[0]
	if page.Latest != nil {
		page.Shown = *page.Latest
	}
	if _, page.Release, err = p.service.Release(r.Context(), schema.Reference{Design: d, Digest: page.Shown.Digest}); err != nil {
		return view{}, err
	}
	page.Release.Design = d // it may say a former name
	removed, err := p.service.RemovedFiles(r.Context(), page.Shown)
	if err != nil {
		return view{}, err
	}
	page.Picture = pictureOf(page.Release, removed)
	page.Readme = p.readme(r.Context(), page.Shown.Digest, page.Release, removed)
	if page.Former, err = p.service.FormerNames(r.Context(), d); err != nil {
		return view{}, err
	}
	if page.Transfer, err = p.transferOf(r.Context(), d); err != nil {
		return view{}, err
	}
	if over := len(page.Releases) - maxRows; over > 0 {
		page.Releases, page.Cut = page.Releases[:maxRows], over
	}
	return view{"design", page.Release.Name + " · " + d.String(), page.Release.Function, page}, nil
}

// A picture is an image file of a release.
type picture struct {
	URL, Depicts string
}

// picture gives the picture of a release, nil when there is none.
func (p *pages) picture(ctx context.Context, row index.Release, r schema.Release) (*picture, error) {
	removed, err := p.service.RemovedFiles(ctx, row)
	return pictureOf(r, removed), err
}

// pictureOf gives the first image that is a file of the release, was not removed,
// and that browsers show, nil when there is none. What lies elsewhere on the
// Internet is not shown: its keeper would learn who reads.
func pictureOf(r schema.Release, removed map[string]string) *picture {
	isShown := func(f schema.File) bool {
		_, gone := removed[f.Path]
		return !gone && isImage(f)
	}
	for _, i := range r.Images {
		if f, ok := r.FileAt(i.Location); ok && isShown(f) {
			return newPicture(r, f, i.Depicts)
		}
	}
	for _, f := range r.Files {
		if f.Role == schema.RoleImage && isShown(f) {
			return newPicture(r, f, "")
		}
	}
	return nil
}

func newPicture(r schema.Release, f schema.File, depicts string) *picture {
	if depicts == "" {
		depicts = r.Name
	}
	return &picture{versionAPI(r.Design, r.Version) + "/files/" + escapePath(f.Path), depicts}
}

// isImage tells whether browsers show a file as an image.
func isImage(f schema.File) bool {
	switch f.MediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml":
		return true
	}
	return false
}
