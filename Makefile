# Two commands set everything up: `make demo` runs the main job, `make test` passes the tests.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test test-slow trial lint notebooks site lock clean

demo: $(READY)
	$(BIN)/course demo

test: lint
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile

# Made-up sheets of many kinds through the marker; takes a while, and writes benchmarks/results/trial.md.
trial: $(READY)
	$(BIN)/python -m benchmarks.trial --write

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-cache --no-logo

notebooks: $(READY)
	$(BIN)/course build

site: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# Exact versions with hashes, for every supported Python; needs uv.
lock:
	uv pip compile --universal --python-version 3.11 --fork-strategy requires-python --generate-hashes \
	  --no-header --no-annotate --quiet --extra dev pyproject.toml --output-file requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --fork-strategy requires-python --generate-hashes \
	  --no-header --no-annotate --quiet --extra grading --extra editable --constraint requirements/dev.txt \
	  pyproject.toml --output-file requirements/grading.txt

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Gradbook needs Python 3.11 or later, and $(PYTHON) is older; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	$(BIN)/python -m compileall -q course solutions
	touch $(READY)

clean:
	rm -rf .venv demo build dist site
