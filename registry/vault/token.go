package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"time"

	"github.com/patternbook/patternbook/registry/sqlite"
	"github.com/patternbook/patternbook/schema"
)

// A Token stands for an account. Its secret is shown once, when it is made.
type Token struct {
	ID      string
	Account schema.Name
	Made    schema.Time
}

// TokenPrefix begins every token's secret, so that scanners of leaked secrets
// know one.
const TokenPrefix = "pbk_"

var tokenText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newSecret makes a token's text: the prefix, 160 random bits and a CRC-32 of
// both in base32. The checksum lets a scanner tell a token from a look-alike
// without asking.
func newSecret() string {
	random := make([]byte, 20)
	_, _ = rand.Read(random) // crypto/rand never fails
	body := TokenPrefix + tokenText.EncodeToString(random)
	return body + checksum(body)
}

func checksum(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	return tokenText.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
}

// wellFormed tells whether a text can be a token at all.
func wellFormed(secret string) bool {
	const sumLength = 7 // 4 bytes in base32
	cut := len(secret) - sumLength
	return cut > len(TokenPrefix) && strings.HasPrefix(secret, TokenPrefix) && checksum(secret[:cut]) == secret[cut:]
}

// MakeToken makes a token for the account and gives its secret.
func (v *Vault) MakeToken(ctx context.Context, account schema.Name, now time.Time) (secret string, t Token, err error) {
	secret = newSecret()
	hash := sha256.Sum256([]byte(secret))
	t = Token{ID: randomHex(8), Account: account, Made: schema.TimeOf(now)}
	err = v.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO tokens (id, account, hash, made) VALUES (?, ?, ?, ?)`, t.ID, account.String(), hash[:], t.Made.String())
		return err
	})
	return secret, t, sqlite.Explain(err)
}

// FindToken gives the token whose secret this is, or an error of kind
// Unauthenticated. It looks up a hash, so its time tells nothing of the secret.
func (v *Vault) FindToken(ctx context.Context, secret string) (Token, error) {
	unknown := &schema.Error{Kind: schema.Unauthenticated, Detail: "this token is not known, or was revoked", Fix: "log in again: patternbook login"}
	if !wellFormed(secret) {
		return Token{}, unknown
	}
	hash := sha256.Sum256([]byte(secret))
	t, err := scanToken(v.db.Read.QueryRowContext(ctx, `SELECT id, account, made FROM tokens WHERE hash = ? AND ended IS NULL`, hash[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, unknown
	}
	return t, err
}

func scanToken(row *sql.Row) (t Token, err error) {
	var account, made string
	if err := row.Scan(&t.ID, &account, &made); err != nil {
		return Token{}, err
	}
	if t.Account, err = schema.ParseName(account); err != nil {
		return Token{}, err
	}
	t.Made, err = schema.ParseTime(made)
	return t, err
}

// Token gives the account's token with that id, or an error of kind NotFound.
func (v *Vault) Token(ctx context.Context, account schema.Name, id string) (Token, error) {
	t, err := scanToken(v.db.Read.QueryRowContext(ctx, `SELECT id, account, made FROM tokens WHERE id = ? AND account = ? AND ended IS NULL`, id, account.String()))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s has no token %q", account, id)}
	}
	return t, err
}

// RevokeToken ends the account's token with that id, at once.
func (v *Vault) RevokeToken(ctx context.Context, account schema.Name, id string, now time.Time) error {
	if _, err := v.Token(ctx, account, id); err != nil {
		return err
	}
	return sqlite.Explain(v.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE tokens SET ended = ? WHERE id = ? AND account = ?`, timestamp(now), id, account.String())
		return err
	}))
}
