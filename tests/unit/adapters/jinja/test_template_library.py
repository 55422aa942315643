"""What authors are told about bundles, and the bundle that they begin with."""

import os
from pathlib import Path

import pytest

from adapters.jinja.template_check import JinjaTemplateCheck
from adapters.jinja.template_library import JinjaTemplateLibrary
from application.ports.diagnosis import Severity
from application.ports.template_library import BundleNotWritten, BundleRefused, BundleSummary, Origin
from tests.unit.adapters.jinja.mails import MANIFEST, REGISTRATION, THREAD, param, write
from tests.unit.adapters.jinja.shipped_mails import manifests

LIBRARY = JinjaTemplateLibrary(templates_dir=None)


def test_each_shipped_bundle_is_described() -> None:
    bundles, problems = LIBRARY.bundles()

    assert problems == []
    assert [bundle.category for bundle in bundles] == sorted(manifests())
    assert {bundle.origin for bundle in bundles} == {Origin.SHIPPED}
    (ticket,) = (bundle for bundle in bundles if bundle.category == "Attendee_Ticket")
    assert (ticket.languages, ticket.parts) == (("en", "ar"), ("qr", "calendar"))
    assert ticket.required == ("ticket.code", "ticket.event_name", "ticket.start")
    assert ticket.optional == ("params.when", "params.seat", "params.page_url")


def test_a_bundle_of_our_own_is_described_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    write(tmp_path / "one", manifest=MANIFEST + param("seat") + param("row", more=""))
    write(tmp_path / "two", manifest="x = 1")
    write(tmp_path / REGISTRATION)
    (tmp_path / "_shared").mkdir()

    bundles, problems = JinjaTemplateLibrary(templates_dir=tmp_path).bundles()

    assert [one for one in bundles if one.origin is Origin.TEMPLATES_DIR and one.category != REGISTRATION] == [
        BundleSummary(
            category="one",
            description="A test.",
            languages=("en",),
            parts=(),
            required=("params.seat",),
            optional=("params.row",),
            origin=Origin.TEMPLATES_DIR,
        )
    ]
    assert [one.origin for one in bundles if one.category == REGISTRATION] == [Origin.TEMPLATES_DIR]
    assert {problem.subject for problem in problems} == {"two/template.toml"}


async def test_a_new_bundle_passes_the_check_as_it_is(tmp_path: Path) -> None:
    files = LIBRARY.create("Meeting_Invitation", tmp_path)

    assert [file.name for file in files] == ["body.html.j2", "body.txt.j2", "template.toml"]
    findings = await JinjaTemplateCheck(templates_dir=tmp_path, thread=THREAD).examine()
    assert {finding.severity for finding in findings} == {Severity.OK}
    assert "template Meeting_Invitation" in [finding.subject for finding in findings]


@pytest.mark.parametrize("name", ["", ".", "..", ".git", "_layout", "a b", "a/b", "../a", "é", "a" * 65, "a\n"])
def test_a_name_that_no_category_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleRefused):
        LIBRARY.create(name, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_shipped_bundle_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="ships already"):
        LIBRARY.create(REGISTRATION, tmp_path)


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()

    with pytest.raises(BundleNotWritten, match="one is there already"):
        LIBRARY.create("one", tmp_path)

    assert list((tmp_path / "one").iterdir()) == []


def test_a_directory_is_made_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    assert LIBRARY.create("one", tmp_path / "new")
    with pytest.raises(BundleNotWritten, match=f"cannot be written: {os.strerror(2)}"):
        LIBRARY.create("one", tmp_path / "absent" / "new")
