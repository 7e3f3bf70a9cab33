package artifactstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/patternbook/patternbook/artifacts"
	"github.com/patternbook/patternbook/schema"
)

// A Bare store keeps bytes under a name as plainly as the same place allows: it is
// the bound of a benchmark.
type Bare interface {
	Put(name string, b []byte) error // durable when it returns
	Get(name string, w io.Writer) error
}

// Benchmark puts and gets one artifact of 100 MB, and 1,000 of 10 KB four at a
// time. It does the same with bare in turn, and reports x-bare: the throughput
// against that, measured in the same run. What is got is verified, which bare does
// not do: x-verified is the throughput against bare with SHA-256 behind it.
func Benchmark(b *testing.B, store artifacts.Store, bare Bare) {
	for _, load := range []struct {
		name        string
		files, size int
	}{{"1x100MB", 1, 100_000_000}, {"1000x10KB", 1000, 10_000}} {
		files := make([][]byte, load.files)
		digests := make([]schema.Digest, load.files)
		for i := range files {
			files[i] = Bytes(load.size)
			binary.LittleEndian.PutUint64(files[i], uint64(i))
			digests[i] = schema.DigestOf(files[i])
		}
		each := func(do func(i int) error) func() error {
			return func() error {
				var group errgroup.Group
				group.SetLimit(4)
				for i := range files {
					group.Go(func() error { return do(i) })
				}
				return group.Wait()
			}
		}
		buffers := make(chan []byte, 4)
		for range cap(buffers) {
			buffers <- make([]byte, 64<<10)
		}
		put := func(i int) error {
			return store.Put(b.Context(), digests[i], int64(load.size), bytes.NewReader(files[i]))
		}
		get := func(i int) error {
			o, err := store.Open(b.Context(), digests[i])
			if err != nil {
				return err
			}
			defer func() { _ = o.Close() }()
			buf := <-buffers
			defer func() { buffers <- buf }()
			_, err = io.CopyBuffer(onlyWriter{io.Discard}, o, buf)
			return err
		}
		drop := func(i int) error { return store.Delete(b.Context(), digests[i]) }
		// Under a name of its own each time: to replace a file is other work than to make one.
		round := 0
		name := func(i int) string { return fmt.Sprintf("%s/%d/%d", load.name, round, i) }
		barePut := func(i int) error { return bare.Put(name(i), files[i]) }
		bareGet := func(i int) error { return bare.Get(name(i), onlyWriter{io.Discard}) }
		hashedGet := func(i int) error { return bare.Get(name(i), sha256.New()) }

		bytes := int64(load.files) * int64(load.size)
		b.Run(load.name+"/put", func(b *testing.B) {
			against(b, bytes, each(put), func() error { round++; return each(drop)() }, bound{"x-bare", each(barePut)})
		})
		if err := each(put)(); err != nil {
			b.Fatal(err)
		}
		if err := each(barePut)(); err != nil {
			b.Fatal(err)
		}
		b.Run(load.name+"/get", func(b *testing.B) {
			against(b, bytes, each(get), func() error { return nil }, bound{"x-bare", each(bareGet)}, bound{"x-verified", each(hashedGet)})
		})
	}
}

// onlyWriter keeps io.Copy from a way of the writer's own.
type onlyWriter struct{ io.Writer }

// A bound is what a benchmark is measured against, and the name of the ratio.
type bound struct {
	metric string
	do     func() error
}

// against does it and the bounds in turn and compares their times. before is not
// measured.
func against(b *testing.B, bytes int64, do, before func() error, bounds ...bound) {
	b.SetBytes(bytes)
	timed := func(what func() error) float64 {
		began := time.Now()
		if err := what(); err != nil {
			b.Fatal(err)
		}
		return time.Since(began).Seconds()
	}
	var ours float64 // seconds
	theirs := make([]float64, len(bounds))
	for b.Loop() {
		b.StopTimer()
		if err := before(); err != nil {
			b.Fatal(err)
		}
		for i := range bounds {
			theirs[i] += timed(bounds[i].do)
		}
		b.StartTimer()
		ours += timed(do)
	}
	for i := range bounds {
		b.ReportMetric(theirs[i]/ours, bounds[i].metric)
	}
}
