# The commands of README.md. Each does all of its own set-up and is quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Dozens of processes are started by the tests: without this, each compiles all modules again where
# the environment says that Python writes no bytecode.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup distributed demo demo-ui test test-all test-sites any-request faults check format types lint reference bench bench-quick clean

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml scripts/setup.sh $(wildcard tests/difficulties/npm/*)
	sh scripts/setup.sh "$(PYTHON)" "$(VENV)"
	touch $(READY)

setup: $(READY) ## Virtual environment, pinned dependencies, browser
	$(BIN)/skyvern-dagster browser --install

demo: setup ## Retrieve invoices from the embedded shop, end to end
	$(BIN)/skyvern-dagster demo

demo-ui: setup ## The same, then leave everything up with Dagster's UI
	$(BIN)/skyvern-dagster demo --ui

distributed: ## PostgreSQL and Redis for the tests that are marked so, where they can be installed
	@sh deploy/celery/install.sh || echo "tests marked distributed will be skipped: PostgreSQL or Redis is missing" >&2

# Three on two cores, since tests wait for pages and processes, too.
test: setup distributed ## The tests
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not long"

test-all: setup distributed ## Also the long ones, which are further cases of the same kinds
	SEMANTICS_EXAMPLES=30 $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-sites: setup ## The invoice workflow at real products (SITES_SCRIPTS: see docs/sites.md)
	$(BIN)/python -m benchmarks.sites

any-request: setup ## At least 5,000 requests, of whatever form, to every route of the API
	API_EXAMPLES=90 $(BIN)/python -m pytest tests/api/test_any_request.py

lint: $(READY) ## Format and lint, without changing anything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY) ## Types
	$(BIN)/mypy

check: lint types ## Everything but the tests

format: $(READY) ## Format and fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(READY) ## Write docs/reference from docstrings and models
	$(BIN)/python scripts/reference.py

bench: setup ## Speed as ratios to named rivals, into docs/benchmarks.md
	$(BIN)/python -m benchmarks --write

bench-quick: setup ## The same in two minutes, printed only
	$(BIN)/python -m benchmarks --quick

faults: setup ## Kill, fill and stop things in the middle of 60 invoice runs; docs/reliability.md
	$(BIN)/python -m benchmarks.faults --runs 60 --write

clean: ## Remove what set-up and runs have made here
	rm -rf $(VENV) .skyvern
