package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newOrg() *cobra.Command {
	c := &cobra.Command{
		Use: "org", Short: "Organisations: cooperatives, makerspaces, design teams",
		Long: `An organisation owns designs and makes batches like a person, and has members
who act for it: owners do everything, maintainers publish and yank, publishers
publish, makers register batches. Each speaks under their own name; nobody logs in
as the organisation.`,
		Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("say what to do: create, invite, accept, members, leave or remove")}
		},
	}
	c.AddCommand(a.newOrgCreate(), a.newOrgInvite(), a.newOrgAccept(), a.newOrgMembers(), a.newOrgLeave(), a.newOrgRemove())
	return c
}

func (a *app) newOrgCreate() *cobra.Command {
	var display, about string
	c := &cobra.Command{
		Use: "create NAME", Short: "Open an organisation, of which you are the first owner", Args: cobra.ExactArgs(1),
		Example: `  patternbook org create lamp-lab --display-name "Lamp lab"`,
		RunE: func(c *cobra.Command, args []string) error {
			name, err := schema.ParseName(args[0])
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			done, err := remote.OpenOrganisation(c.Context(), name, display, about)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) { _, _ = fmt.Fprintf(w, "%s is open, and you are its owner\n", done.Account) })
		},
	}
	c.Flags().StringVar(&display, "display-name", "", "its name for people")
	c.Flags().StringVar(&about, "about", "", "what it is")
	return c
}

// names reads the account names of arguments.
func names(args []string) (list []schema.Name, err error) {
	for _, arg := range args {
		n, err := schema.ParseName(arg)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

func (a *app) newOrgInvite() *cobra.Command {
	var as string
	c := &cobra.Command{
		Use: "invite ORGANISATION ACCOUNT", Short: "Invite a member, or give one another role", Args: cobra.ExactArgs(2),
		Example: "  patternbook org invite lamp-lab bob --role publisher",
		RunE: func(c *cobra.Command, args []string) error {
			role, err := schema.ParseMemberRole(as)
			if err != nil {
				return usageError{err}
			}
			n, err := names(args)
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			done, err := remote.SetMember(c.Context(), n[0], n[1], role)
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) {
				if done.State == schema.MemberInvited {
					_, _ = fmt.Fprintf(w, "%s is invited to be %s of %s, and joins with: patternbook org accept %s\n", done.Member, done.Role, done.Organisation, done.Organisation)
					return
				}
				_, _ = fmt.Fprintf(w, "%s is %s of %s\n", done.Member, done.Role, done.Organisation)
			})
		},
	}
	c.Flags().StringVar(&as, "role", "", "owner, maintainer, publisher or maker")
	_ = c.MarkFlagRequired("role") // the flag is there
	return c
}

// asMember does something about the user's own membership of an organisation.
func (a *app) asMember(ctx context.Context, organisation string, do func(remote *client.Client, organisation, me schema.Name) error) error {
	name, err := schema.ParseName(organisation)
	if err != nil {
		return err
	}
	remote, err := a.client()
	if err != nil {
		return err
	}
	me, err := remote.Whoami(ctx)
	if err != nil {
		return err
	}
	return do(remote, name, me.Account)
}

func (a *app) newOrgAccept() *cobra.Command {
	return &cobra.Command{
		Use: "accept ORGANISATION", Short: "Accept an invitation", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.asMember(c.Context(), args[0], func(remote *client.Client, organisation, me schema.Name) error {
				done, err := remote.AcceptMembership(c.Context(), organisation, me)
				if err != nil {
					return err
				}
				return a.print(done, func(w io.Writer) { _, _ = fmt.Fprintf(w, "you are %s of %s\n", done.Role, done.Organisation) })
			})
		},
	}
}

func (a *app) newOrgLeave() *cobra.Command {
	return &cobra.Command{
		Use: "leave ORGANISATION", Short: "Leave an organisation, or decline its invitation", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.asMember(c.Context(), args[0], func(remote *client.Client, organisation, me schema.Name) error {
				return a.endMembership(c.Context(), remote, organisation, me)
			})
		},
	}
}

func (a *app) newOrgRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove ORGANISATION ACCOUNT", Short: "Remove a member, or withdraw an invitation", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			n, err := names(args)
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			return a.endMembership(c.Context(), remote, n[0], n[1])
		},
	}
}

func (a *app) endMembership(ctx context.Context, remote *client.Client, organisation, member schema.Name) error {
	if err := remote.EndMembership(ctx, organisation, member); err != nil {
		return err
	}
	return a.print(map[string]schema.Name{"organisation": organisation, "ended": member}, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s is no member of %s\n", member, organisation)
	})
}

func (a *app) newOrgMembers() *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use: "members [ORGANISATION]", Short: "List the members of an organisation, or your own memberships", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			show := func(list schema.MemberList) error {
				return a.print(list, func(w io.Writer) {
					t := newTable(w, "ORGANISATION", "MEMBER", "ROLE", "STATE")
					for _, m := range list.Members {
						t.row(m.Organisation.String(), m.Member.String(), string(m.Role), string(m.State))
					}
					_ = t.Flush() // into the writer of all results
					printMore(w, list.Next)
				})
			}
			if len(args) == 0 {
				remote, err := a.client()
				if err != nil {
					return err
				}
				me, err := remote.Whoami(c.Context())
				if err != nil {
					return err
				}
				list, err := remote.Memberships(c.Context(), me.Account, limit)
				if err != nil {
					return err
				}
				return show(list)
			}
			n, err := names(args)
			if err != nil {
				return err
			}
			remote, err := a.client()
			if err != nil {
				return err
			}
			list, err := remote.Members(c.Context(), n[0], limit)
			if err != nil {
				return err
			}
			return show(list)
		},
	}
	c.Flags().IntVar(&limit, "limit", 100, "how many to list")
	return c
}
