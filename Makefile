# Everything runs inside .venv, which this file makes. Needed from the machine: python3.11 and make; for
# `make test-all`, which looks at the report in Chromium, also a system that has it or can get it by apt.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt
SEEDS  := outputs/seeds
SUDO   := $(if $(filter-out 0,$(shell id -u)),sudo)

.DEFAULT_GOAL := help
.PHONY: help run test test-all train-smoke lint format typecheck gate docs report soak bench bench-cleaning clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# A stamp per set of packages, so that a second call installs nothing.
$(VENV)/.run: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable '.[graph,report]'
	@touch $@

$(VENV)/.dev: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.train: pyproject.toml .ci/constraints.txt | $(BIN)/python
	$(PIP) --editable '.[dev,train,scale,docs,browser]'
	@touch $@ $(VENV)/.dev $(VENV)/.run

$(VENV)/.browser: .ci/apt-packages.txt | $(BIN)/python
	command -v chromium >/dev/null || { $(SUDO) apt-get update -qq && \
	  $(SUDO) apt-get install -qq --yes --no-install-recommends $$(cat .ci/apt-packages.txt); }
	@touch $@

run: $(VENV)/.run  ## run the pipeline on corpus/seeds, write outputs/seeds, check against the gold set
	$(BIN)/zongheng run corpus/seeds --out $(SEEDS) --fresh
	$(BIN)/zongheng check $(SEEDS)

test: $(VENV)/.dev  ## the core's tests (light: no torch, no Ray)
	$(BIN)/python -m pytest -m "not full"

test-all: $(VENV)/.train $(VENV)/.browser  ## every test, none skipped
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

# Pages link to each other by their places in the repository, so they keep them in the site.
docs: $(VENV)/.train  ## the documentation as a web site → outputs/site
	rm -rf outputs/site-source && mkdir -p outputs/site-source
	cp -r --parents README*.md CONTRIBUTING.md docs corpus/*.md models/*/README.md outputs/site-source
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --config-file .ci/mkdocs.yml

report: run  ## the seeds' run as one HTML page → outputs/seeds/report.html
	$(BIN)/zongheng report $(SEEDS)

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
