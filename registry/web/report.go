package web

import (
	"net/http"
	"strings"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// maxForm is how many bytes a form may have.
const maxForm = 64 << 10

type reportPage struct {
	About string
	Sent  bool
}

// report shows the form by which anybody can report a release or an account.
func (p *pages) report(r *http.Request) (view, error) {
	about := r.URL.Query().Get("about")
	if _, err := schema.NewReport(about, ""); err != nil {
		return view{}, misspelt(err)
	}
	return view{"report", "Report " + about + " · Patternbook", "", reportPage{About: about}}, nil
}

// sendReport takes the form. It needs no session, and nobody speaks by it in
// another's name; that a page elsewhere sends it is refused all the same.
func (p *pages) sendReport(w http.ResponseWriter, r *http.Request) {
	if err := p.takeReport(w, r); err != nil {
		p.fail(w, r, err)
		return
	}
	about := r.PostForm.Get("about")
	if err := p.render(w, r, http.StatusOK, view{"report", "Reported · Patternbook", "", reportPage{About: about, Sent: true}}); err != nil {
		p.fail(w, r, err)
	}
}

func (p *pages) takeReport(w http.ResponseWriter, r *http.Request) error {
	if err := p.sameOrigin.Check(r); err != nil {
		return &schema.Error{Kind: schema.Forbidden, Detail: "This form was sent by a page of another site.", Fix: "Open it here, and send it again.", Err: err}
	}
	if p.admit != nil {
		if err := p.admit(r, registry.ClassReport); err != nil {
			return err
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return &schema.Error{Kind: schema.Invalid, Detail: "This form cannot be read.", Fix: "Write less, and send it again.", Err: err}
	}
	report, err := schema.NewReport(r.PostForm.Get("about"), strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"))
	if err != nil {
		return err
	}
	return p.service.Report(r.Context(), report)
}
