package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func newDemoApp(out io.Writer) *app {
	return &app{in: strings.NewReader(""), out: out, err: io.Discard, env: func(name string) string {
		if name == "PATTERNBOOK_LISTEN" {
			return "127.0.0.1:0"
		}
		return ""
	}}
}

// TestTour runs the demo and finds each line of the README's tour in what it
// printed, in that order.
func TestTour(t *testing.T) {
	var out bytes.Buffer
	if status := newDemoApp(&out).run(context.Background(), []string{"demo", "--once"}); status != exitDone {
		t.Fatalf("exit status %d\n%s", status, out.String())
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, found := strings.Cut(string(readme), "```console\n")
	tour, _, closed := strings.Cut(tour, "```")
	if !found || !closed {
		t.Fatal("the README has no tour")
	}
	printed := strings.Split(out.String(), "\n")
	for line := range strings.Lines(tour) {
		line = strings.TrimSuffix(line, "\n")
		at := slices.Index(printed, line)
		if at < 0 {
			t.Fatalf("the demo does not print this line of the README, or not in this place:\n%s\nit goes on with\n%s", line, strings.Join(printed, "\n"))
		}
		printed = printed[at+1:]
	}
}

// until is a writer that calls do once it has been written a text.
type until struct {
	bytes.Buffer
	text string
	do   func()
}

// Write implements io.Writer.
func (u *until) Write(b []byte) (int, error) {
	n, err := u.Buffer.Write(b)
	if u.do != nil && strings.Contains(u.String(), u.text) {
		u.do()
		u.do = nil
	}
	return n, err
}

// TestDemoEndsCleanly interrupts the demo while it stays up, and in the midst of
// the journey.
func TestDemoEndsCleanly(t *testing.T) {
	for _, text := range []string{"stays up at http://", "publish led-head"} {
		ctx, interrupt := context.WithTimeout(context.Background(), time.Minute)
		out := &until{text: text, do: interrupt}
		if status := newDemoApp(out).run(ctx, []string{"demo"}); status != exitDone {
			t.Errorf("interrupted at %q: exit status %d\n%s", text, status, out.String())
		}
		if !strings.Contains(out.String(), text) {
			t.Errorf("the demo never came to %q\n%s", text, out.String())
		}
		interrupt()
	}
}
