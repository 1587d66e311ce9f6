# Newsroom. `make help` lists what there is.
.DEFAULT_GOAL := help
SYSTEM_PYTHON ?= python3
PYTHON := .venv/bin/python
# Processors for the tests; PostgreSQL and Chromium take their share too.
WORKERS ?= 2
# Complete, made-up production settings: what is released must be clean under them.
CHECKED := ENV_FILE=tests/production.env

.PHONY: help run test soak check bench format messages lock

help: ## What there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Run a whole newspaper here, from nothing (PORT=8001 for another port)
	@$(SYSTEM_PYTHON) newsroom/dev/install.py demo
	@exec $(PYTHON) -m newsroom.dev.run

test: ## Run every test (ARGS="tests/articles -k search" for some)
	@$(SYSTEM_PYTHON) newsroom/dev/install.py dev
	@$(PYTHON) -m newsroom.dev.chromium
	@$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

soak: ## The long tests: thousands of histories, hundreds of kills (ARGS as above)
	@$(SYSTEM_PYTHON) newsroom/dev/install.py dev
	@$(PYTHON) -m pytest -m soak -n $(WORKERS) $(ARGS)

check: ## Format, lint, types, migrations, production settings, import rules
	@$(SYSTEM_PYTHON) newsroom/dev/install.py dev
	$(PYTHON) -m ruff format --check --quiet .
	$(PYTHON) -m ruff check --quiet .
	$(PYTHON) -m djlint --lint --quiet templates
	$(CHECKED) $(PYTHON) -m mypy --no-error-summary .
	$(CHECKED) $(PYTHON) -W ignore manage.py makemigrations --check --dry-run --verbosity 1
	$(CHECKED) $(PYTHON) manage.py check --deploy --fail-level WARNING
	.venv/bin/lint-imports

bench: ## How fast it is on this machine (ARGS=reading for one part, ROUNDS=2 for a quick look)
	@$(SYSTEM_PYTHON) newsroom/dev/install.py dev
	@$(PYTHON) -m bench $(ARGS)

format: ## Bring the code into its form
	@$(SYSTEM_PYTHON) newsroom/dev/install.py dev
	$(PYTHON) -m ruff check --fix --quiet .
	$(PYTHON) -m ruff format --quiet .

messages: ## Collect what readers are told, for translators, and compile it (needs gettext)
	@$(SYSTEM_PYTHON) newsroom/dev/install.py dev
	@$(CHECKED) $(PYTHON) -m newsroom.dev.messages

lock: ## Pin the dependencies of pyproject.toml anew (needs uv; UPGRADE=--upgrade to move them)
	uv pip compile --universal --generate-hashes --no-header --quiet $(UPGRADE) --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	uv pip compile --universal --generate-hashes --no-header --quiet $(UPGRADE) --python-version 3.11 pyproject.toml --group demo -o requirements/demo.txt
	uv pip compile --universal --generate-hashes --no-header --quiet $(UPGRADE) --python-version 3.11 pyproject.toml --group dev -o requirements/dev.txt
