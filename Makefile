# Everything a newcomer needs. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := .uv/bin/uv
READY := $(VENV)/.ready
# A third of the time a test waits, so one more than the two cores that the tests must do with.
WORKERS ?= 3
PORT ?= 8765
KILLS ?= 20
SECONDS_EACH ?= 60
NIGHTS ?= 365
TOPICS ?= 3

.PHONY: help setup demo test test-long lint types contracts docs-check check fuzz fuzz-tools audit-deps bench bench-polite bench-replay bench-memory bench-extraction big-archive bench-catalogue bench-reader torture torture-scheduler hostile faults replay-tools validators bench-search lock format clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## get uv and make .venv from requirements/, with hashes

demo: $(READY) ## two nights of a small press on loopback, through the DAGs, into the embedded store
	@$(BIN)/python -m tearsheet.demo.run --port $(PORT)

test: $(READY) ## all tests but the long forms
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -q

test-long: $(READY) ## the long forms of what `make test` tries: every step, fault and format
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -q -m long

lint: $(READY) ## ruff: rules and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	@$(BIN)/mypy --strict scrapers/tearsheet dags

contracts: $(READY) ## import-linter: the layers
	@$(BIN)/lint-imports --no-cache

docs-check: $(READY) ## generated docs are fresh, links and commands in docs are real
	@$(BIN)/python -m pytest -q tests/docs

check: lint types contracts ## all that is no test

fuzz: $(READY) ## bytes that strangers write, 60 s a reader (SECONDS_EACH); guided by coverage after `make fuzz-tools`
	@PYTHONPATH=.tools/fuzz $(BIN)/python -m tests.fuzz.run $(SECONDS_EACH)

fuzz-tools: .tools/fuzz/.ready ## atheris in a folder of its own, where it has a wheel

audit-deps: $(UV) ## known vulnerabilities of what requirements/ pins
	@.ci/audit

format: $(READY) ## let ruff format and mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: $(READY) ## the whole job beside Scrapy with Trafilatura in its callback (needs PAGES_DIR)
	@$(BIN)/python benchmarks/whole_job.py

bench-polite: $(READY) ## politeness of a crawl, and a night with nothing new
	@$(BIN)/python benchmarks/politeness.py && $(BIN)/python benchmarks/nothing_new.py

bench-search: $(READY) ## the search index over 300,000 articles: build, first query of a cold cache, warm queries
	@$(BIN)/python benchmarks/search.py

bench-replay: $(READY) ## three nights over replayed sites: coverage, exactly once (needs PAGES_DIR)
	@$(BIN)/python benchmarks/replay_nights.py

bench-memory: $(READY) ## memory of an extraction worker over 20,000 pages (needs PAGES_DIR)
	@$(BIN)/python benchmarks/worker_memory.py

torture-scheduler: $(READY) ## kill -9 of 10 processes of nights under a real scheduler; 2 of them are in the tests
	@SCHEDULER_KILLS=10 $(BIN)/python -m pytest -q tests/dags/test_scheduler.py

bench-extraction: $(READY) ## extraction and cleaning beside plain Trafilatura on recorded pages (needs PAGES_DIR)
	@cd benchmarks && ../$(BIN)/python extraction.py

big-archive: $(READY) ## a year of invented news in var/big, published night by night; NIGHTS=36 TOPICS=1 for a small one
	@$(BIN)/python benchmarks/big_archive.py --nights $(NIGHTS) --topics $(TOPICS)

bench-catalogue: $(READY) ## what the catalogue's pages take on the big archive (after big-archive)
	@$(BIN)/python benchmarks/catalogue.py

bench-reader: $(READY) ## readings of the archive in var/big beside plain polars and DuckDB: seconds, requests, bytes
	@$(BIN)/python benchmarks/reader.py

torture: $(READY) ## kill nights at any point and hold them against one never killed; KILLS=300 for long, SEED=n for the same
	@$(BIN)/python -m tests.torture.campaign --kills $(KILLS) $(if $(SEED),--seed $(SEED))

hostile: $(READY) ## one night of a hostile web beside healthy outlets: what ends unlike it should, memory, seconds
	@$(BIN)/python -m tests.hostile.run

faults: $(READY) ## a night through every fault of a store in every phase, then again without (long)
	@$(BIN)/python -m tests.end_to_end.failing_nights

replay-tools: .venv-replay/.ready ## pywb in an environment of its own, for the replay test

validators: .venv-validators/.ready ## what judges a release (frictionless, mlcroissant, datasets), in an environment of its own

lock: ## pin requirements/*.txt anew, with hashes
	@$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --all-extras --group dev -o requirements/dev.txt
	@$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml -o requirements/reader.txt
	@$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 requirements/replay.in -o requirements/replay.txt
	@$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 requirements/validators.in -o requirements/validators.txt
	@$(UV) pip compile -q --universal --generate-hashes --no-header --python-version 3.11 requirements/fuzz.in -o requirements/fuzz.txt

clean: ## remove what was built; the archive in var/ stays
	@rm -rf $(VENV) .venv-replay .venv-validators .uv .tools build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tearsheet needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .uv && .uv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(READY): $(UV) requirements/dev.txt pyproject.toml
	@$(UV) venv -q --allow-existing --python $$($(PYTHON) -c 'import sys; print(sys.executable)') $(VENV)
	@$(UV) pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q scrapers dags
	@touch $@

.tools/fuzz/.ready: $(READY) requirements/fuzz.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --require-hashes --only-binary :all: --target .tools/fuzz -r requirements/fuzz.txt
	@touch $@

.venv-replay/.ready: $(UV) requirements/replay.txt
	@$(UV) venv -q --allow-existing --python $$($(PYTHON) -c 'import sys; print(sys.executable)') .venv-replay
	@$(UV) pip sync -q --python .venv-replay/bin/python --require-hashes requirements/replay.txt
	@touch $@

.venv-validators/.ready: $(UV) requirements/validators.txt
	@$(UV) venv -q --allow-existing --python $$($(PYTHON) -c 'import sys; print(sys.executable)') .venv-validators
	@$(UV) pip sync -q --python .venv-validators/bin/python --require-hashes requirements/validators.txt
	@touch $@
