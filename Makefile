# Everything that is done with this tree, by name. make help lists it.

GO    ?= go
ADDR  ?= localhost:8080
DIR   ?= bin/screenshots
TOOL   = $(GO) tool -modfile=tools/go.mod

# What make bench measures, and its peers: of Hugo the newest that Go 1.26 compiles.
MANUALS     ?= 10000
BENCH_SIZES ?= 1000
BENCH_DIR   ?= bin/bench
BENCH_FLAGS ?=
REVISIONS_MANUALS ?= 1000
REVISIONS_FLAGS   ?=
IMPORT_SIZES      ?= 1000,10000
STRUCTURE_MANUALS ?= 125000
STRUCTURE_FLAGS   ?=
ANSWERS_FLAGS     ?=
SOAK_FLAGS        ?=
SYNC_FLAGS        ?=
HUGO        ?= v0.165.0
PAGEFIND    ?= 1.6.0

.DEFAULT_GOAL = help
.PHONY: help run serve build office cross test soak check lint vuln fuzz bench bench-revisions bench-structure bench-visits bench-import bench-answers bench-satisfaction bench-summary bench-sync bench-go bench-peers lighthouse screenshots golden clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## try everything: public site on http://localhost:8080, back office on :8081, sample sign-in on :8082
	bin/syncd demo --content content

serve: build ## for authors: build the sample portal, serve it at http://localhost:8080, build again on every change
	bin/generator serve --content content --out public --addr $(ADDR)

build: ## compile both programs to bin/
	$(GO) build -o bin/ ./generator ./syncd

office: ## one archive for each kind of machine of an office (Windows, Linux, small ARM boxes, Apple), in bin/office
	$(GO) run ./dist

cross: ## compile both programs for those machines, and leave nothing
	$(GO) run ./dist -check

test: ## run all tests; installs what they need, or says what is missing
	@sh tools/install.sh
	@sh tools/test.sh $(GO)

soak: ## live through histories of offices and the centre until stopped; SOAK_FLAGS="-histories 10000" lives so many, "-seed 7" that one
	$(GO) test ./syncd/internal/simulator -count=1 -timeout 0 -run TestWhateverHappens -soak -histories 0 $(SOAK_FLAGS)

check: lint cross test ## what a change has to pass: lint, compile for each machine, then test

lint: ## look for mistakes without running anything
	$(GO) vet ./...
	$(TOOL) golangci-lint run ./...

vuln: ## ask the Go vulnerability database about the dependencies (needs the network)
	$(TOOL) govulncheck ./...

fuzz: ## fuzz each parser for ten seconds
	@tools/fuzz.sh $(GO) 10s

bench: build ## measure builds of MANUALS=10000 manuals and revisions against limits and peers; writes doc/benchmarks*.md
	$(GO) run ./bench -manuals $(MANUALS) -sizes "$(BENCH_SIZES)" -dir "$(BENCH_DIR)" $(BENCH_FLAGS)
	$(GO) run ./bench/revisions -manuals $(REVISIONS_MANUALS) $(REVISIONS_FLAGS)

bench-revisions: build ## measure revising in a repository of REVISIONS_MANUALS=1000; writes doc/benchmarks-revisions.md
	$(GO) run ./bench/revisions -manuals $(REVISIONS_MANUALS) $(REVISIONS_FLAGS)

bench-structure: build ## measure the pages of agencies and points in a portal of STRUCTURE_MANUALS=125000; writes doc/benchmarks-structure.md
	$(GO) run ./bench/structure -manuals $(STRUCTURE_MANUALS) $(STRUCTURE_FLAGS)

bench-visits: build ## measure 1,000 signed-in page views a second of a demonstration
	$(GO) run ./bench/visits

bench-import: build ## measure importing tables of IMPORT_SIZES=1000,10000 manuals; writes doc/benchmarks-import.md
	$(GO) run ./bench/import -sizes "$(IMPORT_SIZES)"
bench-answers: build ## measure answers to surveys over 1,000 websockets, and 10,000 that listen; writes doc/benchmarks-answers.md
	$(GO) run ./bench/answers -out doc/benchmarks-answers.md $(ANSWERS_FLAGS)

bench-satisfaction: build ## measure the report of satisfaction and its exports with a million answers; writes doc/benchmarks-satisfaction.md
	$(GO) run ./bench/satisfaction -out doc/benchmarks-satisfaction.md

bench-summary: build ## measure the summary report and its exports with three million licence reports on SQLite and PostgreSQL; writes doc/benchmarks-summary.md
	$(GO) run ./bench/summary -out doc/benchmarks-summary.md
	$(GO) test ./bench/summary -run '^$$' -bench PostgreSQL -benchtime 1x -timeout 60m -million -out "$(abspath doc/benchmarks-summary.md)"
	@printf '\n## What a page asks of the database, on both\n\nBy the Go benchmark BenchmarkSummary, in process, with 2,000 agencies and 3,000,000 reports.\n\n```\n' >> doc/benchmarks-summary.md
	$(GO) test ./syncd/internal/sqlstore -run '^$$' -bench 'Summary$$' -benchtime 10x -summaries 3000000 -timeout 30m | grep -o 'Benchmark.*ns/op\|counted for.*' >> doc/benchmarks-summary.md
	@printf '```\n' >> doc/benchmarks-summary.md

bench-sync: build ## measure 800 offices that come at once with 200 operations each, and page views meanwhile; writes doc/benchmarks-sync.md
	$(GO) run ./bench/sync -out doc/benchmarks-sync.md $(SYNC_FLAGS)

bench-peers: ## install the peers of make bench, Hugo and Pagefind, into bin/peers (needs the network)
	GOBIN="$(abspath bin/peers)" $(GO) install github.com/gohugoio/hugo@$(HUGO)
	npm install --prefix bin/peers --loglevel=error --ignore-scripts --no-save --no-audit --no-fund pagefind@$(PAGEFIND)

bench-go: build ## run the Go benchmarks of the inner loops
	$(GO) test -run '^$$' -bench . -benchmem ./...

lighthouse: build ## audit five pages of the built site with Lighthouse
	@sh tools/install.sh lighthouse
	node tools/lighthouse.mjs bin/generator

screenshots: ## take a picture of each kind of page, in DIR=bin/screenshots
	@sh tools/install.sh
	$(GO) test ./generator -count=1 -run 'TestScreenshots' -screenshots "$(abspath $(DIR))"

golden: ## renew the golden files after a change that is meant
	$(GO) test ./generator -count=1 -run 'TestGoldenPages' -update
	$(GO) test ./internal/poster -count=1 -run 'TestAScanner' -update

clean: ## remove what was built
	rm -rf bin public/* tools/node_modules
