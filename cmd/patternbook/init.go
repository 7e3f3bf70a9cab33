package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/client/folder"
	"github.com/patternbook/patternbook/schema"
)

func (a *app) newInit() *cobra.Command {
	var m schema.NewManifest
	c := &cobra.Command{
		Use: "init [DIR]", Short: "Write a manifest for a design", Args: cobra.MaximumNArgs(1),
		Long: `Write an okh.toml (Open Know-How 2.4) into a design's folder. What no flag says is
taken from the folder where it can be: the repository from git, the readme by its
name. A manifest that is there is never overwritten.`,
		Example: "  patternbook init . --licence CERN-OHL-W-2.0 --repo https://github.com/ada/lamp --bom bom.csv --bom mechanical.csv",
		RunE: func(c *cobra.Command, args []string) error {
			dir := folderArg(args)
			if err := a.completeManifest(c, dir, &m); err != nil {
				return err
			}
			path := filepath.Join(dir, "okh.toml")
			if err := writeNew(path, schema.WriteManifest(m)); err != nil {
				return err
			}
			return a.print(map[string]string{"manifest": path}, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%s is written; look it over, then: patternbook check %s\n", path, dir)
			})
		},
	}
	c.Flags().StringVar(&m.Name, "name", "", "name of the design; the folder's if nothing is said")
	c.Flags().StringVar(&m.Repository, "repo", "", "URL of the repository")
	c.Flags().StringVar(&m.Version, "version", "", "version")
	c.Flags().StringVar(&m.Licence, "licence", "", "licence of the hardware (SPDX), like CERN-OHL-S-2.0")
	c.Flags().StringVar(&m.Licensor, "licensor", "", "who grants the licence")
	c.Flags().StringVar(&m.Organisation, "organisation", "", "organisation behind the design")
	c.Flags().StringVar(&m.Function, "function", "", "what it is for, in plain words")
	c.Flags().StringVar(&m.Language, "language", "", "language of the documentation, like en")
	c.Flags().StringVar(&m.Readme, "readme", "", "the file to read first")
	c.Flags().StringArrayVar(&m.BOM, "bom", nil, "bill of materials; may be given more than once")
	c.Flags().StringArrayVar(&m.Source, "source", nil, "source file; may be given more than once")
	_ = c.MarkFlagRequired("licence") // the flag is there
	return c
}

// completeManifest checks what was said and fills what was not.
func (a *app) completeManifest(c *cobra.Command, dir string, m *schema.NewManifest) error {
	if err := schema.CheckOpen(m.Licence); err != nil {
		return err
	}
	for _, paths := range [][]string{m.BOM, m.Source} {
		for i, p := range paths {
			paths[i] = filepath.ToSlash(filepath.Clean(p))
			if err := schema.CheckPath(paths[i]); err != nil {
				return err
			}
			if _, err := os.Stat(filepath.Join(dir, p)); err != nil {
				return &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("there is no file %s in %s", p, dir), Fix: "write paths from the design's folder", Err: err}
			}
		}
	}
	if m.Version != "" {
		v, err := parseVersion(a, m.Version)
		if err != nil {
			return err
		}
		m.Version = v.String()
	}
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if m.Name == "" {
		m.Name = filepath.Base(absolute)
	}
	if m.Repository == "" {
		source, err := folder.Source(c.Context(), dir, "")
		if err != nil {
			return err
		}
		m.Repository = source.Repository
	}
	if m.Readme == "" {
		m.Readme, err = findReadme(dir)
	}
	return err
}

func findReadme(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("look for the readme: %w", err)
	}
	for _, e := range entries {
		if lower := strings.ToLower(e.Name()); !e.IsDir() && (lower == "readme" || strings.HasPrefix(lower, "readme.")) {
			return e.Name(), nil
		}
	}
	return "", nil
}

// writeNew writes a file that must not be there.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &schema.Error{Kind: schema.Conflict, Detail: path + " is there already", Fix: "edit it, or remove it first", Err: err}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}
