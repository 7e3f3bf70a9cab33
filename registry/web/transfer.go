package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/patternbook/patternbook/schema"
)

// forward sends the reader of a design's former address to the present one.
func (p *pages) forward(r *http.Request, former schema.Design) error {
	now, gone, err := p.service.Forward(r.Context(), former)
	if err != nil || !gone {
		return err
	}
	// What follows the two segments of the name stays as it is written.
	segments := strings.SplitN(r.URL.EscapedPath(), "/", 4)
	return moved(strings.Join(append([]string{"", now.Owner.String(), now.Name}, segments[min(len(segments), 3):]...), "/"))
}

// transferOf gives the transfer of a design that is under way, nil when none is.
func (p *pages) transferOf(ctx context.Context, d schema.Design) (*schema.TransferAnswer, error) {
	t, err := p.service.TransferOfDesign(ctx, d)
	if errors.Is(err, schema.NotFound) || err == nil && !t.State.Open() {
		return nil, nil
	}
	return &t, err
}
