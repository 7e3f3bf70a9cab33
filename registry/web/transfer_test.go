package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/patternbook/patternbook/registry"
	"github.com/patternbook/patternbook/schema"
)

func TestMovedPages(t *testing.T) {
	s := newSite(t)
	ctx := context.Background()
	ada, bob := s.account("ada"), s.account("bob")
	s.publish(ada, "lamp", "okh.toml", "okhv = \"OKH-LOSHv1.0\"\nname = \"Lamp\"\nversion = \"1.0.0\"\nlicense = \"CERN-OHL-S-2.0\"\nlicensor = \"Ada\"\nfunction = \"Lights.\"\n")
	s.batch(bob, ada, "lamp", "LOT-1", "L-1", 1)
	d := schema.Transfer{
		Head: schema.Head{Kind: schema.KindTransfer, Author: ada}, State: schema.TransferCompleted, Design: schema.Design{Owner: ada, Name: "lamp"}, To: ada, Name: "light",
	}
	if _, err := s.service.Transfer(ctx, registry.As(ada), d); err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{
		"/ada/lamp": "/ada/light", "/ada/lamp/1.0.0?view=flat": "/ada/light/1.0.0?view=flat", "/ada/lamp/latest": "/ada/light/latest", "/%61da/lamp/1.0.0": "/ada/light/1.0.0",
	} {
		if got := s.get(from, http.StatusMovedPermanently); got != to {
			t.Errorf("%s leads to %s, want %s", from, got, to)
		}
	}
	if got := s.get("/Ada/Lamp", http.StatusFound); got != "/ada/lamp" {
		t.Errorf("/Ada/Lamp leads to %s", got)
	}
	if page := s.get("/ada/light", 200); !strings.Contains(page, "Once called ada/lamp") {
		t.Errorf("the design does not say what it was called:\n%s", page)
	}
	if page := s.get("/ada/light/1.0.0", 200); !strings.Contains(page, "ada/lamp, which the design was called then") || strings.Contains(page, `href="/ada/lamp`) {
		t.Errorf("the version says the wrong names:\n%s", page)
	}
	if page := s.get("/u/bob/L-1", 200); !strings.Contains(page, `href="/ada/light/1.0.0"`) {
		t.Errorf("the unit is not of the present name:\n%s", page)
	}

	last, err := s.service.TransferOfDesign(ctx, d.Design)
	if err != nil {
		t.Fatal(err)
	}
	d.State, d.Design.Name, d.To, d.Name, d.Follows = schema.TransferOffered, "light", bob, "", last.Document
	if _, err := s.service.Transfer(ctx, registry.As(ada), d); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/ada", "/bob", "/ada/light"} {
		if page := s.get(path, 200); !strings.Contains(page, "who has not answered yet") {
			t.Errorf("%s does not tell of the transfer:\n%s", path, page)
		}
	}
}
