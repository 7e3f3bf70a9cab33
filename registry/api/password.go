package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/patternbook/patternbook/schema"
)

func (a *API) registerPasswords() {
	tags := []string{"accounts"}
	handle(a, huma.Operation{
		OperationID: "change-password", Method: http.MethodPut, Path: "/v1/accounts/{account}/password", Summary: "Change your password",
		Description: "By the old one and a token. All your other tokens end.", Tags: tags, Security: needsToken, DefaultStatus: http.StatusNoContent,
	}, a.changePassword)
	handle(a, huma.Operation{
		OperationID: "make-recovery-codes", Method: http.MethodPost, Path: "/v1/accounts/{account}/recovery-codes", Summary: "Make recovery codes",
		Description: "Each opens the account once when the password is lost. They take the place of those that there were.", Tags: tags, Security: needsToken,
		Responses: responds[schema.RecoveryCodes](a, 200, "the codes, shown only now", "application/json"),
	}, a.makeRecoveryCodes)
	handle(a, huma.Operation{
		OperationID: "close-account", Method: http.MethodPost, Path: "/v1/accounts/{account}/close", Summary: "Close your account, for good",
		Description: "By its password. Its tokens and keys end; what it has published stays, and nobody else gets its name.", Tags: tags, Security: needsToken, DefaultStatus: http.StatusNoContent,
	}, a.closeAccount)
	handle(a, huma.Operation{
		OperationID: "recover-account", Method: http.MethodPost, Path: "/v1/accounts/{account}/recovery", Summary: "Get into your account when the password is lost",
		Description: "By a recovery code, or by a recovery that one of your keys has signed. All your tokens end.", Tags: tags, Parameters: signs, DefaultStatus: http.StatusNoContent,
	}, a.recoverAccount)
}

func (a *API) changePassword(ctx context.Context, in *struct {
	AccountPath
	Body struct {
		Old string `json:"old" doc:"the password as it is"`
		New string `json:"new" doc:"the password as it shall be: 10 to 1024 bytes"`
	}
}) (*struct{}, error) {
	if err := a.own(ctx, in.AccountPath); err != nil {
		return nil, err
	}
	return nil, a.service.ChangePassword(ctx, by(ctx), in.Body.Old, in.Body.New)
}

func (a *API) closeAccount(ctx context.Context, in *struct {
	AccountPath
	Body struct {
		Password string `json:"password" doc:"the password of the account"`
	}
}) (*struct{}, error) {
	if err := a.own(ctx, in.AccountPath); err != nil {
		return nil, err
	}
	return nil, a.service.CloseAccount(ctx, by(ctx), in.Body.Password)
}

func (a *API) makeRecoveryCodes(ctx context.Context, in *AccountPath) (*huma.StreamResponse, error) {
	if err := a.own(ctx, *in); err != nil {
		return nil, err
	}
	codes, err := a.service.MakeRecoveryCodes(ctx, by(ctx))
	if err != nil {
		return nil, err
	}
	return a.sendReceipt(schema.RecoveryCodes{Codes: codes}, false)
}

func (a *API) recoverAccount(ctx context.Context, in *struct {
	AccountPath
	RequestInput
	Body struct {
		New      string           `json:"new" doc:"the new password: 10 to 1024 bytes"`
		Code     string           `json:"code,omitempty" doc:"one of the recovery codes"`
		Recovery *schema.Recovery `json:"recovery,omitempty" doc:"what a key of the account has signed, as application/vnd.patternbook.recovery+json; the header Patternbook-Signature has the signature"`
	}
}) (*struct{}, error) {
	name, err := schema.ParseName(in.Account)
	if err != nil {
		return nil, err
	}
	if err := a.service.AdmitLogin(name, from(ctx)); err != nil {
		return nil, err
	}
	if in.Body.Recovery == nil {
		return nil, a.service.Recover(ctx, name, in.Body.Code, in.Body.New)
	}
	if in.Body.Recovery.Account != name {
		return nil, &schema.Error{Kind: schema.Invalid, Detail: "the recovery is of another account than the address", At: []schema.Place{{Field: "recovery.account", Detail: in.Body.Recovery.Account.String()}}}
	}
	signature, err := schema.ParseSignature(in.header.Get(signatureHeader))
	if err != nil {
		return nil, err
	}
	return nil, a.service.RecoverByKey(ctx, *in.Body.Recovery, signature, in.Body.New)
}
