# Everything on a fresh machine: `make demo` or `make test`. Needs Python 3.11 or newer with venv.
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: demo test check pytest bench licences clean
.DELETE_ON_ERROR:

demo: $(VENV)/installed
	$(BIN)/weldfusion demo

test: check pytest

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

pytest: $(VENV)/installed-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal --durations 15

bench: $(VENV)/installed-dev
	failed=; for file in $$(grep -l '^    raise SystemExit' benchmarks/*.py); do \
	  $(BIN)/python $$file --quick || failed="$$failed $$file"; done; \
	test -z "$$failed" || { echo "not measured:$$failed"; exit 1; }

licences: $(VENV)/installed-dev
	$(BIN)/python docs/licences.py

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "weldfusion needs Python 3.11 or newer; say which: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing into $(VENV) (some 6 GB on Linux, where PyTorch brings its GPU libraries) ..."
	$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) -e ".[dev]"
	@touch $@
