"""The layout and the direction of imports, and proof that each import contract can be broken."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"domain", "application", "adapters", "entrypoints"}

# For each contract, by name: one file and the import that must break it. All are made at once, since a run of the
# linter takes a third of a second; so a contract must not only be broken but name its own import.
MUTATIONS = {
    "entrypoints > adapters > application > domain": ("domain/reply.py", "application.ports.clock"),
    "the domain is pure": ("domain/reply.py", "time"),
    "the application knows no infrastructure": ("application/ports/clock.py", "socket"),
    "adapters do not know each other": ("adapters/clock/system_clock.py", "adapters.jinja.errors"),
    "use cases are called by entrypoints only": ("adapters/clock/system_clock.py", "application.use_cases.run_worker"),
    "no cycles between siblings": ("domain/reply.py", "domain.outcome"),
    "dependency-injector in entrypoints only": ("adapters/clock/system_clock.py", "dependency_injector"),
    "aio-pika and what it stands on in its adapter only": ("entrypoints/container.py", "aiormq"),
    "aiosmtpd in the demo only": ("entrypoints/health.py", "aiosmtpd"),
    "betterproto2 in its adapter only": ("adapters/clock/system_clock.py", "betterproto2"),
    "datadog in its adapter only": ("entrypoints/container.py", "datadog"),
    "ddtrace in its adapter only": ("entrypoints/container.py", "ddtrace"),
    "email-validator in its adapter only": ("adapters/smtp/relay.py", "email_validator"),
    "icalendar in its adapter only": ("adapters/smtp/relay.py", "icalendar"),
    "jinja2 in its adapter only": ("entrypoints/container.py", "jinja2"),
    "segno in its adapter only": ("adapters/smtp/relay.py", "segno"),
    "sqlalchemy and alembic in their adapter only": ("entrypoints/container.py", "sqlalchemy"),
    "aiosmtplib in its adapter only": ("entrypoints/container.py", "aiosmtplib"),
    "orjson and structlog in the logging adapter and entrypoints only": ("adapters/smtp/relay.py", "orjson"),
    "libraries of settings, web and command line in entrypoints only": ("adapters/smtp/relay.py", "pydantic"),
    "packages go by their own names, not by src": ("domain/reply.py", "src"),
}


def lint_imports(src: Path) -> str:
    """Run the linter on the packages under `src` and return its report."""
    run = subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--no-cache",
            "--no-logo",
            "--config",
            ROOT / "pyproject.toml",
        ],
        cwd=src.parent,
        env={"PYTHONPATH": str(src), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Contracts: " in run.stdout, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the sources with every mutation in it."""
    src = tmp_path_factory.mktemp("spoilt") / "src"
    shutil.copytree(ROOT / "src", src, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for path, module in MUTATIONS.values():
        with (src / path).open("a") as file:
            file.write(f"\nimport {module}\n")
    return lint_imports(src)


def test_src_holds_exactly_the_four_packages() -> None:
    entries = {path.name for path in (ROOT / "src").iterdir()}
    assert {name for name in entries if name != "__pycache__" and not name.endswith(".egg-info")} == PACKAGES


def test_no_other_distribution_ships_a_package_of_our_name() -> None:
    """Top-level names as plain as ours collide one day; this test is how we notice."""
    shipped = packages_distributions()
    assert {name: shipped.get(name, []) for name in PACKAGES if set(shipped.get(name, [])) - {"takeoff-mailer"}} == {}


def test_every_import_contract_has_a_mutation_that_breaks_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert [contract["name"] for contract in contracts] == list(MUTATIONS)


def test_the_sources_as_they_are_keep_every_contract() -> None:
    assert f"Contracts: {len(MUTATIONS)} kept, 0 broken." in lint_imports(ROOT / "src")


@pytest.mark.parametrize("contract", MUTATIONS)
def test_an_offending_import_breaks_its_contract(contract: str, report: str) -> None:
    path, module = MUTATIONS[contract]
    assert f"{contract} BROKEN" in report
    _, section = report.split(f"\n{contract}\n{'-' * len(contract)}\n")
    violations = re.split(r"\n[^\n]+\n-{3,}\n", section)[0]
    assert re.search(rf"{Path(path).stem} -> (\S*\.)?{module.rpartition('.')[2]}\b", violations)
