# The verbs of the project. `make run` and `make test` install what they need.

DB ?= fixbook.db
LISTEN ?= 127.0.0.1:8080
# More flags for `fixbook serve`, as in: make run ARGS='--public-url https://fixbook.example'
ARGS ?=
# More flags for the benchmark, as in: make bench BENCH='--quick --only pages'
BENCH ?=
# More words for pytest, as in: make test PYTEST='-k diagnose'
PYTEST ?=

# Kills in `make soak`, and how much more fuzzing than in `make test`.
ROUNDS ?= 50
FUZZ ?= 100

SWIFT := swift
# On a terminal the build shows its progress; elsewhere only what went wrong.
QUIET := $(if $(MAKE_TERMOUT),,-q)
# With the Swift library inside where the toolchain has it so: it starts sooner and needs less memory.
STATIC := $(if $(wildcard $(dir $(shell command -v $(SWIFT)))../lib/swift_static),--static-swift-stdlib)
RELEASE := build $(QUIET) -c release $(STATIC) --product fixbook
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-swift test-end-to-end lint format release bench bench-writes soak setup setup-test clean

help: ## Say what the verbs do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup ## Build and serve: DB=fixbook.db LISTEN=127.0.0.1:8080 ARGS=...
	@$(SWIFT) $(RELEASE)
	@exec .build/release/fixbook serve --db "$(DB)" --listen "$(LISTEN)" $(ARGS)

test: setup-test lint test-swift test-end-to-end ## Run every test: PYTEST='-k words' narrows the end-to-end ones

test-swift: setup
	@$(SWIFT) build $(QUIET) --build-tests
	@$(SWIFT) test -q --skip-build --disable-xctest

test-end-to-end: setup-test
	@$(SWIFT) build $(QUIET) --product fixbook
	@FIXBOOK_BIN="$${FIXBOOK_BIN:-.build/debug/fixbook}" .venv/bin/python -m pytest Tests/EndToEnd $(PYTEST)

lint: ## Check the format of the Swift sources
	@$(SWIFT) format lint --strict -r -p Package.swift Sources Tests

format: ## Bring the Swift sources into that format
	@$(SWIFT) format -i -r -p Package.swift Sources Tests

release: setup ## Build one binary with the Swift library inside: .build/fixbook
	@$(SWIFT) build $(QUIET) -c release --static-swift-stdlib --product fixbook
	@install -s .build/release/fixbook .build/fixbook
	@ls -l .build/fixbook

bench: setup ## Measure beside nginx and bare SQLite: BENCH='--quick', '--issues 100000'
	@tools/setup bench
	@$(SWIFT) $(RELEASE)
	@FIXBOOK_BIN=.build/release/fixbook python3 tools/bench $(BENCH)
	@$(if $(findstring --only,$(BENCH)),,.build/release/fixbook bench --simulate)

bench-writes: setup-test ## Time durable writes beside bare SQLite, and with slow flushes
	@$(SWIFT) $(RELEASE)
	@FIXBOOK_BIN=.build/release/fixbook .venv/bin/python tools/bench-writes.py

soak: setup-test ## Keep a server busy and watch its memory; fuzz it; kill it often; ask it everything: DURATION=60 ROUNDS=50 FUZZ=100
	@$(SWIFT) build $(QUIET) --build-tests
	@FIXBOOK_FUZZ=$(FUZZ) $(SWIFT) test -q --skip-build --disable-xctest --filter FuzzTests
	@$(SWIFT) $(RELEASE)
	@FIXBOOK_BIN=.build/release/fixbook .venv/bin/python tools/soak.py $(DURATION)
	@FIXBOOK_BIN=.build/release/fixbook FIXBOOK_LONG=1 FIXBOOK_ROUNDS=$(ROUNDS) \
		.venv/bin/python -m pytest Tests/EndToEnd/test_durability.py Tests/EndToEnd/test_tough.py \
		Tests/EndToEnd/test_schemathesis.py -n 0 -s -o timeout=900

setup: ## Install what building needs
	@tools/setup build

setup-test: ## Install what testing needs
	@tools/setup test

clean: ## Remove everything built
	@rm -rf .build .venv Tests/EndToEnd/.pytest_cache Tests/EndToEnd/__pycache__
