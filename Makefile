# Two words do everything: `make run` and `make test`. `make help` lists the others.
# Whatever they need is prepared first (deploy/prepare.py); when it is there already this takes milliseconds.

PYTHON ?= python3
PORT ?= 8080
VAR ?= var
NAME ?=
ARGS ?=
SECONDS ?= 600

BIN := .venv/bin
PREPARE := @$(PYTHON) -m deploy.prepare
# The virtual environment's Node comes before the system's.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web

.DEFAULT_GOAL := help
.PHONY: help run test long fuzz soak check format bench docs lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run:  ## start Todoku with demonstration data on http://localhost:8080 (another port: make run PORT=9000)
	$(PREPARE) run
	@exec $(BIN)/todoku serve --demo --port $(PORT) --var $(VAR)

test:  ## every test: client, units, contracts, flows, browsers (some of them: make test ARGS="-k booking")
	$(PREPARE) test
	$(NPM) test
	$(BIN)/python -m tests $(ARGS)

long:  ## the long proofs, and the tests of rules with many more generated examples; takes many minutes
	$(PREPARE) test
	$(BIN)/pytest -m long $(ARGS)
	$(BIN)/pytest -m "not browser and not service and not long" --hypothesis-profile=long $(ARGS)

fuzz:  ## search for inputs that our parsers do not stand (how long: make fuzz SECONDS=2400; one: NAME=rtcp)
	$(PREPARE) fuzz
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(NAME)

soak:  ## 500 calls that come and go in every way, then sessions through the whole program: does anything stay?
	$(PREPARE) soak
	$(BIN)/python -m tests.soak $(ARGS)

check:  ## format, lint, types and import rules, of Python and of the web client
	$(PREPARE) check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run lint

format:  ## put Python and TypeScript files into shape
	$(PREPARE) check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NPM) run format

bench:  ## measure; writes var/bench/NAME.json (one of them: make bench NAME=relay)
	$(PREPARE) bench
	$(BIN)/python -m bench $(NAME)

docs:  ## write what is made from the code: config.toml, docs/CONFIG.md, docs/ERRORS.md, the client's API types
	$(PREPARE) check
	$(BIN)/python -m deploy.reference
	$(NPM) run types

lock:  ## write the lock files anew from pyproject.toml (newest versions: make lock UPGRADE=1)
	$(PREPARE) lock

clean:  ## remove what was built and installed; var/ (data) stays
	rm -rf .venv web/node_modules web/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
