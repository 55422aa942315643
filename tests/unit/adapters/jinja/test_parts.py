"""Pictures, and what a mail's parts ask of its task."""

from dataclasses import replace
from pathlib import Path

import pytest

from domain.email_task import EmailTask, Ticket
from domain.outgoing_email import InlineFile
from tests.doubles.clock import START
from tests.unit.adapters.jinja.mails import MANIFEST, param, problems_of, refusal, rendered, task, write

TICKET = EmailTask(category="one", subject="x", ticket=Ticket(code="T-1", starts_at=START))
QR = f'{MANIFEST}[parts]\nqr = "ticket.code"\n'
CALENDAR = f"{MANIFEST}[parts]\ncalendar = true\n" + param("revision", "integer", sample="1", more="")
LEAVE = f'{MANIFEST}list_unsubscribe = "params.leave"\n'


def add_picture(folder: Path, name: str, content: bytes = b"picture") -> InlineFile:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    kind = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif"}[Path(name).suffix]
    return InlineFile(cid=name, filename=name, content_type=kind, content=content)


@pytest.mark.parametrize("name", ["logo.png", "photo-1.jpg", "x_2.gif"])
def test_a_picture_travels_with_the_mails_that_show_it(tmp_path: Path, name: str) -> None:
    manifest = MANIFEST + param("show")
    write(
        tmp_path / "one",
        html=f"<p>x{{% if params.show == 'x' %}}<img src='cid:{name}'>{{% endif %}}",
        manifest=manifest,
    )
    picture = add_picture(tmp_path / "one", name)
    add_picture(tmp_path / "one", "unused.png")

    assert rendered(task(category="one", show="x"), tmp_path).inline == (picture,)
    assert rendered(task(category="one", show="no"), tmp_path).inline == ()


def test_all_categories_can_show_the_pictures_of_shared_folders_and_have_their_own_of_the_same_name(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, html='<img alt="x" src="cid:logo.png">')
    shared = add_picture(tmp_path / "_shared", "logo.png")
    own = add_picture(tmp_path / "two", "logo.png", b"own")

    assert rendered(task(category="one"), tmp_path).inline == (shared,)
    assert rendered(task(category="two"), tmp_path).inline == (own,)


@pytest.mark.parametrize("name", ["a b.png", "ä.png", "qr.png", "x" * 60 + ".png"])
def test_a_picture_has_a_name_that_a_mail_can_refer_to(tmp_path: Path, name: str) -> None:
    write(tmp_path / "one")
    add_picture(tmp_path / "one", name)

    assert problems_of(tmp_path) == [f"one/{name}: cannot be the name of a picture"]


def test_the_qr_code_is_shown_where_it_is_made_and_nowhere_else(tmp_path: Path) -> None:
    shows = '<img alt="x" src="cid:qr.png">'
    write(tmp_path / "a", html=shows, manifest=QR)
    write(tmp_path / "b", html=f"<p>{{% if first_name %}}{shows}{{% endif %}}", manifest=QR)
    write(tmp_path / "c", html=shows)

    assert problems_of(tmp_path) == [
        "b/body.html.j2: does not show cid:qr.png",
        "c/body.html.j2: shows cid:qr.png, which is not there",
    ]


def test_the_renderer_leaves_the_qr_code_to_others(tmp_path: Path) -> None:
    write(tmp_path / "one", html='<img alt="x" src="cid:qr.png">', manifest=QR)

    assert rendered(TICKET, tmp_path).inline == ()


def test_a_code_that_no_qr_code_holds_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "one", html='<img alt="x" src="cid:qr.png">', manifest=QR)
    long = replace(TICKET, ticket=Ticket(code="x" * 201))

    assert str(refusal(long, tmp_path)) == "bad_param:ticket.code is longer than 200 characters"
    assert rendered(replace(TICKET, ticket=Ticket(code="x" * 200)), tmp_path).text
    assert str(refusal(replace(TICKET, ticket=None), tmp_path)) == "missing:ticket.code"


def test_a_calendar_needs_a_start_and_counts_from_nought(tmp_path: Path) -> None:
    write(tmp_path / "one", manifest=CALENDAR)

    assert str(refusal(replace(TICKET, ticket=Ticket(code="T-1")), tmp_path)) == "missing:ticket.start"
    for revision in ("-1", str(2**31)):
        reason = refusal(replace(TICKET, params={"revision": revision}), tmp_path)
        assert str(reason) == "bad_param:revision is not between 0 and 2147483647"
    for fine in ("0", "2147483647", " "):
        assert rendered(replace(TICKET, params={"revision": fine}), tmp_path).text


def test_a_link_to_unsubscribe_fits_into_a_header(tmp_path: Path) -> None:
    write(tmp_path / "one", manifest=LEAVE + param("leave", "url", sample='"https://example.org/"', more=""))

    for unfit in ("https://example.org/#leave", "https://localhost/", "https://example.org/ü"):
        reason = refusal(task(category="one", leave=unfit), tmp_path)
        assert str(reason) == "bad_param:leave does not fit into a header"
    for fine in ({}, {"leave": "https://example.org/leave?t=1"}):
        assert rendered(task(category="one", **fine), tmp_path).text


def test_samples_that_fit_their_types_and_not_the_rules_are_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "one", manifest=LEAVE + param("leave", "url", sample='"https://example.org/#x"'))

    assert problems_of(tmp_path) == [
        "one/template.toml: with the samples, a mail is refused: bad_param:leave does not fit into a header"
    ]
