package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

// A doctorOrder has the registry examined.
type doctorOrder struct{}

func (doctorOrder) run(ctx context.Context, s *server, tell func(any) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	say := func(c registry.Check) {
		if err := tell(c); err != nil {
			stop(err) // nobody listens any more
		}
	}
	say(examineFolder(s.data))
	s.service.Examine(ctx, say)
	return context.Cause(ctx)
}

// examineFolder looks whether others on the machine can read the registry's files,
// among which are the keys of its accounts.
func examineFolder(path string) registry.Check {
	c := registry.Check{What: "folder", State: registry.CheckFine, Detail: path}
	info, err := os.Stat(path)
	if err != nil {
		c.State, c.Detail = registry.CheckWrong, err.Error()
	} else if others := info.Mode().Perm() & fs.FileMode(0o077); others != 0 {
		c.State, c.Detail = registry.CheckWatch, fmt.Sprintf("%s can be entered by others on this machine (mode %04o)", path, info.Mode().Perm())
		c.Fix = "chmod 700 " + path
	}
	return c
}

func (a *app) newDoctor() *cobra.Command {
	c := &cobra.Command{
		Use: "doctor", Short: "Examine a registry and say what to do", Args: cobra.NoArgs,
		Long: `Look at the files of a registry, its disk, its clock, its artifact store and its
whole ledger, and say what is wrong and what to do. The registry may be running.
Exit status 1 when something is wrong.

With --json every line is an object, one for each thing that was looked at.`,
		RunE: func(c *cobra.Command, _ []string) error {
			wrong := 0
			err := a.order(c.Context(), "doctor", doctorOrder{}, shown(a, checkText, func(c registry.Check) {
				if c.State == registry.CheckWrong {
					wrong++
				}
			}))
			if err == nil && wrong > 0 {
				err = &schema.Error{Kind: schema.Internal, Detail: fmt.Sprintf("%d things are wrong", wrong), Fix: "do what is said above, then look again"}
			}
			return err
		},
	}
	a.dataFlag(c.Flags())
	a.artifactsFlag(c.Flags())
	return c
}

func checkText(c registry.Check) string {
	text := fmt.Sprintf("%-6s %s: %s", c.State, c.What, plain(c.Detail))
	if c.Fix != "" {
		text += "\n       " + c.Fix
	}
	return text
}
