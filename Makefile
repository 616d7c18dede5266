# leadlight's verbs. Each builds .venv first if need be; python3 (with venv), make and a C++ compiler suffice.
#
# Two stamps in .venv say what is done: `tools` (the environment with what building needs) and `installed`
# (leadlight itself, built and installed like any user's, with everything it needs). They age with the files
# they were made from, and the C++ objects are kept in build/, so that a change in Python costs seconds.

PYTHON  ?= python3
WORKERS ?= 2

BIN     := .venv/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check
PYTEST  := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/pytest
# Folders too: their time changes when a file is removed.
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE $(shell find src -not -path "*__pycache__*" -not -name "*.so")

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long bench lint sanitize clean

help:  ## say what the verbs do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: .venv/installed  ## build .venv with leadlight and everything it needs installed in it
	@echo "leadlight is installed: .venv/bin/leadlight --help"

run: .venv/installed  ## run every study, then report/index.html and report/results.json
	$(BIN)/leadlight run all --out report

test: .venv/installed  ## test the installed package, with the examples of its docstrings (under ten minutes)
	$(PYTEST) -n $(WORKERS) --doctest-modules --pyargs leadlight tests

test-long: .venv/installed  ## the tests that take longer than ten seconds each
	$(PYTEST) -n $(WORKERS) -m long tests

bench: .venv/installed  ## time training beside a PyTorch loop, on one core (benchmarks/README.md)
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/training.py

lint: .venv/installed  ## style (ruff), types (pyright) and the layers of the house (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports

sanitize: .venv/tools  ## run the compiled core under the address and undefined-behaviour sanitizers
	$(BIN)/cmake -S . -B build/sanitize -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja \
	    -DLEADLIGHT_DRIVER=ON -DLEADLIGHT_SANITIZE=ON
	$(BIN)/cmake --build build/sanitize
	build/sanitize/leadlight_driver

clean:  ## remove what was built, .venv and report included
	rm -rf .venv build dist report .pytest_cache .hypothesis .ruff_cache .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/tools: constraints.txt pyproject.toml
	@echo "Making .venv with the build tools."
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("leadlight needs Python 3.11 or newer; $(PYTHON) is %d.%d. Set PYTHON=python3.x." % sys.version_info[:2])'
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --constraint constraints.txt scikit-build-core nanobind cmake ninja
	@touch $@

.venv/installed: .venv/tools $(SOURCES)
	@echo "Installing leadlight and what it needs into .venv (a minute or two the first time)."
	$(PIP) install --quiet --constraint constraints.txt --no-build-isolation '.[torch,dev]'
	@touch $@
