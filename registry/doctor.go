package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/patternbook/patternbook/schema"
)

// A Check is one thing that Examine has looked at.
type Check struct {
	What   string     `json:"what"`
	State  CheckState `json:"state"`
	Detail string     `json:"detail"`        // what was seen
	Fix    string     `json:"fix,omitempty"` // what to do, where it is not fine
}

// A CheckState says how a thing is.
type CheckState string

// The states of a thing that was looked at.
const (
	CheckFine  CheckState = "fine"
	CheckWatch CheckState = "watch" // it works, and will not for long
	CheckWrong CheckState = "wrong"
)

// Examine looks at the registry's files, its disk, its clock, its store and its
// ledger, tells of each, and says what to do. It reads the whole ledger, and
// writes one small artifact to the store, which it removes again.
func (s *Service) Examine(ctx context.Context, tell func(Check)) {
	for _, look := range []struct {
		what string
		at   func(context.Context) (CheckState, string, string)
	}{
		{"ledger file", s.examineLedgerFile},
		{"ledger", s.examineLedger},
		{"index", s.examineIndex},
		{"disk", s.examineDisk},
		{"clock", s.examineClock},
		{"store", s.examineStore},
		{"artifacts", s.examineArtifacts},
	} {
		if ctx.Err() != nil {
			return
		}
		c := Check{What: look.what}
		c.State, c.Detail, c.Fix = look.at(ctx)
		tell(c)
	}
}

func (s *Service) examineLedgerFile(ctx context.Context) (CheckState, string, string) {
	faults, err := s.ledgerDB.Examine(ctx)
	if err == nil && len(faults) > 0 {
		err = errors.New(strings.Join(faults, "; "))
	}
	if err != nil {
		return CheckWrong, "SQLite finds faults in " + ledgerFile + ": " + err.Error(), "stop the registry, keep a copy of the file, and restore a backup; the disk may be failing"
	}
	return CheckFine, ledgerFile + " is sound", ""
}

func (s *Service) examineLedger(ctx context.Context) (CheckState, string, string) {
	tree, err := s.ledger.Verify(ctx)
	if err != nil {
		return CheckWrong, err.Error(), "stop the registry, keep a copy of " + ledgerFile + ", and restore a backup"
	}
	return CheckFine, fmt.Sprintf("all %d entries have their documents and give the root %s", tree.N, tree.Hash), ""
}

func (s *Service) examineIndex(ctx context.Context) (CheckState, string, string) {
	const remedy = "stop the registry, then make the index anew with patternbook reindex; nothing is lost"
	size, err := s.ledger.Size(ctx)
	if err != nil {
		return CheckWrong, err.Error(), remedy
	}
	next, err := s.index.Next(ctx)
	if err != nil {
		return CheckWrong, "the index cannot be read: " + err.Error(), remedy
	}
	if next < size { // the ledger was asked first, so the index may be ahead of the answer
		return CheckWrong, fmt.Sprintf("the index has %d of %d entries", next, size), remedy
	}
	faults, err := s.index.Examine(ctx)
	if err == nil && len(faults) > 0 {
		err = errors.New(strings.Join(faults, "; "))
	}
	if err != nil {
		return CheckWrong, "SQLite finds faults in " + indexFile + ": " + err.Error(), remedy
	}
	return CheckFine, fmt.Sprintf("it has all %d entries and is sound", next), ""
}

func (s *Service) examineDisk(context.Context) (CheckState, string, string) {
	least, at, err := s.space.look()
	switch {
	case err != nil:
		return CheckWatch, err.Error(), "look at the disk"
	case s.space.reserve == 0:
		return CheckFine, fmt.Sprintf("%s are free in %s; no reserve is kept", inBytes(least), at), ""
	case least < s.space.reserve:
		return CheckWrong, fmt.Sprintf("%s are free in %s, less than the reserve of %s: the registry is read-only", inBytes(least), at, inBytes(s.space.reserve)), "make room, or move the registry to a larger disk"
	case least < 4*s.space.reserve:
		return CheckWatch, fmt.Sprintf("%s are free in %s; with less than %s the registry becomes read-only", inBytes(least), at, inBytes(s.space.reserve)), "make room soon; patternbook gc removes what nothing needs"
	}
	return CheckFine, fmt.Sprintf("%s are free in %s", inBytes(least), at), ""
}

// clockOff is how much the clocks of registry and store may differ: S3 refuses
// requests that are a quarter of an hour off.
const clockOff = 5 * time.Minute

func (s *Service) examineClock(ctx context.Context) (CheckState, string, string) {
	const remedy = "set the clock and keep it right, with NTP"
	now := s.now()
	size, err := s.ledger.Size(ctx)
	if err != nil || size == 0 {
		return CheckFine, "it is " + now.UTC().Format(time.RFC3339), ""
	}
	records, err := s.ledger.Records(ctx, size-1, 1)
	if err != nil || len(records) == 0 {
		return CheckFine, "it is " + now.UTC().Format(time.RFC3339), ""
	}
	if last := records[0].Entry.Time; schema.TimeOf(now.Add(time.Minute)).Before(last) {
		return CheckWrong, fmt.Sprintf("it is %s, and the ledger's last entry is of %s: one of the two is wrong", now.UTC().Format(time.RFC3339), last), remedy
	}
	return CheckFine, "it is " + now.UTC().Format(time.RFC3339) + ", later than the last entry", ""
}

// examineStore puts a small artifact, reads it and removes it.
func (s *Service) examineStore(ctx context.Context) (CheckState, string, string) {
	const remedy = "look at the store: that it runs, its address, the key that may write to it, its disk; pages and BOMs are answered meanwhile"
	if err := s.artifacts.Ready(ctx); err != nil {
		return CheckWrong, "it does not answer: " + err.Error(), remedy
	}
	if err := s.space.check(0); err != nil {
		return CheckWatch, "it answers; nothing was written to it, as there is no room", "make room"
	}
	probe := []byte("patternbook looks whether this store works: " + rand.Text())
	digest := schema.DigestOf(probe)
	release, err := s.holds.use(ctx, digest)
	if err != nil {
		return CheckWrong, err.Error(), ""
	}
	defer release()
	begun := time.Now()
	if err := s.artifacts.Put(ctx, digest, int64(len(probe)), bytes.NewReader(probe)); err != nil {
		return CheckWrong, "it does not take anything: " + err.Error(), remedy
	}
	info, statErr := s.artifacts.Stat(ctx, digest)
	got, readErr := s.readAll(ctx, digest)
	removeErr := s.artifacts.Delete(context.WithoutCancel(ctx), digest)
	took := time.Since(begun)
	if err := errors.Join(statErr, readErr, removeErr); err != nil || !bytes.Equal(got, probe) {
		return CheckWrong, fmt.Sprintf("it does not give back what it took: %v", err), remedy
	}
	if off := info.Modified.Sub(begun).Abs(); off > clockOff {
		return CheckWatch, fmt.Sprintf("it works, but its clock differs from this one by %s", off.Round(time.Second)), "set both clocks with NTP"
	}
	return CheckFine, fmt.Sprintf("it took, gave back and removed an artifact in %s", took.Round(time.Millisecond)), ""
}

// readAll reads a small artifact.
func (s *Service) readAll(ctx context.Context, digest schema.Digest) (_ []byte, err error) {
	o, err := s.artifacts.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	return io.ReadAll(o)
}

// examineArtifacts tells what the last scrub found.
func (s *Service) examineArtifacts(ctx context.Context) (CheckState, string, string) {
	n, err := s.vault.CountDamaged(ctx)
	switch {
	case err != nil:
		return CheckWrong, err.Error(), ""
	case n > 0:
		return CheckWrong, fmt.Sprintf("%d are missing or damaged, as was found when they were read back", n), "restore them with patternbook scrub --repair-from, or publish the same files again"
	}
	return CheckFine, "none is known to be damaged; patternbook scrub reads them all", ""
}
