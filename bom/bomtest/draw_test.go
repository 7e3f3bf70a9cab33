package bomtest

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/patternbook/patternbook/bom"
	"github.com/patternbook/patternbook/schema"
)

func TestDrawnBOMsAreDocuments(t *testing.T) {
	author, err := schema.ParseName("ada")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, digest, err := schema.Encode(bom.NewDocument(author, Draw(t)))
		if err != nil {
			t.Fatal(err)
		}
		if _, canonical, err := schema.Decode[bom.Document](text); err != nil || schema.DigestOf(canonical) != digest {
			t.Fatalf("it is another after reading: %v", err)
		}
	})
}
