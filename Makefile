# One line says what each target does: `make help` prints them. Needs CPython 3.11+, pip and make, nothing else.
.POSIX:
.SUFFIXES:

PYTHON ?= python3
PYTHON_NEWEST ?= python3.13
VENV ?= .venv
JOBS ?= 2
RUNNER ?= pytest

PY = $(VENV)/bin/python
PIP = $(PY) -m pip --disable-pip-version-check
SITE = build/wheel/site

help: ## say what each target does
	@echo 'usage: make TARGET [PYTHON=python3.12] [JOBS=4]'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1 ~ \2/p' Makefile | awk -F ' ~ ' '{ printf "%-14s %s\n", $$1, $$2 }'

demo: $(VENV)/.cli ## simulate a business, run the whole job on it, write report.html
	$(PY) -m servicelead demo

test: $(VENV)/.test ## run every test; skipped ones say why
	$(PY) -m $(RUNNER) -n $(JOBS)

check: lint types layers coverage doctest docs wheel-test test-newest ## the whole gate

coverage: $(VENV)/.dev ## run every test and print which branches they reached
	$(PY) -m coverage erase
	$(MAKE) test RUNNER='coverage run --parallel-mode -m pytest'
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

lint: $(VENV)/.dev ## ruff: rules and format
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/.dev ## mypy, strict, on the source and the tests
	$(PY) -m mypy

layers: $(VENV)/.dev ## import-linter: each layer imports only from those below it
	$(VENV)/bin/lint-imports --no-logo

doctest: $(VENV)/.dev ## run every example in a docstring
	$(PY) -m pytest -q -n $(JOBS) --doctest-modules -o 'doctest_optionflags=NORMALIZE_WHITESPACE ELLIPSIS' src

docs: $(VENV)/.dev ## build the documentation into build/docs; any warning fails
	$(PY) -m sphinx -W -n --keep-going -q -j $(JOBS) -d build/doctrees docs build/docs
	$(PY) docs/offline.py build/docs

wheel-test: $(VENV)/.dev ## build the wheel, install it to a folder of its own and test that copy
	rm -rf build/wheel
	$(PY) -m hatchling build --target wheel --directory build/wheel
	$(PIP) install --quiet --no-deps --no-compile --target $(SITE) build/wheel/*.whl
	PYTHONPATH=$(SITE) SERVICELEAD_INSTALLED_AT=$(SITE) \
		$(PY) -m pytest -q -n $(JOBS) -m 'not data and not browser' --hypothesis-profile quick

test-newest: ## run the tests on the newest supported Python too, if PYTHON_NEWEST runs
	@if $(PYTHON_NEWEST) -c '' 2> /dev/null; \
	then $(MAKE) test PYTHON='$(PYTHON_NEWEST)' VENV=.venv-newest RUNNER='pytest --hypothesis-profile quick'; \
	else echo 'skipped: $(PYTHON_NEWEST) does not run; name another with PYTHON_NEWEST=...'; \
	fi

audit: $(VENV)/.test ## the long audits: every randomised test with a hundred times the examples (hours)
	SERVICELEAD_AUDIT=1 $(PY) -m pytest -n $(JOBS)

bench: $(VENV)/.test ## run every benchmark in turn
	@for file in benchmarks/[a-z]*.py; do \
		echo "== $$file"; \
		$(PY) "$$file" || exit 1; \
	done

bench-env: benchmarks/environment/.venv/.peers ## install the peers we compare with, apart from everything else

clean: ## remove what the other targets made, the virtual environments too
	rm -rf build dist .venv .venv-newest benchmarks/environment/.venv
	rm -rf .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# --- the virtual environment: a stamp per set of requirements, so that a second run installs nothing ---

$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
		echo 'servicelead needs CPython 3.11 or newer, and "$(PYTHON)" is not: install one and name it, as in'; \
		echo '    make PYTHON=python3.12 test'; \
		exit 1; \
	}
	@echo 'making $(VENV); the first time takes about a minute'
	@$(PYTHON) -m venv $(VENV) || { \
		echo 'Python cannot make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv'; \
		exit 1; \
	}
	$(PIP) install --quiet --upgrade 'pip>=25.1'
	@touch $@

$(VENV)/.cli: $(VENV)/.pip pyproject.toml
	$(PIP) install --editable '.[cli]'
	@touch $@

$(VENV)/.test: $(VENV)/.cli
	$(PIP) install --group test
	@touch $@

$(VENV)/.dev: $(VENV)/.test
	$(PIP) install --group dev
	@touch $@

benchmarks/environment/.venv/.peers: benchmarks/environment/requirements.txt
	$(PYTHON) -m venv benchmarks/environment/.venv
	benchmarks/environment/.venv/bin/python -m pip install --requirement benchmarks/environment/requirements.txt
	@touch $@

.PHONY: audit bench bench-env check clean coverage demo doctest docs help layers lint test test-newest types wheel-test
