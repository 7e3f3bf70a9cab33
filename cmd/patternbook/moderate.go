package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A moderateOrder has a release put under quarantine, an account suspended, or
// either ended.
type moderateOrder struct {
	Act     schema.ModerationAct `json:"act"`
	Release schema.Reference     `json:"release,omitzero"`
	Account schema.Name          `json:"account,omitzero"`
	As      schema.Name          `json:"as"`
	Reason  string               `json:"reason"`
	Yes     bool                 `json:"yes"` // do it, rather than tell what it concerns
}

// A moderateLine tells what hangs on what is moderated, and the document that did it.
type moderateLine struct {
	schema.ModerationPreview
	Act      string        `json:"act"`
	Document schema.Digest `json:"document,omitzero"` // zero when nothing was done
}

func (o *moderateOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	by := registry.Keeper(o.As)
	preview, err := s.service.PreviewModeration(ctx, by, o.Release, o.Account)
	if err != nil {
		return err
	}
	l := moderateLine{ModerationPreview: preview, Act: string(o.Act)}
	if o.Yes {
		done, err := s.service.Moderate(ctx, by, o.document(preview))
		if err != nil {
			return err
		}
		l.Document = done.Digest
	}
	return tell(l)
}

// document makes the document that is ordered, after the last about the same.
func (o *moderateOrder) document(p schema.ModerationPreview) schema.Moderation {
	return schema.Moderation{
		Head: schema.Head{Kind: schema.KindModeration, Author: o.As}, Act: o.Act, Release: p.Release, Account: p.Account, Follows: p.Now.Document, Reason: o.Reason,
	}
}

// send has a registry elsewhere do it, as one of its administrators.
func (o *moderateOrder) send(ctx context.Context, remote *client.Client, show func(json.RawMessage) error) error {
	me, err := remote.Whoami(ctx)
	if err != nil {
		return err
	}
	if o.As.IsZero() {
		o.As = me.Account
	}
	if o.As != me.Account {
		return usageError{fmt.Errorf("you are %s at %s, and cannot act as %s", me.Account, remote.Address(), o.As)}
	}
	about := o.Account.String()
	if about == "" {
		about = o.Release.String()
	}
	preview, err := remote.PreviewModeration(ctx, about)
	if err != nil {
		return err
	}
	l := moderateLine{ModerationPreview: preview, Act: string(o.Act)}
	if o.Yes {
		done, err := remote.Moderate(ctx, o.document(preview))
		if err != nil {
			return err
		}
		l.Document = done.Digest
	}
	return showing(show, l)
}

func (l moderateLine) text() string {
	var b strings.Builder
	if l.Now.Act != "" {
		fmt.Fprintf(&b, "%s: %s, because: %s\n", l.Subject, l.Now.Act, plain(l.Now.Reason))
	}
	which := "contain it"
	if !strings.Contains(l.Subject, "/") {
		which = "are its own"
	}
	fmt.Fprintf(&b, "%s: releases that %s: %d, of designs: %d; batches made from these or from it: %d, with units: %d\n",
		l.Subject, which, l.Impact.Releases, l.Impact.Designs, l.Impact.Batches, l.Impact.Units)
	if l.Document.IsZero() {
		b.WriteString("nothing was done: add --yes to do it; everybody can read the reason, and nothing is removed")
	} else {
		fmt.Fprintf(&b, "%s: done, by the document %s", l.Act, l.Document)
	}
	return b.String()
}

func (a *app) newQuarantine() *cobra.Command {
	return a.newModerate(schema.Quarantine, "quarantine OWNER/NAME@VERSION", "Hide a release from search and resolution",
		`Hide a release from search, and pass it over where no exact version is asked for.
Whoever has pinned it still gets it, with the reason. Without --yes it only tells
how many designs, batches and units hang on the release.`)
}

func (a *app) newSuspend() *cobra.Command {
	return a.newModerate(schema.Suspend, "suspend ACCOUNT", "Let an account publish nothing more",
		`Refuse whatever the account writes, and whatever others write in its name. What it
has published stays. Without --yes it only tells how many designs, batches and
units hang on the account.`)
}

func (a *app) newLift() *cobra.Command {
	return a.newModerate(schema.Lift, "lift OWNER/NAME@VERSION|ACCOUNT", "End a quarantine or a suspension",
		"End a quarantine or a suspension. The documents that said so stay.")
}

func (a *app) newModerate(act schema.ModerationAct, use, short, long string) *cobra.Command {
	o := moderateOrder{Act: act}
	var as string
	name, _, _ := strings.Cut(use, " ")
	c := &cobra.Command{
		Use: use, Short: short, Long: long, Args: cobra.ExactArgs(1),
		Example: "  patternbook admin " + name + " " + map[bool]string{true: "mallory", false: "mallory/lamp@1.0.0"}[act == schema.Suspend] + " --as keeper --reason \"…\" --yes",
		RunE: func(c *cobra.Command, args []string) (err error) {
			if as != "" {
				if o.As, err = schema.ParseName(as); err != nil {
					return err
				}
			}
			if err := o.about(args[0]); err != nil {
				return err
			}
			remote, err := a.elsewhere()
			if err != nil {
				return err
			}
			show := shown(a, moderateLine.text, nil)
			if remote != nil {
				return o.send(c.Context(), remote, show)
			}
			if o.As.IsZero() {
				return usageError{errors.New("name the account of the keeper, who answers for it, with --as")}
			}
			return a.order(c.Context(), "moderate", &o, show)
		},
	}
	a.publicActFlags(c, &as, &o.Reason, &o.Yes, "why, for everybody to read")
	return c
}

// about reads what is moderated. A release is named exactly: what a looser
// reference means may have changed between the preview and the act.
func (o *moderateOrder) about(text string) (err error) {
	if o.Act == schema.Suspend || o.Act == schema.Lift && !strings.Contains(text, "/") {
		o.Account, err = schema.ParseName(text)
		return err
	}
	if o.Release, err = schema.ParseReference(text); err == nil && !o.Release.Exact() {
		err = usageError{fmt.Errorf("%s does not name one release; write its version, like %s@1.0.0", text, o.Release.Design)}
	}
	return err
}
