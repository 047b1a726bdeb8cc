# Everything that a checkout can do; each target does its own set-up.
# make test PYTEST_ARGS="tests/reports -k gate" runs a part of the suite.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
PYTEST_ARGS ?=
FIGURES ?=

.DEFAULT_GOAL := help
.PHONY: help install demo test check format generate bench bench-data bench-load bench-explain bench-gate bench-exporter bench-audit bench-personal bench-protection clean

help:  ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

install: $(VENV)/.installed  ## make the environment in .venv, with b2bench in it

demo: install  ## do the main job: server, schema, data, load, reports, gate
	@$(BIN)/b2bench demo

test: $(VENV)/.installed-dev  ## run the tests on an embedded server
	$(BIN)/python -m pytest -n auto --dist loadgroup $(PYTEST_ARGS)

check: $(VENV)/.installed-dev  ## check format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## format the code, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(VENV)/.installed-dev  ## make what is generated and committed: dashboards, alert rules, docs/metrics.md, docs/schema
	$(BIN)/python -m dashboards.build
	$(BIN)/python -m dashboards.rules
	$(BIN)/python -m exporters.metrics_page
	$(BIN)/python -m b2bench schema documents --fresh --output docs/schema

bench: $(VENV)/.installed-dev  ## run the benchmarks
	$(BIN)/python -m pytest tests/benchmarks -o python_files="bench_*.py" -o python_functions="bench_*" $(PYTEST_ARGS)

bench-data: $(VENV)/.installed-dev  ## print the figures of the data set, some minutes; FIGURES="copying kills" for a few
	$(BIN)/python -m tests.benchmarks.data $(FIGURES)

bench-load: $(VENV)/.installed-dev  ## print the figures of the load, some minutes; FIGURES="cost stall" for a few
	$(BIN)/python -m tests.benchmarks.load $(FIGURES)

bench-explain: $(VENV)/.installed-dev  ## print the figures of the EXPLAIN report, some minutes
	$(BIN)/python -m tests.benchmarks.explain $(FIGURES)

bench-gate: $(VENV)/.installed-dev  ## print the figures of the gate, an hour; FIGURES=peers for a few
	$(BIN)/python -m tests.benchmarks.gate $(FIGURES)

bench-exporter: $(VENV)/.installed-dev  ## print the figures of the exporter, a quarter of an hour; FIGURES="join pgbench" for a few
	$(BIN)/python -m tests.benchmarks.exporter $(FIGURES)

bench-audit: $(VENV)/.installed-dev  ## print the figures of the audit, some minutes; FIGURES="bulk single" for a few
	$(BIN)/python -m tests.benchmarks.audit $(FIGURES)

bench-protection: $(VENV)/.installed-dev  ## print what policies and audit cost each query class, by the gate
	$(BIN)/python -m tests.benchmarks.protection $(FIGURES)

bench-personal: $(VENV)/.installed-dev  ## print the figures of personal data, a minute; FIGURES=values for a few
	$(BIN)/python -m tests.benchmarks.personal $(FIGURES)

clean:  ## stop the embedded server; remove its data, runs, .venv and caches
	@if [ -e .b2bench ]; then \
		$(MAKE) --no-print-directory install && $(BIN)/python -m b2bench server destroy; \
	fi
	rm -rf .b2bench runs $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache \
		.import_linter_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp stands for a finished installation; an interrupted one is done again.
$(VENV)/.installed: pyproject.toml $(VENV)/.made
	@echo "installing b2bench into $(VENV)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "installing the tools for development into $(VENV)"
	@$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/.made:
	$(call require,import sys; sys.exit(sys.version_info < (3, 11)),$(PYTHON) is not Python 3.11 or newer: name one with make PYTHON=python3.12)
	$(call require,import ensurepip; import venv,$(PYTHON) cannot make environments: apt-get install python3-venv)
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# make's own error is one line, and exit code 2
require = $(if $(shell $(PYTHON) -c '$(1)' >/dev/null 2>&1 && echo yes),,$(error $(2)))
