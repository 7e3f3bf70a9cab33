package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/registry/index"
	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/registry/vault"
	"github.com/patternbook/patternbook/schema"
)

// Options are what can be chosen about a Service. The zero value is right.
type Options struct {
	// Origin names a new ledger, like registry.example/ledger. It never changes.
	Origin string
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	// Log takes what no caller is told, slog.Default when nil.
	Log *slog.Logger
	// Limits are what it takes of artifacts.
	Limits Limits
	// Rates are how many requests it lets through, DefaultRates when nil.
	Rates Rates
	// Closed lets nobody open an account but the keeper, by Invite.
	Closed bool
	// KeepAudit is how long it is kept who has written, or tried to; 90 days when 0.
	KeepAudit time.Duration
	// TransferWait is how long owners can stop a transfer that was accepted; 7 days
	// when 0, none below 0.
	TransferWait time.Duration
	// Folders are those in which the store keeps artifacts, none when they are not
	// on this machine. When one, or the registry's own, lies on a disk that is
	// almost full, the registry is read-only.
	Folders []string
	// Free gives the bytes that may be written in a folder, as the system says when nil.
	Free func(folder string) (int64, error)
}

// A Service is a registry. Its methods may be called at once.
type Service struct {
	artifacts artifacts.Store
	ledgerDB  *sqlite.DB
	ledger    *ledger.Ledger
	vault     *vault.Vault
	index     *index.Index
	writer    *writer
	lock      *os.File

	limits Limits
	closed bool
	// transferWait is how long a transfer waits before it can be completed.
	transferWait time.Duration
	gate         gate
	governor     *governor
	auditor      *auditor
	space        *space
	coming       allowance
	holds        *holds
	turns        turns
	recalls      recalls

	signer   note.Signer
	verifier string

	hashing chan struct{} // one place for each password that may be hashed at once
	now     func() time.Time

	closing   sync.Once
	closedErr error
}

const (
	ledgerFile = "ledger.db"
	indexFile  = "index.db"
	lockFile   = "lock"
)

// Open opens the registry whose files are in the folder dir, makes them where
// they are missing, and lets the index catch up with the ledger. The Service
// does not close the store. A folder that another process has open is an error
// of kind Conflict.
func Open(ctx context.Context, dir string, store artifacts.Store, o Options) (*Service, error) {
	s := &Service{
		artifacts: store, now: o.Now, hashing: make(chan struct{}, maxHashing), limits: o.Limits.withDefaults(), closed: o.Closed, gate: newGate(), holds: newHolds(),
		coming: allowance{bytes: make(map[schema.Name]int64), count: make(map[schema.Name]int)},
		turns:  turns{taken: make(map[string]*turn)},
	}
	if s.transferWait = max(o.TransferWait, 0); o.TransferWait == 0 {
		s.transferWait = transferWait
	}
	if o.Free == nil {
		o.Free = freeSpace
	}
	s.space = &space{reserve: s.limits.Reserve, folders: append([]string{dir}, o.Folders...), local: len(o.Folders) > 0, free: o.Free}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Rates == nil {
		o.Rates = DefaultRates()
	}
	var err error
	if s.governor, err = newGovernor(o.Rates, s.now); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if err := s.open(ctx, dir, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open the registry in %s: %w", dir, err), s.closeFiles())
	}
	s.writer = &writer{
		db: s.ledgerDB, ledger: s.ledger, index: s.index, now: s.now, log: o.Log,
		queue: make(chan *write, maxGroup), stop: make(chan struct{}), ended: make(chan struct{}),
	}
	if o.KeepAudit == 0 {
		o.KeepAudit = 90 * day
	}
	s.auditor = newAuditor(s.vault, o.KeepAudit, s.now, o.Log)
	go s.writer.run()
	go s.auditor.run() // #nosec G118 -- it lives as long as the Service, not as the context of opening it
	return s, nil
}

func (s *Service) open(ctx context.Context, dir string, o Options) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if s.lock, err = lockFolder(dir); err != nil {
		return err
	}
	if s.ledgerDB, err = sqlite.Open(ctx, filepath.Join(dir, ledgerFile), sqlite.Full); err != nil {
		return err
	}
	if s.ledger, err = ledger.Open(ctx, s.ledgerDB); err != nil {
		return err
	}
	if s.vault, err = vault.Open(ctx, s.ledgerDB); err != nil {
		return err
	}
	if s.signer, s.verifier, err = s.vault.LedgerKey(ctx, o.Origin); err != nil {
		return err
	}
	s.index, err = openIndex(ctx, s.ledger, filepath.Join(dir, indexFile), o.Log)
	return err
}

// openIndex opens the index and lets it catch up. One that is damaged, or was made
// from another ledger, is thrown away and made anew.
func openIndex(ctx context.Context, l *ledger.Ledger, path string, log *slog.Logger) (*index.Index, error) {
	for again := false; ; again = true {
		x, err := index.Open(ctx, path)
		if err != nil {
			return nil, err
		}
		if err = checkOrigin(ctx, l, x); err == nil {
			err = catchUp(ctx, l, x)
		}
		if err == nil {
			return x, nil
		}
		err = errors.Join(err, x.Close())
		if again || !errors.Is(err, errForeign) && !sqlite.IsDamaged(err) {
			return nil, err
		}
		log.Warn("the index is made anew from the ledger", "because", err)
		if err := index.Remove(path); err != nil {
			return nil, err
		}
	}
}

// checkOrigin refuses an index whose last entry is not the ledger's.
func checkOrigin(ctx context.Context, l *ledger.Ledger, x *index.Index) error {
	next, err := x.Next(ctx)
	if err != nil || next == 0 {
		return err
	}
	records, err := l.Records(ctx, next-1, 1)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return fmt.Errorf("%w: the ledger has no entry %d", errForeign, next-1)
	}
	e, err := x.Entry(ctx, records[0].Entry.Document)
	if errors.Is(err, schema.NotFound) || err == nil && e.Number != next-1 {
		return fmt.Errorf("%w: entry %d is another document there", errForeign, next-1)
	}
	return err
}

// lockFolder keeps a second process out of dir for as long as the file is open.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(&schema.Error{
			Kind: schema.Conflict, Detail: "another process has this registry open", Fix: "stop it first, or choose another folder", Err: err,
		}, f.Close())
	}
	return f, nil
}

// Close ends the writer after the writes that wait, and closes the files.
func (s *Service) Close() error {
	s.closing.Do(func() {
		close(s.writer.stop)
		<-s.writer.ended
		close(s.auditor.stop)
		<-s.auditor.ended
		s.governor.buckets.StopAllGoroutines()
		s.closedErr = s.closeFiles()
	})
	return s.closedErr
}

func (s *Service) closeFiles() error {
	var errs []error
	if s.index != nil {
		errs = append(errs, s.index.Close())
	}
	if s.ledgerDB != nil {
		errs = append(errs, s.ledgerDB.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Ready tells whether the registry can answer: nil when index, ledger and store
// do. What only the index is needed for is answered without the store, too.
func (s *Service) Ready(ctx context.Context) error {
	if _, err := s.index.Next(ctx); err != nil {
		return unavailable("the index cannot be read", err)
	}
	if _, err := s.ledger.Size(ctx); err != nil {
		return unavailable("the ledger cannot be read", err)
	}
	if err := s.artifacts.Ready(ctx); err != nil {
		return unavailable("the artifact store does not answer; what needs no files is answered", err)
	}
	return nil
}

// ReadOnly tells why the registry takes nothing just now: nil when it does.
func (s *Service) ReadOnly() error { return s.space.check(0) }

// Checkpoint gives the ledger's size and root as a signed note
// (c2sp.org/tlog-checkpoint).
func (s *Service) Checkpoint(ctx context.Context) ([]byte, error) {
	return s.ledger.Checkpoint(ctx, s.signer)
}

// LedgerKey gives the verifier key of the checkpoints, as golang.org/x/mod/sumdb/note writes it.
func (s *Service) LedgerKey() string { return s.verifier }

// Reindex builds a new index from the ledger in the folder dir, beside the one
// that is there, and swaps it in when it is whole. The registry must not be open.
// It gives the number of entries applied.
func Reindex(ctx context.Context, dir string) (entries int64, err error) {
	if _, err := os.Stat(filepath.Join(dir, ledgerFile)); err != nil {
		return 0, &schema.Error{Kind: schema.NotFound, Detail: "there is no registry in " + dir, Fix: "name the folder that serve has as --data", Err: err}
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	path := filepath.Join(dir, indexFile)
	if entries, err = buildIndex(ctx, filepath.Join(dir, ledgerFile), path+".new"); err != nil {
		return 0, err
	}
	return entries, index.Replace(path+".new", path)
}

// buildIndex makes a whole index at path.
func buildIndex(ctx context.Context, ledgerPath, path string) (entries int64, err error) {
	if err := index.Remove(path); err != nil { // what an interrupted run left
		return 0, err
	}
	db, err := sqlite.Open(ctx, ledgerPath, sqlite.Full)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	l, err := ledger.Open(ctx, db)
	if err != nil {
		return 0, err
	}
	x, err := index.Open(ctx, path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	if err := catchUp(ctx, l, x); err != nil {
		return 0, err
	}
	return x.Next(ctx)
}
