# `make run` and `make test` are all a newcomer needs; both work from a fresh clone with nothing but Python 3.11 or newer.
PYTHON ?= python3
PORT ?= 8000
DATA ?= .data
BIN := .venv/bin
export PORT DATA
# Where this is set, every start would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

run: .venv/.runtime assets
	@exec $(BIN)/python -m backend run

test: .venv/.tests assets
	@$(BIN)/python pwa/npm.py install tests
	@$(BIN)/python -m tests.browsers
	@$(BIN)/python -m pytest -n 2 --dist loadfile --ignore=tests/engines $(TESTS)

# The main journeys in Firefox and in WebKit too, from Debian where we are root: beside the suite, for installing them takes
# as long as running them.
engines: .venv/.tests assets
	@$(BIN)/python -m tests.browsers engines
	@$(BIN)/python -m pytest tests/engines

bench: .venv/.tests assets
	@$(BIN)/python -m tests.bench.pages

# Every page in every mode as a picture in .gallery/, for a person to look through.
screenshots: .venv/.tests assets
	@$(BIN)/python -m tests.browsers
	@$(BIN)/python -m tests.gallery $(PAGES)

# What Lighthouse says of the pages people meet most: a table, and .lighthouse.json. On a quiet machine, a quarter of an hour.
lighthouse: .venv/.tests assets
	@$(BIN)/python -m tests.browsers
	@$(BIN)/python -m tests.lighthouse $(RUNS)

check: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m backend pack check backend/packs/haikou

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard i18n/*/LC_MESSAGES/suishouban.po))
assets: .venv/.runtime $(CATALOGUES)
	@$(BIN)/python pwa/npm.py build

%.mo: %.po | .venv/.runtime
	@$(BIN)/pybabel -q compile -i $< -o $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "随手办 needs Python 3.11 or newer: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv

# uv is quicker where it happens to be installed; nothing needs it.
INSTALL = $(if $(shell command -v uv),uv pip install --python $(BIN)/python,$(BIN)/python -m pip install --disable-pip-version-check) -q

.venv/.runtime: requirements.lock | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tests: requirements-test.lock .venv/.runtime
	$(INSTALL) --require-hashes -r requirements-test.lock
	@touch $@

# Bring the catalogues of all languages up to date with every marked sentence.
messages: .venv/.tests
	$(BIN)/python -m i18n.messages

# Pin everything anew. No address of a package index may stand in these files. python-dateutil, which cron times need, stays
# at 2.9 as long as the tests' S3 server (moto, botocore) does not know 4.
LOCK = $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url
lock: .venv/bin/python
	@test -x $(BIN)/uv || $(BIN)/python -m pip install -q uv
	printf 'setuptools>=70\npython-dateutil<3\n' | $(LOCK) pyproject.toml - -o requirements.lock
	$(LOCK) --group test -c requirements.lock -o requirements-test.lock
	$(LOCK) --group node -o requirements-node.lock

clean:
	rm -rf .venv pwa/node_modules pwa/dist tests/node_modules tests/lighthouse/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: run test engines bench screenshots check assets messages lock clean
