# Two commands do all the set-up: `make run` and `make test`. Both make their own environment in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PORT ?= 4200
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: help run test test-all test-operations test-ray lint ui bench accuracy train-clean clean-output

help:  ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort | expand -t 16

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { echo "Copydesk needs Python 3.11 to 3.13; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m compileall -q flows tasks expectations $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@

run: $(STAMP)  ## run the main job on the sample pages
	$(BIN)/copydesk run tests/pages --output output

test: $(STAMP)  ## the everyday tests, a few minutes
	$(BIN)/python -m pytest -m 'not slow'

test-all: $(STAMP)  ## the slow tests too
	$(BIN)/python -m pytest

test-operations: $(STAMP)  ## the line on a real Prefect server, its UI in a browser if there is one
	$(BIN)/python -m pytest -m slow tests/operations/test_server.py -k 'schedule_fires or form_refuses or pages_show'

test-ray: $(STAMP)  ## the line on a local Ray, which is installed for it
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[ray]'
	$(BIN)/python -m pytest tests/unit/parallel/test_executors.py -k ray

lint: $(STAMP)  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ui: $(STAMP)  ## start a Prefect server and say where to watch
	@echo "Watch the runs at http://127.0.0.1:$(PORT) (Ctrl-C ends the server)."
	@echo "Let runs report there: export PREFECT_API_URL=http://127.0.0.1:$(PORT)/api"
	PREFECT_API_URL=http://127.0.0.1:$(PORT)/api PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT=false PREFECT_SERVER_UI_V2_ENABLED=false $(BIN)/prefect server start --port $(PORT)

bench: $(STAMP)  ## CPU a page against peers: make bench [CORPORA='folder-or-warc ...'] [PEERS=venv]
	$(BIN)/python tests/benchmarks/speed.py $(CORPORA) $(if $(PEERS),--peers $(PEERS)) --out output/bench

accuracy: $(STAMP)  ## what users get, beside peers: make accuracy CORPORA='folder ...' [MODELS=folder-of-folds]
	$(BIN)/python tests/benchmarks/accuracy.py $(CORPORA) $(if $(MODELS),--folds $(MODELS) --floors) --out output/accuracy

train-clean: $(STAMP)  ## train the models of clean: make train-clean CORPORA='folder ...' [MODELS=folder-for-the-folds]
	$(BIN)/python -m pip install --quiet --editable '.[train]'
	$(BIN)/python -m tasks.training.invented output/invented
	$(BIN)/python -m tasks.training.train $(CORPORA) output/invented $(if $(MODELS),--folds $(MODELS))

clean-output:  ## remove what runs made in output/
	find output -mindepth 1 ! -name README.md -delete
