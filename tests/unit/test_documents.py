"""The standing documents say what is so."""

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from adapters.jinja.manifest import Manifest, parse_manifest

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text()
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The project table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads(PROJECT)["project"]
    return table


def test_the_dependency_page_names_each_direct_dependency_in_its_locked_version(project: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    lock = "".join((ROOT / f"requirements-{name}.txt").read_text() for name in ("test-agent", "dev"))
    named = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([0-9][^ |]*) \|", page, re.MULTILINE))
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    extras = [*project["optional-dependencies"].values(), tomllib.loads(PROJECT)["dependency-groups"]["test-agent"]]
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]
    names = [re.split(r"[^a-z0-9-]", requirement)[0] for requirement in wanted]
    assert named == {name: locked[name] for name in names}


@pytest.mark.parametrize("page", ["README.md", "docs/templates.md"])
def test_the_manifests_in_the_documents_are_manifests(page: str) -> None:
    examples = re.findall(r"```toml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    assert examples
    for example in examples:
        assert isinstance(parse_manifest(example, where=page), Manifest)


def test_the_changelog_and_the_image_carry_the_version_of_the_package(project: dict[str, Any]) -> None:
    version = project["version"]
    assert re.search(rf"^## \[(Unreleased\] {version}|{version}\])", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert f"ARG VERSION={version}\n" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)
def test_a_decision_says_all_five_things(page: Path) -> None:
    headings = ["**Context.**", "**Decision.**", "**Alternatives.**", "**Consequences.**", "**We were wrong if**"]
    assert re.findall(r"^\*\*[A-Z][^*]*\*\*", page.read_text(), re.MULTILINE) == headings


def test_the_index_of_decisions_is_complete() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text()
    assert re.findall(r"\((0[^)]*)\)", index) == [page.name for page in DECISIONS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_to_files_that_exist(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []
