# Needs Python 3.11 and make. Every target runs in .venv, which is made from pyproject.toml and
# constraints.txt on first use, reused afterwards, and brought up to date when either file changes.

PYTHON ?= python3.11
WORKERS ?= 2
BIN := .venv/bin
INSTALLED := .venv/.installed
# One thread a process: on a small machine, processes that each start a thread per core get in
# each other's way, and the threads wait in busy loops.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -n $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help install quickstart serve test test-slow test-all lint format docs bench smoke crash damage soak wheel scatter clean

help: ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

# The build back end comes first and builds without isolation, so that its version is pinned too.
$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt hatchling editables
	$(BIN)/pip install --quiet --no-build-isolation --constraint constraints.txt \
		--editable '.[clip,dev,docs,efficientnet,export,hub,metric,milvus,ray,retrieval,serve,text]'
	touch $@

install: $(INSTALLED) ## Make .venv, or bring it up to date.

quickstart: $(INSTALLED) ## Run the main job on an embedded data set; writes quickstart/report.html.
	OMP_NUM_THREADS=1 $(BIN)/fashiongraph quickstart --overwrite

serve: $(INSTALLED) ## Show the pages of the embedded data set's model at http://127.0.0.1:8000.
	test -f quickstart/report.html || $(MAKE) quickstart
	$(BIN)/fashiongraph serve quickstart/models/addgnn --data quickstart/dataset/designers \
		--store runs/serve

test: $(INSTALLED) ## Run the fast tests; at least 95 % of the lines are covered.
	$(PYTEST) -m "not slow" --cov --cov-report= --cov-fail-under=95

test-slow: $(INSTALLED) ## Run the slow tests.
	$(PYTEST) -m slow

test-all: $(INSTALLED) ## Run all tests.
	$(PYTEST)

lint: $(INSTALLED) ## Check style, format, types, and the words and sentences of the pages.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python docs/language.py
	$(BIN)/mypy

format: $(INSTALLED) ## Mend style and format where a tool can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(INSTALLED) ## Build the site into build/docs; runs its tutorials. Warnings are errors.
	OMP_NUM_THREADS=1 $(BIN)/sphinx-build --quiet --fail-on-warning --keep-going \
		--conf-dir docs --doctree-dir build/doctrees . build/docs

bench: $(INSTALLED) ## Measure speed against its targets: ten minutes on an otherwise idle machine.
	$(BIN)/pip install --quiet --constraint constraints.txt faiss-cpu
	$(BIN)/python benchmarks/speed.py

smoke: $(INSTALLED) ## Try the wheel on each other Python here, and with the oldest versions allowed.
	$(BIN)/python tests/smoke/run.py

crash: $(INSTALLED) ## Kill writers before each of their file operations, and fill the disk.
	OMP_NUM_THREADS=1 $(BIN)/python -W ignore tests/crash/run.py

N ?= 20000
damage: $(INSTALLED) ## Damage files of every reader at random, N times (20,000 take five minutes).
	OMP_NUM_THREADS=1 $(BIN)/python -W ignore tests/damage/run.py --tries $(N)

SCALE ?= 1
soak: $(INSTALLED) ## Score, save, load and load batches for half an hour; memory has to stay flat.
	OMP_NUM_THREADS=1 $(BIN)/python -W ignore tests/soak/run.py $(SCALE)

wheel: $(INSTALLED) ## Build the wheel into dist/.
	$(BIN)/python -m build --wheel --no-isolation

scatter: $(INSTALLED) ## Add torch-scatter to .venv: compiles for about ten minutes.
	$(BIN)/pip install --quiet --no-build-isolation --constraint constraints.txt torch-scatter

clean: ## Remove .venv and everything that was built or cached.
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
