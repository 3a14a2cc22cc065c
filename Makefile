# Everything runs inside .venv, which this file makes. Needed from the machine: python3.11 and make.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt
SEEDS  := outputs/seeds

.DEFAULT_GOAL := help
.PHONY: help run test test-all train-smoke lint format typecheck gate soak bench bench-cleaning clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# A stamp per set of packages, so that a second call installs nothing.
$(VENV)/.run: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.train: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable '.[dev,train,scale]'
	@touch $@ $(VENV)/.dev $(VENV)/.run

run: $(VENV)/.run  ## run the pipeline on corpus/seeds, write outputs/seeds, check against the gold set
	$(BIN)/zongheng run corpus/seeds --out $(SEEDS) --fresh
	$(BIN)/zongheng check $(SEEDS)

test: $(VENV)/.dev  ## the core's tests (light: no torch, no Ray)
	$(BIN)/python -m pytest -m "not full"

test-all: $(VENV)/.train  ## every test, none skipped
	$(BIN)/python -m pytest --no-skips

train-smoke: $(VENV)/.train  ## a whole training on a tiny encoder, from passages to ONNX; a minute
	$(BIN)/python -m pytest tests/training

lint: $(VENV)/.dev  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(VENV)/.train  ## mypy --strict on pipeline/
	$(BIN)/mypy

gate: $(VENV)/.run  ## fail when a score is below its pinned floor or the gold has changed unnoticed
	$(BIN)/zongheng run corpus/seeds --out outputs/gate --fresh --quiet
	$(BIN)/zongheng check outputs/gate --floors corpus/gold/floors.json

soak: $(VENV)/.train  ## kill runs again and again, compare with an undisturbed one → outputs/soak
	$(BIN)/python -m tests.soak

bench: $(VENV)/.train  ## speed beside jieba, cutword and BERT-base; scaling, memory → outputs/bench
	$(BIN)/python -m tests.speed.bench

bench-cleaning: $(VENV)/.dev  ## recovery per kind of damage, against nothing and against ftfy; speed
	$(BIN)/python -m tests.damage.bench

clean:  ## remove .venv, caches and outputs
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
	find outputs -mindepth 1 -not -name .gitkeep -delete
	find pipeline tests -name __pycache__ -type d -prune -exec rm -rf {} +
