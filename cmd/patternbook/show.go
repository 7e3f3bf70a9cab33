package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

func (a *app) newShow() *cobra.Command {
	return &cobra.Command{
		Use: "show REF", Short: "Show a release: its facts, assemblies and files", Args: cobra.ExactArgs(1),
		Example: "  patternbook show ada/bench-lamp\n  patternbook show ada/bench-lamp@^1.0 --json",
		RunE: func(c *cobra.Command, args []string) error {
			ref, remote, err := a.remoteReference(args[0])
			if err != nil {
				return err
			}
			r, digest, err := remote.Release(c.Context(), ref)
			if err != nil {
				return err
			}
			overview, err := remote.Design(c.Context(), ref.Design)
			if err != nil {
				return err
			}
			shown := struct {
				Digest   schema.Digest           `json:"digest"`
				Release  schema.Release          `json:"release"`
				Versions []schema.ReleaseSummary `json:"versions"`
			}{digest, r, overview.Versions}
			return a.print(shown, func(w io.Writer) { printRelease(w, overview.Design, r, digest, overview.Versions) })
		},
	}
}

func printRelease(w io.Writer, design schema.Design, r schema.Release, digest schema.Digest, versions []schema.ReleaseSummary) {
	t := newTable(w)
	t.row("design", design.String())
	if r.Design != design {
		t.row("published as", r.Design.String())
	}
	t.row("version", r.Version.String())
	t.row("name", r.Name)
	t.row("function", r.Function)
	t.row("licence", r.Licences.Hardware)
	t.row("digest", digest.String())
	for _, v := range versions {
		if v.Digest == digest && v.Quarantine != "" {
			t.row("under quarantine", v.Quarantine)
		}
		if v.Digest == digest && v.Status != schema.Current {
			t.row("status", string(v.Status)+" "+v.Reason)
		}
	}
	for _, c := range r.Contributors {
		t.row(c.Role, c.Name)
	}
	if d := r.DerivedFrom; d != nil {
		t.row("derived from", fmt.Sprintf("%s@%s", d.Design, d.Version))
	}
	_ = t.Flush()
	if len(r.Assemblies) > 0 {
		_, _ = fmt.Fprintln(w)
		t = newTable(w, "LINE", "ASSEMBLY", "MATCHED", "RELEASE")
		for _, p := range r.Assemblies {
			t.row(p.Item, fmt.Sprintf("%s@%s", p.Design, p.Version), string(p.Matched), shortDigest(p.Release))
		}
		_ = t.Flush()
	}
	_, _ = fmt.Fprintln(w)
	t = newTable(w, "FILE", "BYTES", "ROLE", "SHA-256")
	for _, f := range r.Files {
		t.row(f.Path, fmt.Sprint(f.Size), string(f.Role), shortDigest(f.Digest))
	}
	_ = t.Flush()
	_, _ = fmt.Fprintln(w)
	t = newTable(w, "VERSION", "PUBLISHED", "STATUS", "LICENCE")
	for _, v := range versions {
		t.row(v.Version.String(), v.Time.String(), string(v.Status), v.Licence)
	}
	_ = t.Flush()
}
