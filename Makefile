# One tag set everywhere: the index needs SQLite's full-text search.
TAGS := sqlite_fts5,sqlite_math_functions
GO := go
export CGO_ENABLED := 1

.PHONY: build demo test race bench fuzz clean

build:
	$(GO) build -tags $(TAGS) -trimpath -o bin/patternbook ./cmd/patternbook

# make demo DEMO_FLAGS=--once runs the journey and ends.
demo: build
	./bin/patternbook demo $(DEMO_FLAGS)

test:
	$(GO) test -tags $(TAGS) ./...

race:
	$(GO) test -race -tags $(TAGS) ./...

bench:
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem ./...

# Feeds every reader of foreign files with made-up ones. Inputs are counted, for go
# test at times takes the end of a duration for a failure of the target;
# make fuzz FUZZTIME=10m goes on for longer.
FUZZTIME := 4000x
fuzz:
	@set -e; for package in $$($(GO) list -tags $(TAGS) ./...); do \
		for target in $$($(GO) test -tags $(TAGS) -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "$$package $$target"; \
			$(GO) test -tags $(TAGS) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$package; \
		done; \
	done

clean:
	rm -rf bin
