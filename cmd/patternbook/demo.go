package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// designs are the project's own sample designs.
//
//go:embed designs
var designs embed.FS

func (a *app) newDemo() *cobra.Command {
	var once bool
	c := &cobra.Command{
		Use: "demo", Short: "Show the whole journey on a registry of its own", Args: cobra.NoArgs,
		Long: `Start a registry in a temporary folder, publish three designs to it, fetch the
bill of materials and the files of one, register a batch and trace a unit of it:
each step is a command of this program, printed with what it answers. Then the
registry stays up to look around in, until it is interrupted. Nothing is kept.`,
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context(), once) },
	}
	c.Flags().StringVar(&a.settings.Listen, "listen", "", "address to listen on (PATTERNBOOK_LISTEN), "+defaultListen+" if nothing is said")
	c.Flags().BoolVar(&once, "once", false, "end after the journey")
	return c
}

func (a *app) demo(ctx context.Context, once bool) (err error) {
	dir, err := os.MkdirTemp("", "patternbook-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	listener, err := a.demoListener()
	if err != nil {
		return err
	}
	s, err := a.openServer(ctx, filepath.Join(dir, "registry"))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.serve(serving, listener) }()
	address := "http://" + listener.Addr().String()
	err = a.journey(ctx, address, dir)
	if err == nil && !once {
		_, _ = fmt.Fprintf(a.out, "\nThe registry stays up at %s – look around; Ctrl-C ends it.\n", address)
		select {
		case <-ctx.Done():
		case err = <-ended:
			return err
		}
	}
	stop()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // Ctrl-C is how a demo ends
	}
	return errors.Join(err, <-ended)
}

// demoListener listens where that was asked for; else on the usual port, or, if
// that is taken, on any.
func (a *app) demoListener() (net.Listener, error) {
	listener, err := net.Listen("tcp", a.settings.Listen)
	if errors.Is(err, syscall.EADDRINUSE) && !a.settings.chosen {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", a.settings.Listen, err)
	}
	return listener, nil
}

// A step is a command of the journey, and what it is for.
type step struct {
	why     string
	as      string // account whose login is used
	command string
	stdin   string
}

// journey is what the demo does.
var journey = []step{
	{"A designer opens an account. Anybody can.", "ada", "login --account ada --create --password-stdin", "a lamp for every bench\n"},
	{"She publishes three designs; the lamp contains the other two.", "ada", "publish desk-clamp --as ada/desk-clamp", ""},
	{"", "ada", "publish led-head --as ada/led-head", ""},
	{"", "ada", "publish bench-lamp --as ada/bench-lamp", ""},
	{"A makerspace finds the lamp, without an account.", "", "search lamp", ""},
	{"What does it have to buy and make for 7 lamps? All assemblies are opened and equal parts summed.", "", "bom ada/bench-lamp --view flat --units 7", ""},
	{"It fetches the files and verifies every byte.", "", "get ada/bench-lamp@1.0.0 -o fetched", ""},
	{"A cooperative makes 25 lamps and registers them.", "coop", "login --account coop --create --password-stdin", "we make what we share\n"},
	{"", "coop", "batch register ada/bench-lamp@1.0.0 --as coop --batch LOT-1 --quantity 25 --serials LAMP-{0001..0025} --conformance as_designed", ""},
	{"Years later somebody holds number 7 in their hands. Where does it come from?", "", "trace coop/LAMP-0007", ""},
}

// journey runs the steps as commands of this program against the registry at address.
func (a *app) journey(ctx context.Context, address, dir string) error {
	if err := unpackDesigns(dir); err != nil {
		return err
	}
	for _, s := range journey {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s.why != "" {
			_, _ = fmt.Fprintf(a.out, "\n# %s\n", s.why)
		}
		_, _ = fmt.Fprintf(a.out, "$ patternbook %s\n", s.command)
		if err := a.runStep(ctx, s, address, dir); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) runStep(ctx context.Context, s step, address, dir string) error {
	var out, problems bytes.Buffer
	inner := &app{in: strings.NewReader(s.stdin), out: &out, err: &problems, env: func(name string) string {
		switch name {
		case "PATTERNBOOK_REGISTRY":
			return address
		case "PATTERNBOOK_CONFIG_HOME":
			return filepath.Join(dir, "home-"+s.as)
		}
		return ""
	}}
	args := strings.Fields(s.command)
	for i, word := range args { // the folders of the journey lie in dir, wherever the demo was started
		if i > 0 && (args[0] == "publish" && i == 1 || args[i-1] == "-o") {
			args[i] = filepath.Join(dir, word)
		}
	}
	status := inner.run(ctx, args)
	_, _ = io.WriteString(a.out, strings.ReplaceAll(out.String(), dir+string(filepath.Separator), ""))
	_, _ = io.WriteString(a.err, problems.String())
	if status != exitDone {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("the step %q failed", s.command)
	}
	return nil
}

// unpackDesigns writes the sample designs into a folder.
func unpackDesigns(dir string) error {
	root, err := fs.Sub(designs, "designs")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, root); err != nil {
		return fmt.Errorf("unpack the sample designs: %w", err)
	}
	return nil
}
