package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/patternbook/patternbook/schema"
)

// readKeyFile reads a private key that another program has made: Ed25519, as PKCS #8
// in PEM (RFC 8410).
func readKeyFile(path string) (ed25519.PrivateKey, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key that PATTERNBOOK_KEY names: %w", err)
	}
	wrong := &schema.Error{
		Kind: schema.Invalid, Detail: path + ", which PATTERNBOOK_KEY names, holds no signing key",
		Fix: "make one with openssl genpkey -algorithm ed25519",
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, wrong
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		wrong.Err = err
		return nil, wrong
	}
	return key, nil
}
