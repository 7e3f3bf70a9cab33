// Package vault keeps what is no document: passwords, tokens, who has uploaded
// what, and the ledger's signing key. It lies in ledger.db beside the ledger, so
// that one commit holds for both.
//
// Imports schema and sqlite. Start reading at [Vault].
package vault

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

//go:embed migrations
var migrations embed.FS

// A Vault holds the secrets in ledger.db. Its methods may be called at once.
type Vault struct {
	db *sqlite.DB
}

// Open makes the vault's tables in db where they are missing.
func Open(ctx context.Context, db *sqlite.DB) (*Vault, error) {
	if err := db.Migrate(ctx, "vault", migrations); err != nil {
		return nil, err
	}
	return &Vault{db}, nil
}

// LedgerKey gives the ledger's origin and the signer of its checkpoints, made on
// first use. origin names the ledger when it is new; empty gives it a name of its
// own. Another origin than the one that the ledger has is an error of kind
// Conflict: it would be another ledger.
func (v *Vault) LedgerKey(ctx context.Context, origin string) (signer note.Signer, verifier string, err error) {
	err = v.db.Update(ctx, func(tx *sql.Tx) error {
		private, err := secret(ctx, tx, "ledger_private_key")
		if err != nil {
			return err
		}
		if private == "" {
			if private, verifier, err = newLedgerKey(ctx, tx, origin); err != nil {
				return err
			}
		} else if verifier, err = secret(ctx, tx, "ledger_verifier_key"); err != nil {
			return err
		}
		signer, err = note.NewSigner(private)
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("the ledger's key: %w", err)
	}
	if origin != "" && origin != signer.Name() {
		return nil, "", &schema.Error{
			Kind: schema.Conflict, Detail: fmt.Sprintf("this ledger's origin is %s, not %s", signer.Name(), origin),
			Fix: "leave the origin out; it never changes, while addresses may",
		}
	}
	return signer, verifier, nil
}

func secret(ctx context.Context, tx *sql.Tx, name string) (value string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT value FROM secrets WHERE name = ?`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

func newLedgerKey(ctx context.Context, tx *sql.Tx, origin string) (private, verifier string, err error) {
	if origin == "" {
		origin = "patternbook.invalid/" + randomHex(8)
	}
	private, verifier, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES ('ledger_private_key', ?), ('ledger_verifier_key', ?)`, private, verifier)
	return private, verifier, err
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // crypto/rand never fails; it ends the program instead
	return hex.EncodeToString(b)
}

func timestamp(t time.Time) string { return schema.TimeOf(t).String() }
