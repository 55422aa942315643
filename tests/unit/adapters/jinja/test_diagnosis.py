"""What `doctor` says about templates."""

from pathlib import Path

from adapters.jinja.diagnosis import JinjaDiagnosis
from adapters.jinja.event_details import EventDetails
from application.ports.diagnosis import Severity
from tests.unit.adapters.jinja.mails import REGISTRATION, THREAD, write


async def test_each_usable_category_is_listed_with_its_description() -> None:
    findings = await JinjaDiagnosis(templates_dir=None, event=EventDetails(), thread=THREAD).examine()

    assert {finding.severity for finding in findings} == {Severity.OK}
    (finding,) = (finding for finding in findings if finding.subject == f"template {REGISTRATION}")
    assert finding.detail.startswith("Confirms a registration")


async def test_each_problem_comes_with_a_remedy_beside_what_is_fine(tmp_path: Path) -> None:
    write(tmp_path / "a", text="{{ x }}")
    write(tmp_path / "b", html="")
    write(tmp_path / "c")

    findings = await JinjaDiagnosis(templates_dir=tmp_path, event=EventDetails(), thread=THREAD).examine()

    found = [(finding.severity, finding.subject, bool(finding.remedy)) for finding in findings]
    assert found[:2] == [(Severity.ERROR, "a/body.txt.j2:1", True), (Severity.ERROR, "b/body.html.j2", True)]
    assert (Severity.OK, f"template {REGISTRATION}", False) in found
    assert found[-1] == (Severity.OK, "template c", False)


async def test_an_event_page_that_cannot_be_linked_is_a_warning() -> None:
    event = EventDetails(url="http://example.org")

    findings = await JinjaDiagnosis(templates_dir=None, event=event, thread=THREAD).examine()

    assert [finding.subject for finding in findings if finding.severity is Severity.WARNING] == ["event url"]
