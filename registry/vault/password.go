package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"strings"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// SetPassword gives an account another password, in its encoding, and ends all its
// tokens but keep, which may be "".
func (v *Vault) SetPassword(ctx context.Context, account schema.Name, password, keep string, now time.Time) error {
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error { return setPassword(ctx, tx, account, password, keep, now) }))
}

func setPassword(ctx context.Context, tx *sql.Tx, account schema.Name, password, keep string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET password = ? WHERE name = ?`, password, account.String()); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE tokens SET ended = ? WHERE account = ? AND id <> ? AND ended IS NULL`, timestamp(now), account.String(), keep)
	return err
}

// CloseAccount lets nobody log in to an account any more: its password and codes are
// forgotten and its tokens end. Its name stays taken.
func (v *Vault) CloseAccount(ctx context.Context, account schema.Name, now time.Time) error {
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE account = ?`, account.String()); err != nil {
			return err
		}
		return setPassword(ctx, tx, account, "", "", now)
	}))
}

const recoveryCodes = 8 // of an account at once

// MakeRecoveryCodes makes codes in place of those that the account had.
func (v *Vault) MakeRecoveryCodes(ctx context.Context, account schema.Name) (codes []string, err error) {
	for range recoveryCodes {
		b := make([]byte, 15) // 120 bits
		_, _ = rand.Read(b)   // crypto/rand never fails
		text := tokenText.EncodeToString(b)
		codes = append(codes, strings.Join([]string{text[:6], text[6:12], text[12:18], text[18:]}, "-"))
	}
	err = v.db.Update(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE account = ?`, account.String()); err != nil {
			return err
		}
		for _, code := range codes {
			if _, err := tx.ExecContext(ctx, `INSERT INTO recovery_codes (account, hash) VALUES (?, ?)`, account.String(), codeHash(account, code)); err != nil {
				return err
			}
		}
		return nil
	})
	return codes, sqlite.Explain(err)
}

// codeHash is of the code as people may have written it: in capitals, without hyphens.
func codeHash(account schema.Name, code string) []byte {
	plain := strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
	sum := sha256.Sum256([]byte(account.String() + "\x00" + plain))
	return sum[:]
}

// Recover uses up a code and gives the account another password, in its encoding;
// all its tokens end. It tells whether the code was good.
func (v *Vault) Recover(ctx context.Context, account schema.Name, code, password string, now time.Time) (good bool, err error) {
	err = v.db.Update(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `DELETE FROM recovery_codes WHERE account = ? AND hash = ?`, account.String(), codeHash(account, code))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if good = n > 0; err != nil || !good {
			return err
		}
		return setPassword(ctx, tx, account, password, "", now)
	})
	return good, sqlite.Explain(err)
}
