package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
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
	schema.TokenRequest
	Made schema.Time
	Used schema.Time // to the hour
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
func (v *Vault) MakeToken(ctx context.Context, account schema.Name, q schema.TokenRequest, now time.Time) (secret string, t Token, err error) {
	secret = newSecret()
	hash := sha256.Sum256([]byte(secret))
	t = Token{ID: randomHex(8), Account: account, TokenRequest: q, Made: schema.TimeOf(now)}
	granted, err := json.Marshal(t.Grant)
	if err != nil {
		return "", Token{}, err
	}
	err = v.db.Update(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO tokens (id, account, hash, made, label, granted, ends) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			t.ID, account.String(), hash[:], t.Made.String(), t.Label, string(granted), t.Ends.String())
		return err
	})
	return secret, t, sqlite.Explain(err)
}

const selectTokens = `SELECT id, account, made, label, granted, ends, used FROM tokens ` // #nosec G101 -- no secret is in it

// FindToken gives the token whose secret this is, or an error of kind
// Unauthenticated. It looks up a hash, so its time tells nothing of the secret.
func (v *Vault) FindToken(ctx context.Context, secret string, now time.Time) (Token, error) {
	unknown := &schema.Error{Kind: schema.Unauthenticated, Detail: "this token is not known, or was revoked", Fix: "log in again: patternbook login"}
	if !wellFormed(secret) {
		return Token{}, unknown
	}
	hash := sha256.Sum256([]byte(secret))
	t, err := scanToken(v.db.Read.QueryRowContext(ctx, selectTokens+`WHERE hash = ? AND ended IS NULL`, hash[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, unknown
	}
	if err != nil {
		return Token{}, err
	}
	if !t.Ends.IsZero() && !schema.TimeOf(now).Before(t.Ends) {
		return Token{}, &schema.Error{Kind: schema.Unauthenticated, Detail: "this token was good until " + t.Ends.String(), Fix: "make another: patternbook token create"}
	}
	hour := schema.TimeOf(now.Truncate(time.Hour))
	if t.Used.Before(hour) {
		t.Used = hour
		// Where it cannot be noted the token is as good.
		_ = v.db.Update(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE tokens SET used = ? WHERE id = ?`, hour.String(), t.ID)
			return err
		})
	}
	return t, nil
}

// scanToken reads a row of selectTokens.
func scanToken(row interface{ Scan(...any) error }) (t Token, err error) {
	var account, made, granted, ends, used string
	if err := row.Scan(&t.ID, &account, &made, &t.Label, &granted, &ends, &used); err != nil {
		return Token{}, err
	}
	if t.Account, err = schema.ParseName(account); err != nil {
		return Token{}, err
	}
	if err := json.Unmarshal([]byte(granted), &t.Grant); err != nil {
		return Token{}, fmt.Errorf("read what the token %s may do: %w", t.ID, err)
	}
	return t, errors.Join(t.Made.UnmarshalText([]byte(made)), t.Ends.UnmarshalText([]byte(ends)), t.Used.UnmarshalText([]byte(used)))
}

// Token gives the account's token with that id, or an error of kind NotFound.
func (v *Vault) Token(ctx context.Context, account schema.Name, id string) (Token, error) {
	t, err := scanToken(v.db.Read.QueryRowContext(ctx, selectTokens+`WHERE id = ? AND account = ? AND ended IS NULL`, id, account.String()))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, &schema.Error{Kind: schema.NotFound, Detail: fmt.Sprintf("%s has no token %s", account, schema.Quote(id))}
	}
	return t, err
}

// Tokens gives at most limit tokens of an account that were not revoked, the latest
// first, from the one after the token with the id after on.
func (v *Vault) Tokens(ctx context.Context, account schema.Name, after string, limit int) (list []Token, err error) {
	rows, err := v.db.Read.QueryContext(ctx, selectTokens+`
		WHERE account = ?1 AND ended IS NULL AND (?2 = '' OR rowid < (SELECT rowid FROM tokens WHERE id = ?2 AND account = ?1))
		ORDER BY rowid DESC LIMIT ?3`, account.String(), after, limit)
	if err != nil {
		return nil, err
	}
	err = sqlite.Each(rows, func() error {
		t, err := scanToken(rows)
		list = append(list, t)
		return err
	})
	return list, err
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
