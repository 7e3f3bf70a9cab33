package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newWhereUsed() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "where-used PART|REF", Short: "List the releases that contain a part or a design", Args: cobra.MinimumNArgs(1),
		Long: `List every release that contains a part or a design, in its own bill of
materials or in that of an assembly, at any depth.

PART is a part number, a standard, a name, or some letters of one. When several
parts fit, they are listed with their keys: write the key of one. owner/name
means a design.`,
		Example: "  patternbook where-used RC0603FR-0710KL\n  patternbook where-used ISO 4032 M8\n  patternbook where-used ada/desk-clamp@1.0.0",
		RunE: func(c *cobra.Command, args []string) error {
			remote, err := a.client()
			if err != nil {
				return err
			}
			list, err := whereUsed(c.Context(), remote, strings.Join(args, " "), limit)
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) { printUses(w, list) })
		},
	}
	c.Flags().IntVar(&limit, "limit", 100, "how many to list")
	return c
}

func whereUsed(ctx context.Context, remote *client.Client, what string, limit int) (schema.UseList, error) {
	if ref, err := schema.ParseReference(what); err == nil {
		return remote.DesignUses(ctx, ref, limit)
	}
	if isPartKey(what) {
		return remote.PartUses(ctx, what, limit)
	}
	part, err := findPart(ctx, remote, what)
	if err != nil {
		return schema.UseList{}, err
	}
	return remote.PartUses(ctx, part.Key, limit)
}

func isPartKey(s string) bool { return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == "" }

// findPart gives the one part that text means. The error of several names them.
func findPart(ctx context.Context, remote *client.Client, text string) (schema.PartSummary, error) {
	const shown = 20
	list, err := remote.Parts(ctx, text, shown+1)
	if err != nil {
		return schema.PartSummary{}, err
	}
	var exact []schema.PartSummary
	for _, p := range list.Parts {
		if strings.EqualFold(p.MPN, text) || strings.EqualFold(p.Standard, text) || strings.EqualFold(p.Name, text) {
			exact = append(exact, p)
		}
	}
	switch {
	case len(exact) == 1:
		return exact[0], nil
	case len(list.Parts) == 0:
		return schema.PartSummary{}, &schema.Error{
			Kind: schema.NotFound, Detail: "no design's bill of materials has " + schema.Quote(text), Fix: "try fewer letters, or another word",
		}
	case len(list.Parts) == 1:
		return list.Parts[0], nil
	}
	e := &schema.Error{Kind: schema.Ambiguous, Detail: schema.Quote(text) + " fits several parts", Fix: "write the key of one of them"}
	for i, p := range list.Parts {
		if i == shown {
			e.At = append(e.At, schema.Place{Detail: "and others"})
			break
		}
		e.At = append(e.At, schema.Place{Field: p.Key, Detail: partName(p)})
	}
	return schema.PartSummary{}, e
}

// partName says which part is meant, in one line.
func partName(p schema.PartSummary) string {
	switch {
	case p.MPN != "":
		return strings.TrimSpace(p.Manufacturer + " " + p.MPN)
	case p.Standard != "":
		return p.Standard
	}
	return strings.Join(strings.Fields(p.Name+" "+p.Value+" "+p.Footprint), " ")
}

func printUses(w io.Writer, list schema.UseList) {
	if len(list.Uses) == 0 {
		_, _ = io.WriteString(w, "no release contains it\n")
		return
	}
	t := newTable(w, "DESIGN", "VERSION", "IN", "PATH", "STATUS")
	for _, u := range list.Uses {
		by := "its own BOM"
		if !u.Direct {
			by = "an assembly"
		}
		t.row(u.Design.String(), u.Version.String(), by, u.Path, string(u.Status))
	}
	_ = t.Flush()
	printMore(w, list.Next)
}
