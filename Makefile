# One tag set everywhere: the index needs SQLite's full-text search.
TAGS := sqlite_fts5,sqlite_math_functions
GO := go
export CGO_ENABLED := 1

.PHONY: build demo test race bench fuzz gosec vuln clean

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

# Looks for careless code. Left out are rules that do not fit a command which reads
# and writes the files that its user names, for others to read.
TOOLS := $(CURDIR)/.tools/bin
gosec:
	@test -x $(TOOLS)/gosec || GOBIN=$(TOOLS) $(GO) install github.com/securego/gosec/v2/cmd/gosec@v2.30.0
	$(TOOLS)/gosec -quiet -tags $(TAGS) -exclude=G104,G115,G204,G301,G302,G304,G306,G703 ./...

# Looks for known faults of the libraries, in a database on the Internet.
vuln:
	@test -x $(TOOLS)/govulncheck || GOBIN=$(TOOLS) $(GO) install golang.org/x/vuln/cmd/govulncheck@latest
	$(TOOLS)/govulncheck -tags $(TAGS) ./...

clean:
	rm -rf bin
