# The two commands: `make run` starts Pointkeeper, `make test` proves it. Both build .venv by themselves.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check format lock crash month week bench picture alarms browser clean

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: $(VENV)/ready-to-run ## Start Pointkeeper (settings: PK_… variables)
	@exec $(BIN)/pointkeeper run

test: $(VENV)/ready-to-test browser check ## Check and test everything
	$(BIN)/pytest -n logical --dist worksteal $(PYTEST_ARGS)

check: $(VENV)/ready-to-test ## Check without running: ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/ready-to-test ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

month: $(VENV)/ready-to-test ## Play a month of the whole demo district, on both databases
	PK_TEST_MONTH=10690 PK_TEST_MONTH_GRAIN=12 $(BIN)/pytest tests/month -s -o faulthandler_timeout=0 $(PYTEST_ARGS)

week: $(VENV)/ready-to-test ## Play a week of volunteers at sixty posts, on both databases
	PK_TEST_WEEK=60 PK_TEST_WEEK_GRAIN=2 $(BIN)/pytest tests/week -s -o faulthandler_timeout=0 $(PYTEST_ARGS)

crash: $(VENV)/ready-to-test ## Kill the running program again and again; nothing may be lost
	$(BIN)/python -m benchmarks.crash

bench: $(VENV)/ready-to-test ## Measure against the peers, side by side
	$(BIN)/python -m benchmarks.run

picture: $(VENV)/ready-to-compare ## Measure the digest, and its picture beside matplotlib
	$(BIN)/python -m benchmarks.digest

alarms: $(VENV)/ready-to-test ## Measure due deadlines beside APScheduler's job store
	$(BIN)/python -m benchmarks.alarms

clean: ## Remove what was built; databases and photos stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find bot storage tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment -------------------------------------------------------------------------------------------------

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Python is missing. On Debian:  apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old: Pointkeeper needs 3.11 or newer." >&2; \
	  echo "Install one and name it, for example:  make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian:  apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamp is written last, so an interrupted installation starts again.
$(VENV)/ready-to-run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-to-test: requirements/test.txt $(VENV)/ready-to-run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/ready-to-compare: requirements/bench.txt $(VENV)/ready-to-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

# Without Chromium the browser tests are reported as not run; with root it is installed, and a Chinese font with it.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-wqy-microhei; \
	} || echo "No Chromium: the browser tests will not run. On Debian:  apt install chromium" >&2

# Compiles the pins anew from the .in files, keeping versions that still fit; `make lock UPGRADE=--upgrade` moves them.
# The machine's own pip settings are set aside, so that the pins are the same wherever they are made.
LOCK := env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_CONSTRAINT PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options $(UPGRADE)

lock: | $(BIN)/pip-compile ## Pin the versions in requirements/ anew
	$(LOCK) --output-file requirements/run.txt requirements/run.in
	$(LOCK) --output-file requirements/test.txt requirements/test.in
	$(LOCK) --output-file requirements/bench.txt requirements/bench.in

$(BIN)/pip-compile:
	$(MAKE) $(VENV)/ready-to-test
