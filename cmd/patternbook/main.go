// Command patternbook is the registry and its client. Each subcommand has a file
// of its own; they wire the rooms together and print, and nothing else.
//
// Start reading at newRoot.
package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// version is that of the program.
const version = "0.1.0"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv}
	status := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1 // the work failed
	exitUsage  = 2 // the command was not written rightly
)

// An app is one run of the command: its streams, environment and global flags.
type app struct {
	in  io.Reader
	out io.Writer // results
	err io.Writer // all else
	env func(string) string

	lines    *bufio.Reader // of in, nil before one was read
	settings settings
	json     bool
	began    bool // flags and arguments were right
}

// run runs the command line and gives the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	usage, wrong := errors.AsType[usageError](err)
	switch {
	case err == nil:
		return exitDone
	case wrong || !a.began:
		if wrong {
			err = usage.error
		}
		a.printError(err)
		return exitUsage
	}
	a.printError(err)
	return exitFailed
}

// A usageError is a command line that cannot mean anything.
type usageError struct{ error }

func (a *app) newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "patternbook",
		Short: "A registry of open hardware designs",
		Long: `Patternbook publishes open hardware designs like packages, resolves their bills
of materials like dependencies, and traces every unit back to the exact design
that it was made from.

Settings come from flags, then from PATTERNBOOK_* variables, then from
patternbook.toml in the configuration folder (PATTERNBOOK_CONFIG_HOME, else the
user's). Exit status: 0 done, 1 the work failed, 2 wrong usage.`,
		Version: version, SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if err := c.ValidateRequiredFlags(); err != nil {
				return err
			}
			a.began = true
			return a.settings.fill(a.env)
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.PersistentFlags().StringVar(&a.settings.Registry, "registry", "", "address of the registry (PATTERNBOOK_REGISTRY), "+defaultRegistry+" if nothing is said")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print JSON, errors too")
	root.AddCommand(
		a.newServe(), a.newDemo(),
		a.newReindex(), a.newArtifacts(), a.newGC(), a.newScrub(), a.newDoctor(), a.newAdmin(),
		a.newInit(), a.newCheck(), a.newPublish(),
		a.newSearch(), a.newShow(), a.newGet(), a.newBOM(), a.newDiff(), a.newWhereUsed(),
		a.newBatch(), a.newSync(), a.newUnit(), a.newTrace(), a.newAdvisory(),
		a.newYank(), a.newUnyank(), a.newRename(), a.newTransfer(),
		a.newLogin(), a.newLogout(), a.newWhoami(), a.newPassword(), a.newAccount(), a.newToken(), a.newKeyCommand(), a.newVerify(), a.newOrg(), a.newReport(),
	)
	return root
}

// onTerminal tells whether a stream is a terminal.
func onTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
