# `make` alone lists what there is. Nothing needs installing first but make, git and Python 3.11+
# with its venv module.

PYTHON ?= python3
VENV ?= .venv
PY := $(VENV)/bin/python
# More words for the command behind a target: make test ARGS="-k inbound -x"
ARGS ?=

# Tests of real processes wait a lot; each runs alone, and beside them only what can make way.
OF_PROCESSES := tests/browser tests/cluster tests/faults tests/workers
AT_ONCE := -n 2 --dist loadfile $(addprefix --ignore=,$(OF_PROCESSES))
# On PostgreSQL, by this Python, run once more those tests of the database that go deepest into it.
# `make test ON_SQLITE_ONLY=` runs them all there, which takes half as long again.
PY_POSTGRES ?= $(PY)
ON_SQLITE_ONLY := $(addprefix tests/,ai channel_configs consent evaluation identity media rfc web webhooks)

TEMPLATES := $(wildcard templates */templates)

# Each stamp is younger than pyproject.toml as long as the environment is up to date.
BASE_STAMP := $(VENV)/.stamp-base
RUN_STAMP := $(VENV)/.stamp-run
DEV_STAMP := $(VENV)/.stamp-dev
DOCS_STAMP := $(VENV)/.stamp-docs
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test setup check lint types format bench soak docs wheel

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUN_STAMP) ## Start the site with its demo on http://127.0.0.1:8000
	@exec $(PY) manage.py up --demo $(ARGS)

test: $(DEV_STAMP) ## Run the tests on SQLite, then what is deepest in the database on PostgreSQL
	$(PY) -m pytest $(AT_ONCE) $(ARGS) || test $$? -eq 5
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 test-processes test-postgres

# Parts of `make test`.
.PHONY: test-processes test-postgres
test-processes: $(DEV_STAMP)
	$(PY) -m pytest $(OF_PROCESSES) $(ARGS) || test $$? -eq 5

test-postgres: $(DEV_STAMP)
	@if $(PY) -m tests.plugins.services postgres; then \
		echo "Once more on PostgreSQL, what touches the database:"; \
		ROOMKIT_TEST_DATABASE=postgres nice $(PY_POSTGRES) -m pytest $(AT_ONCE) -m database \
			$(addprefix --ignore=,$(ON_SQLITE_ONLY)) $(ARGS) || test $$? -eq 5; \
	else \
		echo "Not run: the tests of the database on PostgreSQL."; test -z "$$CI"; \
	fi

setup: $(DEV_STAMP) ## Install everything a developer needs, and the commit hooks
	@if [ -d .git ]; then $(PY) -m pre_commit install; fi

check: lint types ## Everything that reads the code without running it

lint: $(DEV_STAMP) ## Style, import layers, spelling, templates, missing migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/codespell
	$(if $(TEMPLATES),$(VENV)/bin/djhtml --tabwidth 2 --check $(TEMPLATES))
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run

types: $(DEV_STAMP) ## Check the types, strictly
	$(PY) -m mypy

format: $(DEV_STAMP) ## Put code and templates into shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(if $(TEMPLATES),$(VENV)/bin/djhtml --tabwidth 2 $(TEMPLATES))

bench: $(DEV_STAMP) ## Measure the pipeline on this machine
	$(PY) -m bench $(ARGS)

soak: $(DEV_STAMP) ## Kill processes at work for some minutes, and count what was lost
	$(PY) -m tests.faults.soak $(ARGS)

docs: $(DOCS_STAMP) ## Build the documentation into site/, refusing broken links
	$(PY) -m mkdocs build --strict

wheel: $(DEV_STAMP) ## Build the wheel into dist/
	rm -rf dist
	$(PY) -m build --wheel

$(BASE_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is not."; \
		echo "Name another one: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(RUN_STAMP): pyproject.toml | $(BASE_STAMP)
	@echo "Installing what the site needs; this takes about a minute."
	$(PIP_INSTALL) --editable '.[project]'
	@touch $@

$(DEV_STAMP): pyproject.toml | $(BASE_STAMP)
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $@ $(RUN_STAMP)

$(DOCS_STAMP): pyproject.toml | $(BASE_STAMP)
	$(PIP_INSTALL) --editable '.[docs]'
	@touch $@
