# `make demo` and `make test` need nothing but Python 3.11 or newer and make: they set up everything else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEOPLE ?= 50000
PORT ?= 8000

.PHONY: install install-dev demo test check bench messages looks lock clean

install: $(VENV)/.base
install-dev: $(VENV)/.dev

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Huitong needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/base.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.base
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.lock
	@touch $@

demo: install ## Build the demo city and serve it
	$(BIN)/huitong demo --people $(PEOPLE) --port $(PORT)

test: install-dev ## Run the tests that need no service
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(PYTEST)

check: install-dev ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench ## Measure what README states
	HUITONG_TEST_CHROMIUM=$${HUITONG_TEST_CHROMIUM:-$$(command -v chromium)} $(BIN)/python -m bench

messages: install-dev ## Compile the translations after editing a .po file
	$(BIN)/python -m huitong.site.compile_messages

looks: install-dev ## Take the gallery's pictures anew, after its look was changed on purpose
	HUITONG_GALLERY_IMAGES=1 HUITONG_TEST_CHROMIUM=$${HUITONG_TEST_CHROMIUM:-/usr/bin/chromium} $(BIN)/python -m pytest -n0 -m browser -k looks_as_kept tests/journeys/test_gallery_looks.py

lock: ## Rewrite the lock files
	requirements/lock.sh

clean: ## Remove the virtual environment (not ./var: that is your data)
	rm -rf $(VENV)
