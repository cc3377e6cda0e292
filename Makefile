# Two commands on a fresh machine: `make demo` and `make test`. Each builds its own .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lint types imports unit chaos chaos-flows clean

demo: .venv/ready
	$(BIN)/pressmark demo

test: check unit

check: lint types imports

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch .venv/ready

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

imports: .venv/ready
	$(BIN)/lint-imports

unit: .venv/ready
	$(BIN)/pytest -n 4 --dist loadfile tests

# Two hundred kills an engine at random moments of an ingest from loopback, eight processes on the same 500
# addresses, a full disk, a database that goes away; PRESSMARK_SEED picks another run. An hour or two.
chaos: .venv/ready
	PRESSMARK_KILLS=200 PRESSMARK_PROCESSES=8 PRESSMARK_PAGES=500 $(BIN)/pytest tests/storage/chaos -s --timeout=7200

# A watch of 1,000 articles that two workers of a Prefect pool share on PostgreSQL, while workers, the Prefect server
# and the database are killed in turn; PRESSMARK_SEED picks the moments. A quarter of an hour.
chaos-flows: .venv/ready
	PRESSMARK_CHAOS_ARTICLES=1000 PRESSMARK_CHAOS_AWAY=60 PRESSMARK_CHAOS_VIOLENCE="worker server database worker database server" \
		$(BIN)/pytest tests/flows/fleet/pool/test_chaos.py -s

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
