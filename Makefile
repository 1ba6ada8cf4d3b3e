# Everything sets itself up: a bare python3 (3.11 to 3.13, with venv) is enough.
#
#   make demo       make a class of students, grade it, show the result
#   make test       lint and all tests but the full-size ones
#   make test-full  everything at full size; takes hours, goes on where it stopped
#   make bench      measure what grading costs; takes hours, goes on where it stopped
#   make lab        copy the exercises to work/ and open them in JupyterLab

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
COMPILED := import keras, matplotlib.pyplot, ipykernel.kernelapp, ipykernel.debugger, autograder.cli, autograder.grading.parallel
OTTER := build/otter
LAB ?= $(CURDIR)/$(BIN)/jupyter lab
LAB_ARGS ?=
WORK ?= work
PYTEST_ARGS ?=
PROCESSES ?= 2

# nbgrader calls its helpers by name, so that its environment must come first.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help venv compiled sandbox demo test test-full bench lab worksheets lint format notebook-lint types release lock clean

help:  ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

venv: $(INSTALLED)  ## Set up .venv with the locked versions

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.11 to 3.13 is needed, $(PYTHON) is another one; try: make PYTHON=python3.12 venv"; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "python3 lacks venv; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }; }
	@echo "Installing the locked packages into $(VENV); the first time takes a minute or two"
	@$(BIN)/python -m pip install --quiet --no-compile -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@echo "Compiling what is imported again and again; a sandbox could not keep it"
	@PYTHONDONTWRITEBYTECODE= TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -c "$(COMPILED)" 2>/dev/null
	@touch $@

# Each process in a sandbox would else compile them anew, for it can't write beside them.
compiled: $(INSTALLED)
	@$(BIN)/python -m compileall -q autograder data_scripts

# Not an error: what needs no sandbox works without it, and says so.
sandbox:
	@command -v bwrap >/dev/null || \
	  { echo "bubblewrap is missing: the demo runs without a sandbox, tests of the sandbox are skipped,"; \
	    echo "and submissions of real students are not graded. On Debian and Ubuntu: sudo apt-get install bubblewrap"; \
	    echo "On macOS and Windows: grade in Lima or WSL2. What else may be missing: $(BIN)/autograder doctor"; }

demo: compiled sandbox  ## Make a class of students, grade it, show the result
	$(BIN)/autograder demo

test: compiled sandbox lint  ## Lint and test; what .ci/run runs
	$(BIN)/python -m pytest -m "not full" -n $(PROCESSES) --dist loadgroup --no-loadscope-reorder $(PYTEST_ARGS)

test-full: compiled sandbox  ## Test everything at full size; goes on where it stopped
	$(BIN)/python tests/full.py --processes $(PROCESSES)

# Otter-grader wants an older wrapt than TensorFlow has; all else it finds in our environment.
$(OTTER)/.installed: $(INSTALLED)
	@rm -rf $(OTTER) && $(PYTHON) -m venv $(OTTER)
	@$(BIN)/python -c 'import sysconfig as s; print("import site; site.addsitedir(%r)" % s.get_path("purelib"))' \
	  > $$($(OTTER)/bin/python -c 'import sysconfig as s; print(s.get_path("purelib"))')/course.pth
	@$(OTTER)/bin/python -m pip install --quiet otter-grader==7.0.0
	@touch $@

bench: compiled $(OTTER)/.installed sandbox  ## Measure what grading costs against stock nbgrader; takes hours
	$(BIN)/autograder bench

lab: worksheets  ## Copy the exercises to work/ and open JupyterLab there
	cd $(WORK) && $(LAB) $(LAB_ARGS)

# Students' own work is never overwritten: only what is not there yet is copied.
worksheets: $(INSTALLED)
	@$(BIN)/python -m autograder.release.worksheets release $(WORK)

lint: $(INSTALLED) types notebook-lint  ## Check style, types and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED)
	$(BIN)/mypy

notebook-lint: $(INSTALLED)
	$(BIN)/autograder lint

format: $(INSTALLED)  ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

release: $(INSTALLED)  ## Generate release/ from source/
	$(BIN)/autograder release --all

lock: $(INSTALLED)  ## Bring requirements.lock up to date with pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra grading --extra dev --universal --python-version 3.11 \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements.lock

clean:  ## Remove what was made, but neither .venv nor work/
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
