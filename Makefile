# Everything that is done with this tree, by name. make help lists it.

GO    ?= go
ADDR  ?= localhost:8080
DIR   ?= bin/screenshots
TOOL   = $(GO) tool -modfile=tools/go.mod

.DEFAULT_GOAL = help
.PHONY: help run build test check lint vuln fuzz bench lighthouse screenshots golden clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build the sample portal and serve it at http://localhost:8080
	bin/generator serve --content content --out public --addr $(ADDR)

build: ## compile the program to bin/
	$(GO) build -o bin/ ./generator

test: ## run all tests; installs what they need, or says what is missing
	@sh tools/install.sh
	$(GO) test -race -timeout 20m ./...

check: lint test ## what a change has to pass: lint, then test

lint: ## look for mistakes without running anything
	$(GO) vet ./...
	$(TOOL) golangci-lint run ./...

vuln: ## ask the Go vulnerability database about the dependencies (needs the network)
	$(TOOL) govulncheck ./...

fuzz: ## fuzz each parser for ten seconds
	@tools/fuzz.sh $(GO) 10s

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

lighthouse: build ## audit five pages of the built site with Lighthouse
	@sh tools/install.sh lighthouse
	node tools/lighthouse.mjs bin/generator

screenshots: ## take a picture of each kind of page, in DIR=bin/screenshots
	@sh tools/install.sh
	$(GO) test ./generator -count=1 -run 'TestScreenshots' -screenshots "$(abspath $(DIR))"

golden: ## renew the golden files after a change that is meant
	$(GO) test ./generator -count=1 -run 'TestGoldenPages' -update

clean: ## remove what was built
	rm -rf bin public/* tools/node_modules
