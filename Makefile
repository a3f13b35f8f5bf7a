# Two commands set everything up: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
BIN := .venv/bin
CLEAN := .ci/clean-environment
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# What grading needs, and everything: the second has all of the first, in the same versions.
GRADING_READY := .venv/ready-for-grading
READY := .venv/ready

# The package installer sees the rest of the environment: it needs the index, certificates and proxies set there.
unexport PYTHONDONTWRITEBYTECODE PYTHONHOME PYTHONOPTIMIZE PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS

SEED ?= 1

.PHONY: demo test test-slow test-versions trial mutants lint notebooks site lock clean

demo: $(GRADING_READY)
	$(BIN)/course demo

test: lint
	$(CLEAN) $(BIN)/python -m pytest -m "not slow" -n 2 --dist loadgroup

test-slow: $(READY)
	$(CLEAN) $(BIN)/python -m pytest -m slow -n 2 --dist loadgroup

# The newest release of everything that can be installed, on a Python of your choice, in an environment of its own:
# make test-versions PYTHON=python3.13. First what rests on insides of other libraries, then the quick tests;
# TESTS="tests/kernels tests/grading" chooses some of them.
VERSIONS = .venv-versions/$(notdir $(PYTHON))
test-versions:
	$(PYTHON) -m venv $(VERSIONS)
	$(VERSIONS)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --upgrade-strategy eager \
	  --editable ".[dev]"
	$(CLEAN) $(VERSIONS)/bin/python -m pytest tests/upstream
	$(CLEAN) $(VERSIONS)/bin/python -m pytest -m "not slow" -n 2 --dist loadgroup $(TESTS)

# Made-up sheets of many kinds through the marker; takes a while, and writes benchmarks/results/trial.md.
trial: $(READY)
	$(CLEAN) $(BIN)/python -m benchmarks.trial --write

# Small wrong changes of the marker, each of which a test has to notice; an hour, and writes
# benchmarks/results/mutants.md. A run that was stopped goes on; `python -m benchmarks.mutants --help` says more.
mutants: $(READY)
	$(CLEAN) $(BIN)/python -m benchmarks.mutants --seed $(SEED) --write

lint: $(READY)
	$(CLEAN) $(BIN)/ruff check .
	$(CLEAN) $(BIN)/ruff format --check .
	$(CLEAN) $(BIN)/pyright --pythonpath $(BIN)/python
	$(CLEAN) $(BIN)/lint-imports --no-cache --no-logo

notebooks: $(READY)
	$(CLEAN) $(BIN)/course build

site: $(READY)
	$(CLEAN) env NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# Exact versions with hashes, for every supported Python; needs uv. Versions that are locked stay where they can.
LOCK := uv pip compile --universal --python-version 3.11 --fork-strategy requires-python --generate-hashes \
  --no-header --no-annotate --quiet pyproject.toml
lock:
	$(LOCK) --extra dev --output-file requirements/dev.txt
	$(LOCK) --extra grading --extra editable --constraint requirements/dev.txt --output-file requirements/grading.txt

$(GRADING_READY): requirements/grading.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Gradbook needs Python 3.11 or later, and $(PYTHON) is older; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes --requirement requirements/grading.txt
	$(PIP) --no-build-isolation --no-deps --editable .
	$(BIN)/python -m compileall -q course solutions
	touch $@

$(READY): requirements/dev.txt $(GRADING_READY)
	$(PIP) --require-hashes --requirement requirements/dev.txt
	touch $@

clean:
	rm -rf .venv demo build dist site
