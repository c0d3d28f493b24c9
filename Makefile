# The developer's menu: `make help`. Everything runs in .venv, which `make setup` fills.

PYTHON ?= python3
VENV := .venv
# A person's settings of Python, pip, npm, Node and others change nothing: docs/your-machine.md.
RUN := $(VENV)/bin/python -E -s -m machine.run
PYTEST := $(RUN) python -m pytest --hypothesis-profile=repeatable -n auto --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup: $(VENV)/.installed node_modules/.installed ## Install everything that the other commands need into .venv and node_modules

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -E -s -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@echo "Installing the pinned Python packages into $(VENV) (about a minute, once) …"
	@$(PYTHON) -E -s -m machine.setup python
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	@echo "Installing the pinned Node packages into node_modules …"
	@$(VENV)/bin/python -E -s -m machine.setup node
	@touch $@

.PHONY: demo
demo: setup ## Deploy to a local cloud on this machine, play orders' lives, show what a team would see
	@$(RUN) python -m local demo $(ARGS)

.PHONY: up
up: setup ## Deploy to a local cloud on this machine and stay up until Ctrl-C (options: make up ARGS=--help)
	@$(RUN) python -m local up $(ARGS)

.PHONY: test
test: setup ## Run all tests, and of the long searches a sample
	@$(PYTEST)

.PHONY: coverage
coverage: setup ## Run the same tests and measure their coverage, which takes about twice as long
	@$(PYTEST) --cov --cov-report=term

.PHONY: test-long
test-long: setup ## Run the searches of which `make test` tries a sample: every crash point, 3,000 overlaps; half an hour
	@$(PYTEST) --hypothesis-profile=long -m search

.PHONY: mutants
mutants: setup ## Change the code in small ways and report what no test notices; about an hour on 2 cores, `make mutants ONLY='outposts_order_notifier.poll.*'` for less
	@set -f; $(RUN) mutmut run $(ONLY)
	@$(RUN) python -m reference.mutants

.PHONY: bench
bench: setup ## Benchmark against a typical poller and the theoretical minimum, and write docs/performance.md; 3 minutes
	@$(RUN) python -m benchmarks

.PHONY: audit
audit: setup ## Check the pinned dependencies for known vulnerabilities
	@$(RUN) uvx pip-audit --disable-pip --no-deps -r requirements.txt
	@$(RUN) npm audit

.PHONY: lint
lint: setup ## Check style, format, imports, words and types
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) lint-imports --cache-dir .cache/imports
	@$(RUN) codespell --dictionary=.codespell/house.txt --dictionary=-
	@$(RUN) python -m mypy
	@$(RUN) python -m mypy --platform win32 --package outposts_order_notifier.cli

.PHONY: check
check: lint ## Run the linters and the unit tests: the short check while you work
	@$(PYTEST) tests/unit

.PHONY: deploy
deploy: setup ## Deploy to AWS with the credentials at hand (further CDK options: make deploy ARGS="-c notifier=@my.json")
	@$(RUN) cdk deploy $(ARGS)

.PHONY: pictures
pictures: setup ## Regenerate the documentation's pictures from a real deployment
	@$(RUN) python -m local.pictures

.PHONY: docs
docs: setup ## Regenerate the parts of pages that code describes and the event schemas, and build the documentation site
	@$(RUN) python -m reference
	@$(RUN) env NO_MKDOCS_2_WARNING=1 python -m mkdocs build --quiet
	@echo "The site is .cache/site/index.html; its search needs a server: $(VENV)/bin/mkdocs serve"

.PHONY: release
release: setup ## Record this version's footprint, to test upgrades from it (docs/upgrading.md)
	@$(RUN) python -m reference.release

.PHONY: lock
lock: $(VENV)/.installed ## Pin requirements.in again
	@$(RUN) uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url requirements.in --output-file requirements.txt

.PHONY: clean
clean: ## Remove everything that the other commands created
	rm -rf $(VENV) node_modules cdk.out .cache .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache mutants
