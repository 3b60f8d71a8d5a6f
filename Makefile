# Everything starts here: `make demo`, `make test`. The rest of the work is in tools/ and in the command `commonline`.
VENV   ?= .venv
PYTHON ?=
ARGS   ?=
BIN    := $(VENV)/bin
NEEDS  := pyproject.toml setup.py requirements.lock tools/bootstrap.sh tools/make_venv.py

.DEFAULT_GOAL := help
.PHONY: help demo up test lint crash model compiled bench bench-soak bench-state pages picture lock
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  ARGS='…' is handed on to the command; PYTHON=… names the Python to use"

demo: $(VENV)/.run ## one customer's day, over six channels, into four departments' feeds
	@$(BIN)/commonline demo $(ARGS)

up: $(VENV)/.run ## broker and services, with your commonline.toml; Ctrl-C ends them
	@$(BIN)/commonline up $(ARGS)

test: $(VENV)/.dev ## all checks and all tests, those on a real broker included
	@$(BIN)/python tools/check.py test $(ARGS)

lint: $(VENV)/.dev ## style, types and import rules alone
	@$(BIN)/python tools/check.py lint

crash: $(VENV)/.dev ## kill, freeze, cut and starve processes by seed, and count: SEEDS=3 EVENTS=20000, or SEED=17
	@PYTHONPATH=src $(BIN)/python -m tests.crash $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),3)) $(if $(FIRST),--first $(FIRST)) \
		--events $(or $(EVENTS),20000) --subject $(or $(SUBJECT),commonline) $(if $(AGAIN),--again) $(ARGS)

model: $(VENV)/.dev ## simulate the transactional stage's protocol with faults: RUNS=10000 SEED=0, or MUTANT='…'
	@PYTHONPATH=src $(BIN)/python -m tests.model --runs $(or $(RUNS),10000) --seed $(or $(SEED),0) \
		$(if $(MUTANT),--mutant '$(MUTANT)') $(ARGS)

compiled: $(VENV)/.dev ## hot paths in C, for this checkout; without a C compiler Python serves
	@$(BIN)/python tools/compiled.py

bench: $(VENV)/.dev ## throughput, latency, scale, beside other systems on this machine; QUICK=1: under five minutes
	@$(BIN)/python tools/compiled.py --or-python
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(ARGS)

bench-soak: $(VENV)/.dev ## does history slow unify down: EVENTS=20000000 (hours), PREFILLED=20000000 (objects, minutes)
	@$(BIN)/python tools/compiled.py --or-python
	@$(BIN)/python -m $(if $(PREFILLED),bench.prefilled --objects $(PREFILLED),bench.soak --events $(or $(EVENTS),20000000)) $(ARGS)

bench-state: $(VENV)/.dev ## a large state: restores, kills, takeovers, memory (ROWS=2000000)
	@$(BIN)/python -m bench.state $(ARGS)

pages: $(VENV)/.dev ## write anew what is generated: contract, reference, connectors' pages, board
	@$(BIN)/python -m commonline.schemas.generate
	@$(BIN)/commonline connector docs docs/connectors
	@$(BIN)/python -m tools.pages

picture: $(VENV)/.dev ## play the demo and take the README's pictures anew
	@$(BIN)/python tools/picture.py
	@PICTURES=docs/console $(BIN)/python -m pytest -q tests/integration/test_console_day.py

lock: $(VENV)/.dev ## renew requirements.lock from pyproject.toml
	@$(BIN)/python tools/lock.py

$(VENV)/.run: $(NEEDS)
	@sh tools/bootstrap.sh "$(VENV)" run "$(PYTHON)"
	@touch $@

$(VENV)/.dev: $(NEEDS)
	@sh tools/bootstrap.sh "$(VENV)" dev "$(PYTHON)"
	@touch $(VENV)/.run $@
