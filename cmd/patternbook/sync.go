package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/patternbook/patternbook/schema"
)

// outboxPath is the folder with the records of a workshop without a network.
func (s *settings) outboxPath() string { return filepath.Join(s.home, "outbox") }

// keepRecord keeps a build record on this machine until it is sent. It has its number
// and its time already, so that sending it twice records it once.
func (a *app) keepRecord(d schema.BuildRecord) error {
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	dir := a.settings.outboxPath()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the outbox: %w", err)
	}
	path := filepath.Join(dir, strings.NewReplacer(":", "", "-", "").Replace(d.At.String())+"-"+d.Record+".json")
	if err := writeSynced(path, data); err != nil {
		return fmt.Errorf("keep the record: %w", err)
	}
	return a.print(map[string]string{"record": d.Record, "file": path}, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "kept in %s; patternbook sync sends it\n", path)
	})
}

// writeSynced writes a file so that it is there whole, or not at all, also after the
// power fails.
func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// A SyncResult tells what became of the records that were kept.
type SyncResult struct {
	Sent []string     `json:"sent"` // numbers of records
	Kept []KeptRecord `json:"kept"`
}

// A KeptRecord is one that could not be sent, and is still there.
type KeptRecord struct {
	File  string `json:"file"`
	Error string `json:"error"`
}

func (a *app) newSync() *cobra.Command {
	return &cobra.Command{
		Use: "sync", Short: "Send what was recorded without a network", Args: cobra.NoArgs,
		Long: `Send the build records that batch record --offline has kept on this machine, the
first recorded first. What counts already is not recorded twice; what is refused is
kept, with the reason.`,
		RunE: func(c *cobra.Command, _ []string) error {
			files, err := filepath.Glob(filepath.Join(a.settings.outboxPath(), "*.json"))
			if err != nil {
				return err
			}
			result := SyncResult{Sent: []string{}, Kept: []KeptRecord{}}
			var last error
			for _, file := range files { // in the order of their times
				if err := c.Context().Err(); err != nil {
					return err
				}
				record, err := a.sendKept(c, file)
				if err != nil {
					last = err
					result.Kept = append(result.Kept, KeptRecord{file, err.Error()})
					continue
				}
				result.Sent = append(result.Sent, record)
			}
			err = a.print(result, func(w io.Writer) {
				_, _ = fmt.Fprintf(w, "%d sent, %d kept\n", len(result.Sent), len(result.Kept))
				for _, k := range result.Kept {
					_, _ = fmt.Fprintf(w, "%s: %s\n", k.File, plain(k.Error))
				}
			})
			return errors.Join(err, last)
		},
	}
}

// sendKept sends one record and forgets it once it counts.
func (a *app) sendKept(c *cobra.Command, file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read what was kept: %w", err)
	}
	var d schema.BuildRecord
	if err := json.Unmarshal(data, &d); err != nil {
		return "", &schema.Error{Kind: schema.Invalid, Detail: "this is no record that was kept", Fix: "record it again", At: []schema.Place{{File: file}}, Err: err}
	}
	if _, err := a.sendRecord(c.Context(), file, &d); err != nil {
		return "", err
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("forget what was sent: %w", err)
	}
	return d.Record, nil
}
