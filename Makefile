# make run     the app on http://localhost:8501 (PORT= and HOST= choose others)
# make test    all tests, two files at a time (WORKERS=1: one by one; ARGS= goes to pytest)
# make samples  make the recordings in recordings/ anew (ARGS=NAME: one)
# make check   format, lint, types, tests
# make bench   measure it beside the obvious ways: a quarter of an hour; BENCH=quick: a minute

# Any Python from 3.11 on; `make PYTHON=/path/to/python` chooses one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN = $(VENV)/bin
PORT ?= 8501
HOST ?= localhost
WORKERS ?= 2

.PHONY: run test bench samples check format lint types lock clean

run: $(VENV)/.run
	$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST) --server.headless true

test: $(VENV)/.dev
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m bench

samples: $(VENV)/.run
	$(BIN)/python -m agent.engine.samples $(ARGS)

check: format lint types test

format: $(VENV)/.dev
	$(BIN)/ruff format .

lint: $(VENV)/.dev
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

lock: $(VENV)/.run
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV)

$(VENV)/.run: requirements.txt
	@test -n "$(PYTHON)" || { echo "Toolstream needs Python 3.11 or newer; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
