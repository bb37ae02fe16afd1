# What a newcomer types. `make` alone lists it. Everything but help and clean sets the machine up first, once.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup ready up demo test check bench cluster gallery format lock clean python

help: ## this list
	@echo "Kaijo: make TARGET [ARGS=...] [PYTHON=python3.11]"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1:\2/p' Makefile | awk -F: '{ printf "  %-8s %s\n", $$1, $$2 }'

setup: python ## install what is missing (system packages, .venv from the hashed lock)
	@$(PYTHON) tools/setup.py

up: ready ## the whole system with virtual cards, on one local page
	@$(BIN)/kaijo up $(ARGS)

demo: ready ## the whole recovery of one test person, unattended
	@$(BIN)/kaijo demo $(ARGS)

test: ready ## every test that this machine can run (with CI=true none may be skipped)
	@$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadgroup $(ARGS)

check: ready ## format, lint, types, imports between rooms, tree, lock, docs and facts in step
	$(BIN)/ruff format --check . || { echo "To mend: make format"; exit 1; }
	$(BIN)/ruff check .
	$(BIN)/mypy $(wildcard bench) src tests tools
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tools.check_tree
	$(BIN)/python -m tools.check_lock
	$(BIN)/python -m tools.check_docs
	$(BIN)/python -m tools.check_facts
	$(BIN)/python -m tools.failure_codes --check
	$(BIN)/python -m tools.make_screens --check

bench: ready ## benchmarks, each with its limit beside it
	@set -e; for file in $(sort $(wildcard bench/[a-z]*.py)); do echo "== $$file"; $(BIN)/python $$file $(ARGS); done

cluster: ready ## etcd, PostgreSQL under Patroni, HAProxy, two services: every part dies under load (root)
	@$(BIN)/python -m tools.cluster $(ARGS)

gallery: ready ## the pictures of every screen anew, taken by the browser's tests
	@$(BIN)/python -m tools.make_gallery

format: ready ## write the format that check asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ready ## resolve requirements/*.txt anew from pyproject.toml
	@$(BIN)/python -m tools.lock
	@$(PYTHON) tools/setup.py

clean: ## remove .venv, caches and builds; cards and data stay
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

ready: python
	@$(PYTHON) tools/setup.py --once

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Kaijo needs Python 3.11 or newer, and '$(PYTHON)' is not that. Install it, then: make PYTHON=python3.11 ..."; exit 1; }
