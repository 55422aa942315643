# Everything a person or CI does here; `make help` lists it. Needs only make and python3 (3.11 or later).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
ENGINE ?= $(if $(shell command -v docker),docker,podman)
BUILD ?= $(ENGINE) build
IMAGE ?= takeoff-mailer:dev
BIN := .venv/bin
CHECKS := lint format types imports proto lock dockerfile compose templates metrics

# Our packages have plain names (domain, application, ...): they must win over any distribution that ships the same.
export PYTHONPATH := $(CURDIR)/src
# podman and buildah drop HEALTHCHECK in their default format; docker does not read this.
export BUILDAH_FORMAT := docker

define OLD_PYTHON
$(PYTHON) is missing or older than 3.11: install Python 3.11 or later, or name one: make PYTHON=/path/to/python3.13
endef
define NO_VENV
$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: sudo apt-get install python3-venv
endef
READ_COMPOSE := import yaml; yaml.safe_load(open("docker-compose.yml"))
# What must be covered, by its own tests: a tracer makes any test twice as slow.
RULES := tests/unit/domain tests/unit/application
# One quiet line for a check that is fine, all its output for one that is not.
step = @printf '%-12s' $(1); if out=$$($(2) 2>&1); then echo ok; else echo FAILED; echo "$$out"; exit 1; fi

.PHONY: help install check test test-unit test-integration test-faults test-faults-long bench bench-mime bench-sinks lock metrics pictures demo image clean $(CHECKS:%=check-%)

help: ## List these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

install: .venv/.project ## Make .venv/ with the locked dependencies and the script .venv/bin/takeoff-mailer

.venv/.requirements: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(OLD_PYTHON)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(NO_VENV)" >&2; exit 1; }
	@echo 'Setting up .venv (about a minute, once)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

.venv/.project: .venv/.requirements pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Datadog's test agent runs as a process of its own, for the integration suite.
.venv/test-agent/.requirements: requirements-test-agent.txt .venv/.requirements
	@$(BIN)/python -m venv .venv/test-agent
	@.venv/test-agent/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-test-agent.txt
	@touch $@

check: $(CHECKS:%=check-%) ## Lint, format, types, architecture, generated code and page, lock, Dockerfile, compose, templates

check-lint: install
	$(call step,lint,$(BIN)/ruff check --quiet --no-cache)

check-format: install
	$(call step,format,$(BIN)/ruff format --check --quiet)

check-types: install
	$(call step,types,$(BIN)/mypy)

check-imports: install
	$(call step,imports,$(BIN)/lint-imports --no-logo)

check-proto: install
	$(call step,proto,proto/generate --check)

check-lock: install
	$(call step,lock,$(BIN)/python .ci/check_lock.py)

check-dockerfile: install
	$(call step,dockerfile,$(BIN)/hadolint Dockerfile)

check-compose: install
	$(call step,compose,$(BIN)/python -c '$(READ_COMPOSE)')

check-templates: install
	$(call step,templates,$(BIN)/takeoff-mailer templates check)

check-metrics: install
	$(call step,metrics,$(BIN)/python .ci/metrics_page.py --check)

test: test-unit test-integration ## All tests

test-unit: install ## Unit tests, no service needed; the rules must be covered to 95 %
	@$(BIN)/pytest $(RULES) --quiet --cov --cov-report=term
	@$(BIN)/pytest tests/unit $(RULES:%=--ignore=%) --quiet --numprocesses auto --dist worksteal

test-integration: install .venv/test-agent/.requirements ## Tests on real RabbitMQ and SMTP; TEST_BROKER=private or container chooses how
	@$(BIN)/pytest tests/integration $(ARGS)

test-faults: install ## Kills, cuts and outages, with every mail accounted for; five minutes (ARGS="--only F1,F25")
	@$(BIN)/pytest --quiet tests/faults
	@$(BIN)/python -m tests.faults $(ARGS)

test-faults-long: install ## The whole matrix of faults; hours
	@$(BIN)/python -m tests.faults --selection long $(ARGS)

bench: install ## The worker against Node, Celery and aio-pika, on private servers (ARGS="--quick throughput"); docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

bench-mime: install ## CPU time of building a mail, against its bar (ARGS=--json); docs/benchmarks.md
	@$(BIN)/python -m benchmarks.mime $(ARGS)

bench-sinks: install ## CPU time of telling of a mail, all sinks on against off (ARGS=--json); docs/benchmarks.md
	@$(BIN)/python -m benchmarks.sinks $(ARGS)

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --custom-compile-command "make lock" --quiet

lock: install ## Resolve the dependencies of pyproject.toml, with hashes; ARGS=--upgrade for newer ones
	@$(COMPILE) $(ARGS) pyproject.toml -o requirements.txt
	@$(COMPILE) $(ARGS) pyproject.toml --extra traces -c requirements.txt -o requirements-traces.txt
	@$(COMPILE) $(ARGS) pyproject.toml --extra dev -c requirements-traces.txt -o requirements-dev.txt
	@$(COMPILE) $(ARGS) --group pyproject.toml:test-agent -o requirements-test-agent.txt

metrics: install ## Write docs/metrics.md from the registry of metrics
	@$(BIN)/python .ci/metrics_page.py

pictures: install ## Take the pictures in docs/images anew, with an installed Chromium
	@$(BIN)/python -m tests.integration.templates.screenshots
	@$(BIN)/python .ci/hospital_pictures.py

demo: install ## Show what becomes of good and bad tasks: no RabbitMQ, no Docker
	@$(BIN)/takeoff-mailer demo $(ARGS)

image: ## Build the container image takeoff-mailer:dev (IMAGE=name:tag, ENGINE=podman)
	$(BUILD) --build-arg REVISION=$$(git rev-parse HEAD) -t $(IMAGE) .

clean: ## Remove what make made; settings (.env) and data (var/) stay
	rm -rf .venv build dist demo-inbox .coverage .*_cache .hypothesis src/*.egg-info
	find src tests -name __pycache__ -prune -exec rm -rf {} +
