# leadlight's verbs. Each builds .venv first if need be; python3 (with venv), make and a C++ compiler suffice.
#
# Two stamps in .venv say what is done: `tools` (the environment with what building needs) and `installed`
# (leadlight itself, built and installed like any user's, with everything it needs). They age with the files
# they were made from, and the C++ objects are kept in build/, so that a change in Python costs seconds.

PYTHON  ?= python3
WORKERS ?= 2
GXX     ?= g++

BIN     := .venv/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check
PYTEST  := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/pytest
# Sanitizers: what is run, and the names of GCC's runtimes.
CORE_TESTS      := tests/test_core.py tests/geometry/analysis/test_steep_networks.py \
                   tests/geometry/counting/test_count.py \
                   tests/geometry/counting/test_count_nearby.py tests/geometry/counting/test_count_regions.py \
                   tests/geometry/test_enumerate.py tests/geometry/test_exact_core.py \
                   tests/geometry/test_map_errors.py tests/geometry/test_stream.py \
                   tests/geometry/test_stream_ends.py tests/training/test_compiled_engine.py \
                   tests/training/test_epoch_sources.py tests/training/test_functions.py
RUNTIME_address := asan
RUNTIME_thread  := tsan
# Folders too: their time changes when a file is removed.
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE $(shell find src -not -path "*__pycache__*" -not -name "*.so")

.DEFAULT_GOAL := help
.PHONY: help setup run test test-long bench lint sanitize sanitize-address sanitize-thread clean

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

bench: .venv/installed  ## time training and exact regions beside their alternatives, on one core (benchmarks/README.md)
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/regions.py

lint: .venv/installed  ## style (ruff, clang-format), types (pyright) and the layers of the house (import-linter)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find src/core -name '*.[ch]pp' | xargs $(BIN)/clang-format --dry-run --Werror
	$(BIN)/pyright
	$(BIN)/lint-imports

sanitize: sanitize-address sanitize-thread  ## run the core's driver and tests under the address, undefined-behaviour and thread sanitizers

# The compiler's runtime goes into this python alone, before all else, and the C++ library with it, whose
# exceptions it must see. What python itself does not free is no fault of the core. (A thread sanitizer that
# ends at once with an "unexpected memory mapping" wants sysctl vm.mmap_rnd_bits=28.)
sanitize-address sanitize-thread: sanitize-%: .venv/installed
	$(BIN)/cmake -S . -B build/$* -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja -DCMAKE_CXX_COMPILER=$(GXX) \
	    -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python -Dnanobind_DIR=$$($(BIN)/python -m nanobind --cmake_dir) \
	    -DLEADLIGHT_DRIVER=ON -DLEADLIGHT_SANITIZE=$*
	$(BIN)/cmake --build build/$*
	build/$*/leadlight_driver
	rm -rf build/$*/python
	mkdir build/$*/python
	cp -R src/leadlight build/$*/python
	$(BIN)/cmake --install build/$* --prefix build/$*/python
	env LD_PRELOAD="$$($(GXX) -print-file-name=lib$(RUNTIME_$*).so) $$($(GXX) -print-file-name=libstdc++.so)" \
	    ASAN_OPTIONS=detect_leaks=0 PYTHONPATH=build/$*/python OMP_NUM_THREADS=1 \
	    $(BIN)/python -m pytest --capture=sys $(CORE_TESTS)

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
