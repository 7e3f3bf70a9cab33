package index

import (
	"context"

	"github.com/patternbook/patternbook/registry/ledger"
	"github.com/patternbook/patternbook/schema"
)

func (t *Tx) applyAccount(ctx context.Context, r ledger.Record, a schema.Account) error {
	return t.exec(ctx, `
		INSERT INTO accounts (name, type, display_name, about, document) VALUES (?1, ?2, ?3, ?4, ?5)
		ON CONFLICT (name) DO UPDATE SET type = ?2, display_name = ?3, about = ?4, document = ?5`,
		a.Account.String(), a.Type, a.DisplayName, a.About, r.Entry.Document.String())
}

// Account gives the account that has acted in public under that name, or an
// error of kind NotFound.
func (v View) Account(ctx context.Context, name schema.Name) (schema.AccountAnswer, error) {
	a := schema.AccountAnswer{Account: name}
	var document string
	err := v.q.QueryRowContext(ctx, `SELECT type, display_name, about, document FROM accounts WHERE name = ?`, name.String()).
		Scan(&a.Type, &a.DisplayName, &a.About, &document)
	if err != nil {
		return schema.AccountAnswer{}, notFound(err, "there is no account %s that has published anything", name)
	}
	a.Document, err = schema.ParseDigest(document)
	return a, err
}
