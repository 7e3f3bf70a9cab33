package main

import (
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/patternbook/patternbook/client"
)

// progress gives a bar for a transfer, nil where standard error is no terminal.
func (a *app) progress(what string) client.Progress {
	if !onTerminal(a.err) || a.json {
		return nil
	}
	return &bar{app: a, what: what}
}

// A bar shows a transfer on the terminal.
type bar struct {
	app  *app
	what string

	mu   sync.Mutex
	pool *mpb.Progress
	bar  *mpb.Bar
}

// Start implements client.Progress.
func (b *bar) Start(files int, bytes int64) {
	if files == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pool = mpb.New(mpb.WithOutput(b.app.err), mpb.WithWidth(40))
	b.bar = b.pool.AddBar(bytes,
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(b.what+" "), decor.CountersKibiByte("% .1f / % .1f")),
		mpb.AppendDecorators(decor.AverageSpeed(decor.SizeB1024(0), "% .1f "), decor.AverageETA(decor.ET_STYLE_GO)),
	)
}

// Add implements client.Progress.
func (b *bar) Add(bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil {
		b.bar.IncrInt64(bytes)
	}
}

// Done implements client.Progress.
func (b *bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.bar != nil {
		b.bar.Abort(true)
		b.pool.Wait()
	}
}
