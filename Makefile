# `make help` lists the commands. Their work is in make.py, which needs nothing but Python; `lock` and `clean` are here alone.

# The first Python the lock was compiled for; `make PYTHON=/path/to/python` overrides it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 && echo $$p && break; done)
BOOTSTRAP = "$(or $(PYTHON),$(error Python 3.11 to 3.13 was not found: install it, or say make PYTHON=/path/to/python))" make.py

.PHONY: book html pdf test lab serve bench lint lock clean help
.DEFAULT_GOAL := help

help:
	@echo "make book    the HTML book and the PDF report (sets everything up first)"
	@echo "make html    the HTML book alone, in _build/html"
	@echo "make pdf     the PDF report alone, in _build/pdf; EDITION=en or zh: of one language alone"
	@echo "make test    every test"
	@echo "make serve   the book on an address of this machine, following what is saved"
	@echo "make lab     JupyterLab on the notebooks"
	@echo "make bench   measure the build against stock Jupyter Book, and write BENCHMARKS.md"
	@echo "make lint    style, types, and the direction of imports"
	@echo "make lock    compile the locks anew from pyproject.toml (needs uv)"
	@echo "make clean   remove what was built"

book html pdf:
	@$(BOOTSTRAP) $@ $(if $(EDITION),--edition $(EDITION))

test lab lint:
	@$(BOOTSTRAP) $@

# ARGS="--port 8888" takes another port.
serve:
	@$(BOOTSTRAP) $@ $(if $(EDITION),--edition $(EDITION)) $(ARGS)

# ARGS="--rounds 1" measures once; python -m bench --help lists the rest.
bench:
	@$(BOOTSTRAP) $@ $(ARGS)

# One lock for all platforms and Pythons; the second holds what tests, lint and JupyterLab need besides.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv, see https://docs.astral.sh/uv/"; exit 1; }
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf _build
