# make run        the app on http://localhost:8501 (PORT= and HOST= choose others; GRAPHS= shows yours)
# make check      formatting, lint and types; changes nothing
# make fix        format, and mend what lint can mend
# make test-fast  the tests that start no server and no browser
# make test       all tests (WORKERS= for those with a server or a browser: 4; ARGS= goes to pytest)
# make agent-servers  aegra and langgraph dev in .venv/agent-servers, for the tests against them; Python 3.12 or newer
# make cluster    two web processes behind HAProxy, two of aegra, PostgreSQL, Redis: on http://localhost:8080
# make samples    make the recordings in recordings/ anew (ARGS=NAME: one)
# make screens    pictures of all pages and states in screens/, and contact sheets in docs/ (ARGS="refund ko 390": some)
# make bench      measure it beside the obvious ways and other front ends: an hour
#                 (BENCH=peers: only the latter; BENCH=quick: a little of that, in a minute)

# Any Python from 3.11 on; `make PYTHON=/path/to/python` chooses one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# aegra takes a newer one (SERVERS_PYTHON=).
SERVERS_PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 $(HOME)/.pyenv/versions/3.1[2-9]*/bin/python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
SERVERS = $(VENV)/agent-servers
BIN = $(VENV)/bin
# A lock names everything: nothing has to be resolved. uv takes seconds where pip takes a minute.
INSTALL = $(if $(shell command -v uv),uv pip install --quiet --no-deps --python $(BIN)/python,$(BIN)/pip install --quiet --disable-pip-version-check --no-deps)
PORT ?= 8501
HOST ?= localhost
WORKERS ?= 4

# Tests compile anew what is not kept compiled, each worker for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: agent-servers cluster run check fix test-fast test bench screens samples lock clean

run: $(VENV)/.run
	$(if $(GRAPHS),TOOLSTREAM_GRAPHS="$(GRAPHS)") $(BIN)/streamlit run asgi.py --server.port $(PORT) --server.address $(HOST) --server.headless true

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

fix: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All of them wait for some of their time, and a worker costs little: it is forked. Two cores want several.
# Properties are tried on fewer examples where it has to be quick.
UNIT_TESTS = $(BIN)/pytest -n 8 --dist worksteal tests/unit

test-fast: $(VENV)/.dev
	$(UNIT_TESTS) --hypothesis-profile=quick $(ARGS)

test: $(VENV)/.dev
	$(UNIT_TESTS) $(ARGS)
	$(BIN)/pytest -n $(WORKERS) tests/server tests/browser $(ARGS)

cluster: $(VENV)/.dev $(VENV)/.servers
	$(BIN)/python -m deploy.cluster $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m bench

screens: $(VENV)/.dev
	$(BIN)/python -m bench.screens $(ARGS)

samples: $(VENV)/.run
	$(BIN)/python -m agent.engine.samples $(ARGS)

lock: $(VENV)/.run
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements-postgres.in -o requirements-postgres.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements-mcp.in -o requirements-mcp.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements-otel.in -o requirements-otel.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.12 requirements-servers.in -o requirements-servers.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

agent-servers: $(VENV)/.servers

clean:
	rm -rf $(VENV)

$(VENV)/.run: requirements.txt
	@test -n "$(PYTHON)" || { echo "Toolstream needs Python 3.11 or newer; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

$(VENV)/.servers: $(VENV)/.run requirements-servers.txt
	@test -n "$(SERVERS_PYTHON)" || { echo "aegra needs Python 3.12 or newer; none was found."; exit 1; }
	$(SERVERS_PYTHON) -m venv $(SERVERS)
	$(SERVERS)/bin/pip install --quiet --disable-pip-version-check -r requirements-servers.txt
	@touch $@
