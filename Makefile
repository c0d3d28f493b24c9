# The developer's menu: `make help`. Everything runs in .venv, which `make setup` and `make develop` fill.

PYTHON ?= python3
VENV := .venv
# A person's settings of Python, pip, npm, Node and others change nothing: docs/your-machine.md.
RUN := $(VENV)/bin/python -E -s -m machine.run
COMPILE := $(RUN) uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header
PYTEST := $(RUN) python -m pytest --hypothesis-profile=repeatable -n auto --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup: $(VENV)/.installed node_modules/.installed ## Install what the demo, the local cloud and a deployment need into .venv and node_modules

.PHONY: develop
develop: $(VENV)/.complete node_modules/.complete ## Install what tests, linters and documentation need too

$(VENV)/.installed: requirements-demo.txt
	@$(PYTHON) -E -s -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -E -s -m machine.setup python
	@touch $@

node_modules/.installed: package-lock.json $(VENV)/.installed
	@$(VENV)/bin/python -E -s -m machine.setup node
	@touch $@

$(VENV)/.complete: requirements.txt $(VENV)/.installed
	@$(VENV)/bin/python -E -s -m machine.setup complete-python
	@touch $@

# It removes node_modules first, with the other part's mark.
node_modules/.complete: $(VENV)/.complete node_modules/.installed
	@$(VENV)/bin/python -E -s -m machine.setup complete-node
	@touch node_modules/.installed $@

.PHONY: demo
demo: setup ## Deploy to a local cloud on this machine, play orders' lives, show what a team would see
	@$(RUN) python -m local demo $(ARGS)

.PHONY: up
up: setup ## Deploy to a local cloud on this machine and stay up until Ctrl-C (options: make up ARGS=--help)
	@$(RUN) python -m local up $(ARGS)

.PHONY: test
test: develop ## Run all tests, and of the long searches a sample
	@$(PYTEST)

.PHONY: coverage
coverage: develop ## Run the same tests and measure their coverage, which takes about twice as long
	@$(PYTEST) --cov --cov-report=term

.PHONY: test-long
test-long: develop ## Run the searches of which `make test` tries a sample: every crash point, 3,000 overlaps; half an hour
	@$(PYTEST) --hypothesis-profile=long -m search

.PHONY: mutants
mutants: develop ## Change the code in small ways and report what no test notices; about an hour on 2 cores, `make mutants ONLY='outposts_order_notifier.poll.*'` for less
	@set -f; $(RUN) mutmut run $(ONLY)
	@$(RUN) python -m reference.mutants

.PHONY: bench
bench: develop ## Benchmark against a typical poller and the theoretical minimum, and write docs/performance.md; 3 minutes
	@$(RUN) python -m benchmarks

.PHONY: audit
audit: setup ## Check the pinned dependencies for known vulnerabilities
	@$(RUN) uvx pip-audit --disable-pip --no-deps -r requirements.txt
	@$(RUN) npm audit

.PHONY: lint
lint: develop ## Check style, format, imports, words and types
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) lint-imports --cache-dir .cache/imports
	@$(RUN) codespell --dictionary=.codespell/house.txt --dictionary=-
	@$(RUN) python -m mypy
	@$(RUN) python -m mypy --platform win32 --cache-dir .mypy_cache/win32 --package outposts_order_notifier.cli

.PHONY: check
check: lint ## Run the linters and the unit tests: the short check while you work
	@$(PYTEST) tests/unit

.PHONY: deploy
deploy: setup ## Deploy to AWS with the credentials at hand (further CDK options: make deploy ARGS="-c notifier=@my.json")
	@$(RUN) cdk deploy $(ARGS)

.PHONY: pictures
pictures: develop ## Regenerate the documentation's pictures from a real deployment
	@$(RUN) python -m local.pictures

.PHONY: docs
docs: develop ## Regenerate the parts of pages that code describes and the event schemas, and build the documentation site
	@$(RUN) python -m reference
	@$(RUN) env NO_MKDOCS_2_WARNING=1 python -m mkdocs build --quiet
	@echo "The site is .cache/site/index.html; its search needs a server: $(VENV)/bin/mkdocs serve"

.PHONY: release
release: develop ## Check this version, build what people download into dist/, and tag it (docs/releasing.md)
	@$(RUN) python -m release check
	@$(MAKE) --no-print-directory dist
	@$(RUN) python -m release bundle
	@$(RUN) python -m release tag $(ARGS)

.PHONY: lock
lock: $(VENV)/.installed ## Pin the dependencies of pyproject.toml again, with hashes
	@$(COMPILE) pyproject.toml --extra cdk --group dev --output-file requirements.txt
	@$(COMPILE) pyproject.toml --extra cdk --group demo --constraints requirements.txt --output-file requirements-demo.txt
	@$(COMPILE) --group functions --constraints requirements.txt --output-file outposts_order_notifier/cdk/functions.txt

# Without isolation, the build uses the pinned hatchling, which gives all files the same date: archives stay the same.
.PHONY: dist
dist: develop ## Build the wheel and the source archive in dist/, and check them
	@rm -rf dist
	@$(RUN) uv build --quiet --no-build-isolation --out-dir dist
	@$(RUN) twine check --strict dist/*
	@$(RUN) check-wheel-contents dist

.PHONY: clean
clean: ## Remove everything that the other commands created
	rm -rf $(VENV) node_modules cdk.out dist .cache .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache mutants
