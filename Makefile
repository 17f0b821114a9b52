# Two commands do all the set-up: `make run` and `make test`. Both make their own environment in .venv; `make run` installs only
# what a run needs, everything else also installs the tools for tests, linters and benchmarks.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable
PORT ?= 4200
# tests at once: more than there are cores, since half of their time is waiting
TESTS_AT_ONCE ?= 3
TESTS ?= tests
OPERATIONS = test_copies or test_temporary_server or test_upkeep or test_isolation or test_no_network or schedule_fires \
  or form_refuses or pages_show or secrets_open
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: help run test test-unit test-all test-operations test-ray lint docs ui bench accuracy train-clean clean-output

help:  ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort | expand -t 18

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "Copydesk needs Python 3.11 to 3.13. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing Copydesk into $(VENV). This takes a few minutes the first time."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) .
	@$(BIN)/python -m compileall -q flows tasks expectations $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@

$(READY): $(INSTALLED)
	@echo "Installing the tools for tests and benchmarks into $(VENV)."
	@$(PIP) '.[dev]'
	@$(BIN)/python -m compileall -q $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@

run: $(INSTALLED)  ## run the pipeline on the sample pages
	@echo "Running: copydesk run tests/pages --output output"
	@$(BIN)/copydesk run tests/pages --output output

test: $(READY)  ## run the everyday tests (a few minutes)
	$(BIN)/python -m pytest -m 'not slow' -n $(TESTS_AT_ONCE) --dist loadfile --no-loadscope-reorder $(TESTS)

test-unit:  ## run the unit tests only
	@$(MAKE) --no-print-directory test TESTS=tests/unit

test-all: $(READY)  ## run all tests, slow ones too
	$(BIN)/python -m pytest

test-operations: $(READY)  ## run the integration tests: a Prefect server, processes that die, copies by other tools
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile tests/operations \
	  -k '$(OPERATIONS)'

test-ray: $(READY)  ## install Ray and run the tests that need it
	$(PIP) '.[ray]'
	$(BIN)/python -m pytest tests/unit/parallel/test_executors.py -k ray

lint: $(READY)  ## run ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(READY)  ## regenerate the generated parts of the READMEs
	$(BIN)/python tests/project/generate_docs.py

ui: $(INSTALLED)  ## start the Prefect UI
	@echo "Prefect UI: http://127.0.0.1:$(PORT) (Ctrl-C stops the server)."
	@echo "To make runs report there: export PREFECT_API_URL=http://127.0.0.1:$(PORT)/api"
	@PREFECT_API_URL=http://127.0.0.1:$(PORT)/api PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT=false \
	  PREFECT_SERVER_UI_V2_ENABLED=false $(BIN)/prefect server start --port $(PORT)

bench: $(READY)  ## measure CPU per page beside peers: make bench [CORPORA='folder-or-warc ...'] [PEERS=venv] [PAGES=20000]
	$(BIN)/python tests/benchmarks/speed.py $(CORPORA) $(if $(PAGES),--pages $(PAGES)) $(if $(PEERS),--peers $(PEERS)) --out output/bench

accuracy: $(READY)  ## measure accuracy beside peers: make accuracy CORPORA='folder ...' [MODELS=folder-of-folds] [README=1]
	$(BIN)/python tests/benchmarks/accuracy.py $(CORPORA) $(if $(MODELS),--folds $(MODELS) --floors) --out output/accuracy \
	  $(if $(README),--readme tests/benchmarks/README.md)

train-clean: $(READY)  ## train the models of clean: make train-clean CORPORA='folder ...' [MODELS=folder-for-the-folds]
	$(PIP) '.[train]'
	$(BIN)/python -m tasks.training.invented output/invented
	$(BIN)/python -m tasks.training.train $(CORPORA) output/invented $(if $(MODELS),--folds $(MODELS))

clean-output:  ## delete everything that runs wrote to output/
	find output -mindepth 1 ! -name README.md -delete
