SHELL := /bin/sh
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test check bench setup lock schema messages screenshots format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .make/runtime ## Set everything up and start the shop: PostgreSQL, sandbox, worker, web
	@$(BIN)/kassa up $(ARGS)

test: .make/dev ## Set everything up, then run every check and every test that CI runs
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m pytest -n 4 --dist loadgroup --ignore tests/e2e $(ARGS)
	@$(BIN)/python -m pytest -n 3 --dist loadfile tests/e2e $(ARGS)

check: .make/dev ## Lint, types, import rules, templates, house rules, every SQL statement
	@$(BIN)/ruff check src tests
	@$(BIN)/ruff format --check src tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/djlint --quiet --lint src/kassa src/stripe_sandbox --extension html
	@$(BIN)/python -m pytest -q -n 4 tests/test_tidy.py tests/test_sql.py tests/test_docs.py tests/test_migrations.py

bench: .make/dev ## Measure the whole money path against the database's own limit
	@$(BIN)/python -m tests.bench $(ARGS)

setup: .make/dev ## Set up the virtual environment with everything for development

lock: .make/dev ## Resolve the dependencies anew and write the locks
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements/runtime.txt pyproject.toml requirements/build.in
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -o requirements/dev.txt --extra dev pyproject.toml requirements/build.in -c requirements/runtime.txt
	@cd tests/node && PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund --loglevel=error

messages: .make/dev ## Bring the catalogs of translations up to date with the texts in the code
	@$(BIN)/python scripts/messages.py

schema: .make/dev ## Write what is generated: schema.sql from the migrations, the diagram of order states, the page of settings
	@$(BIN)/python -m tests.schema
	@$(BIN)/python -m tests.diagram
	@$(BIN)/python -m tests.config_page

screenshots: .make/dev ## Take pictures of every page into screenshots/, and the one of the README
	@$(BIN)/python -m pytest -q tests/e2e/test_screens.py
	@cp screenshots/desk-light-home.png docs/images/shop.png

format: .make/dev ## Format the code and sort the imports
	@$(BIN)/ruff check --fix --quiet src tests
	@$(BIN)/ruff format --quiet src tests

clean: ## Remove the virtual environment and everything that tools left behind
	@rm -rf .venv .make .mypy_cache .ruff_cache .pytest_cache .hypothesis

.make/runtime: requirements/runtime.txt pyproject.toml
	@sh scripts/setup.sh runtime

.make/dev: requirements/dev.txt pyproject.toml tests/node/package-lock.json
	@sh scripts/setup.sh dev
