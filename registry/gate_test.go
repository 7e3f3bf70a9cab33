package registry

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/patternbook/patternbook/schema"
)

func TestGate(t *testing.T) {
	f := open(t)
	var leave []func()
	for range 4 * runtime.GOMAXPROCS(0) {
		l, err := f.Enter(context.Background())
		check(t, err)
		leave = append(leave, l)
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer stop()
	_, err := f.Enter(ctx)
	wantKind(t, "one more than there are places", err, schema.TooMany)
	entered := make(chan func())
	go func() {
		l, err := f.Enter(context.Background())
		if err != nil {
			t.Errorf("one that waits is refused: %v", err)
			l = func() {}
		}
		entered <- l
	}()
	leave[0]()
	(<-entered)()
	for _, l := range leave[1:] {
		l()
	}
	l, err := f.Enter(context.Background())
	check(t, err)
	l()
}
