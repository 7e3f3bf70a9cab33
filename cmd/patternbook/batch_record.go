package main

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

// readAsBuilt reads an as-built file, whose lines may be named as a person would, for
// units of a release. No file is nothing.
func (a *app) readAsBuilt(ctx context.Context, name string, release schema.Digest) (schema.AsBuilt, error) {
	built, err := readAsBuiltFile(name)
	if err != nil {
		return built, err
	}
	return built, a.findLines(ctx, name, release, &built, nil)
}

// readAsBuiltFile reads an as-built file and leaves its lines as they are named.
func readAsBuiltFile(name string) (schema.AsBuilt, error) {
	if name == "" {
		return schema.AsBuilt{}, nil
	}
	data, err := readBounded(name, schema.MaxAsBuiltFile)
	if err != nil {
		return schema.AsBuilt{}, err
	}
	return schema.ReadAsBuilt(name, data)
}

// findLines writes the paths of lines in the place of what a person calls them. name is
// the file that they are from, for messages.
func (a *app) findLines(ctx context.Context, name string, release schema.Digest, built *schema.AsBuilt, swaps []schema.Swap) error {
	swapped := slices.ContainsFunc(swaps, func(s schema.Swap) bool { return s.Line != "" })
	if len(built.Items)+len(built.Deviations) == 0 && !swapped {
		return nil
	}
	tree, err := a.tree(ctx, release)
	if err != nil {
		return err
	}
	known := map[string]string{"": ""}
	find := func(field, line string) (string, error) {
		if path, ok := known[line]; ok {
			return path, nil
		}
		place, err := tree.Find(line)
		if e, ok := errors.AsType[*schema.Error](err); ok {
			e.At = append([]schema.Place{{File: name, Field: field}}, e.At...)
		}
		known[line] = place.Path
		return place.Path, err
	}
	for i := range swaps {
		if swaps[i].Line, err = find(fmt.Sprintf("swaps[%d].line", i), swaps[i].Line); err != nil {
			return err
		}
	}
	return built.EachLine(find)
}

// readBounded reads a file of at most limit bytes, or standard input for "-".
func readBounded(name string, limit int64) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s cannot be opened", name), Fix: "name a file that is there", Err: err}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// tree gives the bill of materials of a release with its assemblies opened.
func (a *app) tree(ctx context.Context, release schema.Digest) (*bom.Tree, error) {
	remote, err := a.client()
	if err != nil {
		return nil, err
	}
	root, err := remote.Node(ctx, release)
	if err != nil {
		return nil, err
	}
	if root.BOM == nil {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: fmt.Sprintf("%s %s has no bill of materials, so nothing can be recorded of its lines", root.Design, root.Version)}
	}
	return bom.Explode(ctx, root, a.fetch(), bom.Choices{})
}

func (a *app) newBatchTemplate() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use: "template REF", Short: "Write an as-built file for the workshop to fill in", Args: cobra.ExactArgs(1),
		Long: `Write a file with every line of a design's bill of materials, for the workshop to
fill in what is known to be in the units: part, lot, serial, unit. What stays empty
says nothing. batch record and batch register --as-built read it.`,
		Example: "  patternbook batch template ada/bench-lamp@1.0.0 --format csv -o built.csv",
		RunE: func(c *cobra.Command, args []string) error {
			ref, err := schema.ParseReference(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			_, digest, err := remote.Release(c.Context(), ref)
			if err != nil {
				return err
			}
			tree, err := a.tree(c.Context(), digest)
			if err != nil {
				return err
			}
			view, err := tree.Tree(1)
			if err != nil {
				return err
			}
			text, err := template(view, format)
			if err != nil {
				return err
			}
			if out == "" || out == "-" {
				_, err = a.out.Write(text)
				return err
			}
			return writeNew(out, text)
		},
	}
	c.Flags().StringVar(&format, "format", "yaml", "yaml, json or csv")
	c.Flags().StringVarP(&out, "output", "o", "", "file to write, which must not be there yet; the terminal if not said")
	return c
}

// A templateRow is a line of a tree, as it stands in a template.
type templateRow struct{ path, name string }

// templateRows gives the lines that count, each assembly before what is in it.
func templateRows(b *bom.BOM, above string) (rows []templateRow) {
	for i := range b.Lines {
		l := &b.Lines[i]
		if !l.Counts() {
			continue
		}
		rows = append(rows, templateRow{above + l.Item, strings.TrimSpace(l.Name + " " + nameOfPart(l.Part))})
		if l.BOM != nil {
			rows = append(rows, templateRows(l.BOM, above+l.Item+"/")...)
		}
	}
	return rows
}

// template writes the lines of a tree as an as-built file that says nothing yet.
func template(view *bom.BOM, format string) ([]byte, error) {
	rows := templateRows(view, "")
	var b strings.Builder
	switch format {
	case "csv":
		w := csv.NewWriter(&b)
		_ = w.Write([]string{"line", "name", "serials", "manufacturer", "mpn", "lot", "serial", "unit", "batch", "quantity", "deviation", "reason"}) // into memory
		for _, r := range rows {
			_ = w.Write([]string{r.path, r.name, "", "", "", "", "", "", "", "", "", ""})
		}
		w.Flush()
	case "json":
		items := []map[string]string{}
		for _, r := range rows {
			items = append(items, map[string]string{"line": r.path, "serials": "", "lot": ""})
		}
		enc := json.NewEncoder(&b)
		enc.SetIndent("", "  ")
		if err := enc.Encode(map[string]any{"items": items, "deviations": []any{}, "inspections": []any{}}); err != nil {
			return nil, err
		}
	case "yaml":
		b.WriteString("# What is known to be in the units. Take the mark # from the lines that you fill in.\n# Without serials a line is said of the whole batch.\nitems:\n")
		for _, r := range rows {
			fmt.Fprintf(&b, "#  - line: %q  # %s\n#    serials: \"\"\n#    lot: \"\"\n", r.path, plain(r.name))
		}
		b.WriteString("deviations: []\n#  - {kind: substitution, line: \"\", actual: {manufacturer: \"\", mpn: \"\"}, reason: \"\"}\ninspections: []\n#  - {serials: \"\", result: passed, by: \"\", at: \"2026-11-02T09:30:00Z\"}\n")
	default:
		return nil, usageError{fmt.Errorf("there is no format %q: write yaml, json or csv", format)}
	}
	return []byte(b.String()), nil
}

// A recordForm is what the flags of batch record say.
type recordForm struct {
	asBuilt, corrects, by, note, line string
	swap                              []string
	offline                           bool
}

func (a *app) newBatchRecord() *cobra.Command {
	var f recordForm
	c := &cobra.Command{
		Use: "record MAKER/BATCH [FILE]", Short: "Record what went into units of a batch", Args: cobra.RangeArgs(1, 2),
		Long: `Record what a bench knows of units: what went into them, where they differ from
their design, how they were tested. Many benches record at once. What is said of
single units counts before what is said of runs, and that before the whole batch.`,
		Example: `  patternbook batch record coop/LOT-7 bench-2.csv
  patternbook batch record coop/LOT-7 --swap LAMP-0003=LAMP-0004
  patternbook batch record coop/LOT-7 right.csv --corrects sha256:…
  patternbook batch record coop/LOT-7 bench-2.csv --offline && patternbook sync`,
		RunE: func(c *cobra.Command, args []string) error {
			name, err := schema.ParseBatchName(args[0])
			if err != nil {
				return err
			}
			if len(args) > 1 {
				f.asBuilt = args[1]
			}
			d, err := f.record(name)
			if err != nil {
				return err
			}
			if f.offline {
				return a.keepRecord(d)
			}
			done, err := a.sendRecord(c.Context(), f.asBuilt, &d)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s: %d items, %d deviations and %d inspections are recorded (ledger entry %d)\nto correct it: --corrects %s\n",
					d.Name(), len(d.Items), len(d.Deviations), len(d.Inspections), done.LedgerIndex, done.Digest)
			})
		},
	}
	c.Flags().BoolVar(&f.offline, "offline", false, "without a network: keep it on this machine until patternbook sync sends it")
	c.Flags().StringVar(&f.corrects, "corrects", "", "digest of the record whose place this one takes; without a file it is voided")
	c.Flags().StringArrayVar(&f.swap, "swap", nil, "two serials whose records were mixed up, like LAMP-0003=LAMP-0004")
	c.Flags().StringVar(&f.line, "line", "", "with --swap: only what was recorded on this line")
	c.Flags().StringVar(&f.by, "by", "", "who recorded it, by a pseudonym")
	c.Flags().StringVar(&f.note, "note", "", "anything else worth knowing")
	return c
}

// record makes the build record, but for its author, with its lines as they are named.
func (f recordForm) record(name schema.BatchName) (d schema.BuildRecord, err error) {
	d = schema.BuildRecord{
		Head: schema.Head{Kind: schema.KindBuildRecord}, Record: newRecordID(), Maker: name.Maker, Batch: name.Batch, By: f.by, Note: f.note, At: schema.TimeOf(time.Now()),
	}
	if err := d.Corrects.UnmarshalText([]byte(f.corrects)); err != nil {
		return d, err
	}
	if d.AsBuilt, err = readAsBuiltFile(f.asBuilt); err != nil {
		return d, err
	}
	for _, text := range f.swap {
		one, other, ok := strings.Cut(text, "=")
		if !ok {
			return d, usageError{fmt.Errorf("%q names no two serials: write them like LAMP-0003=LAMP-0004", text)}
		}
		s := schema.Swap{Line: f.line}
		if err := errors.Join(s.Serial.UnmarshalText([]byte(one)), s.With.UnmarshalText([]byte(other))); err != nil {
			return d, err
		}
		d.Swaps = append(d.Swaps, s)
	}
	if d.AsBuilt.IsZero() && len(d.Swaps) == 0 && d.Corrects.IsZero() {
		return d, usageError{errors.New("say what to record: name a file, or --swap, or --corrects")}
	}
	return d, nil
}

// sendRecord finds the lines of a record, puts in its author, and sends it. name is the
// file that it is from, for messages.
func (a *app) sendRecord(ctx context.Context, name string, d *schema.BuildRecord) (schema.Receipt, error) {
	remote, err := a.client()
	if err != nil {
		return schema.Receipt{}, err
	}
	b, err := remote.Batch(ctx, d.Name())
	if err != nil {
		return schema.Receipt{}, err
	}
	if err := a.findLines(ctx, name, b.Release, &d.AsBuilt, d.Swaps); err != nil {
		return schema.Receipt{}, err
	}
	me, err := remote.Whoami(ctx)
	if err != nil {
		return schema.Receipt{}, err
	}
	d.Author = me.Account
	return remote.RecordBuild(ctx, *d)
}

// newRecordID gives 32 random hex digits.
func newRecordID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

func (a *app) newBatchRevise() *cobra.Command {
	var f batchForm
	var reason string
	var begun, passed, rejected, scrapped int
	c := &cobra.Command{
		Use: "revise MAKER/BATCH", Short: "Say how far a batch has come, or correct it", Args: cobra.ExactArgs(1),
		Long: `Revise a batch: what the flags say takes the place of what its document says.
Somebody else's revision in between is never lost: this one is then refused.`,
		Example: "  patternbook batch revise coop/LOT-7 --status completed --passed 198 --scrapped 2",
		RunE: func(c *cobra.Command, args []string) error {
			name, err := schema.ParseBatchName(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			b, err := remote.Batch(c.Context(), name)
			if err != nil {
				return err
			}
			me, err := remote.Whoami(c.Context())
			if err != nil {
				return err
			}
			d := b.Document
			d.Author, d.Follows, d.Reason = me.Account, b.Digest, reason
			if err := f.revise(c, &d); err != nil {
				return err
			}
			for _, n := range []struct {
				flag string
				from int
				into *int
			}{{"begun", begun, &d.Begun}, {"passed", passed, &d.Passed}, {"rejected", rejected, &d.Rejected}, {"scrapped", scrapped, &d.Scrapped}} {
				if c.Flags().Changed(n.flag) {
					*n.into = n.from
				}
			}
			if f.asBuilt != "" {
				if d.AsBuilt, err = a.readAsBuilt(c.Context(), f.asBuilt, d.Release); err != nil {
					return err
				}
			}
			done, err := remote.RegisterBatch(c.Context(), d)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s is %s (ledger entry %d)\n", done.Batch, plainWord(string(d.Status)), done.LedgerIndex)
				printOpen(w, done.Advisories)
			})
		},
	}
	c.Flags().StringVar(&f.status, "status", "", "planned, in_progress, completed or abandoned")
	c.Flags().StringVar(&f.conformance, "conformance", "", "as_designed, with_deviations or modified_design")
	c.Flags().StringVar(&f.serials, "serials", "", "all serials of the batch, with those to come")
	c.Flags().IntVar(&f.quantity, "quantity", 0, "how many units")
	c.Flags().StringVar(&f.ended, "ended", "", "when work ended, like 2026-11-02T17:30:00Z")
	c.Flags().StringVar(&f.note, "note", "", "anything else worth knowing")
	c.Flags().StringVar(&f.asBuilt, "as-built", "", "file that takes the place of the batch's own as-built record")
	c.Flags().IntVar(&begun, "begun", 0, "units begun")
	c.Flags().IntVar(&passed, "passed", 0, "units that passed inspection")
	c.Flags().IntVar(&rejected, "rejected", 0, "units that did not")
	c.Flags().IntVar(&scrapped, "scrapped", 0, "units that will never be")
	c.Flags().StringVar(&reason, "reason", "", "why it is revised")
	return c
}

// revise writes what the flags of batch revise say over a document.
func (f batchForm) revise(c *cobra.Command, d *schema.Batch) error {
	if f.status != "" {
		d.Status = schema.BatchStatus(f.status)
	}
	if f.conformance != "" {
		d.Conformance = schema.Conformance(f.conformance)
	}
	if c.Flags().Changed("note") {
		d.Note = f.note
	}
	if c.Flags().Changed("quantity") {
		d.Planned = f.quantity
	}
	if f.serials != "" {
		patterns, err := readSerials(f.serials)
		if err != nil {
			return err
		}
		d.Serials = patterns
		if !c.Flags().Changed("quantity") {
			d.Planned = d.Units()
		}
	}
	if f.ended == "" {
		return nil
	}
	return d.EndedAt.UnmarshalText([]byte(f.ended))
}
