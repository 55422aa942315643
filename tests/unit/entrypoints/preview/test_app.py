"""What the page gets: the mails that the worker would make, and nothing for strangers."""

import email
import email.policy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entrypoints.demo.inbox import Inbox, open_inbox
from tests.unit.entrypoints.preview.conftest import previewing

TICKET = "Attendee_Ticket"
NAME = "Mine"
TO_ADA = {"to": "ada@example.org", "subject": "About Takeoff", "first_name": "Ada"}
TICKET_TASK = TO_ADA | {
    "category": TICKET,
    "ticket": {"code": "T-1", "event_name": "Takeoff", "start": "2026-03-14T09:00:00+00:00"},
}
TASK = TO_ADA | {"category": NAME, "params": {"note": "a note"}}
MANIFEST = 'description = "Mine."\n[params.note]\ntype = "text"\nrequired = true\nsample = "a note"\n'


def write_bundle(root: Path, html: str) -> None:
    folder = root / NAME
    folder.mkdir(exist_ok=True)
    (folder / "template.toml").write_text(MANIFEST)
    (folder / "body.html.j2").write_text(html)


async def test_every_sample_of_every_language_is_a_mail_on_a_fresh_machine() -> None:
    async with previewing() as preview:
        code, bundles = await preview.get("/bundles")
        assert (code, bundles["problems"], bundles["can_send"]) == (200, [], False)
        samples = {(c["name"], lang): task for c in bundles["categories"] for lang, task in c["samples"].items()}
        assert len(samples) == 7
        for task in samples.values():
            code, answer = await preview.post("/show", task)
            assert (code, answer["result"]["subject"]) == (200, task["subject"])


async def test_a_ticket_is_shown_as_it_would_be_sent() -> None:
    async with previewing() as preview:
        _, answer = await preview.post("/show", {**TICKET_TASK, "first_name": "Zoë <b>"})
    mail = answer["result"]
    assert mail["size_bytes"] == len(mail["raw"])
    message = email.message_from_string(mail["raw"], policy=email.policy.default)
    types = [part.get_content_type() for part in message.walk()]
    assert {"image/png", "text/calendar"} <= set(types)
    assert "Zoë &lt;b&gt;" in mail["light"]
    assert "data:image/png;base64," in mail["light"]
    assert "cid:" not in mail["light"]
    assert "data:" not in "".join(
        part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
    )


async def test_colours_are_those_of_the_wish_and_not_of_the_browser() -> None:
    async with previewing() as preview:
        _, answer = await preview.post("/show", TICKET_TASK)
    light, dark = answer["result"]["light"], answer["result"]["dark"]
    assert "prefers-color-scheme" not in light + dark
    assert ("@media (max-width: 0)" in light, "@media (max-width: 0)" in dark) == (True, False)
    assert ("@media (min-width: 0)" in light, "@media (min-width: 0)" in dark) == (False, True)


async def test_a_changed_file_is_a_new_version_and_is_shown(tmp_path: Path, environment: Callable[..., None]) -> None:
    write_bundle(tmp_path, "<p>one {{ params.note }}</p>")
    environment(TEMPLATES_DIR=str(tmp_path))
    async with previewing() as preview:
        _, before = await preview.get("/version")
        _, first = await preview.post("/show", TASK)
        write_bundle(tmp_path, "<p>and two: {{ params.note }}</p>")
        _, after = await preview.get("/version")
        _, second = await preview.post("/show", TASK)
    assert before != after
    assert "one a note" in first["result"]["light"]
    assert "and two: a note" in second["result"]["light"]


async def test_what_the_check_finds_is_told(tmp_path: Path, environment: Callable[..., None]) -> None:
    write_bundle(tmp_path, '<img src="http://example.org/x.png" width="1" height="1"><p>{{ params.note }}</p>')
    environment(TEMPLATES_DIR=str(tmp_path))
    async with previewing() as preview:
        _, bundles = await preview.get("/bundles")
    assert [problem for problem in bundles["problems"] if "alt" in problem and problem.startswith(NAME)]


async def test_a_broken_bundle_is_named_and_the_others_are_shown(
    tmp_path: Path, environment: Callable[..., None]
) -> None:
    write_bundle(tmp_path, "<p>{{ params.note </p>")
    environment(TEMPLATES_DIR=str(tmp_path))
    async with previewing() as preview:
        _, bundles = await preview.get("/bundles")
        code, _ = await preview.post("/show", TICKET_TASK)
    assert code == 200
    assert NAME not in [entry["name"] for entry in bundles["categories"]]
    assert any(problem.startswith(f"{NAME}/body.html.j2") for problem in bundles["problems"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"params": {}}, "missing_param:note"),
        ({"category": "Nobody"}, "unknown_category:Nobody"),
        ({"to": "no address"}, "bad_address"),
        ({"tikcet": 1}, "tikcet: Extra inputs are not permitted"),
    ],
)
async def test_what_the_worker_would_not_send_is_told_with_the_hospitals_reason(
    change: dict[str, Any], problem: str, tmp_path: Path, environment: Callable[..., None]
) -> None:
    write_bundle(tmp_path, "<p>{{ params.note }}</p>")
    environment(TEMPLATES_DIR=str(tmp_path))
    async with previewing() as preview:
        code, answer = await preview.post("/show", {**TASK, **change})
    assert code == 422
    assert answer["problems"][0].startswith(problem)


@pytest.mark.parametrize(
    ("body", "problem"), [(b"{", "not JSON"), (b"\xff", "not JSON"), (b"[1]", "the task must be one JSON object")]
)
async def test_what_is_no_task_is_told(body: bytes, problem: str) -> None:
    async with previewing() as preview:
        code, answer = await preview.post("/show", body)
    assert code == 422
    assert answer["problems"][0].startswith(problem)


async def test_a_test_mail_goes_to_the_relay_and_each_is_another_one(
    tmp_path: Path, environment: Callable[..., None]
) -> None:
    inbox = Inbox(tmp_path)
    async with open_inbox(inbox) as port:
        environment(SMTP_RELAY=f"127.0.0.1:{port}", SMTP_TLS="insecure-none", MAIL_FROM="Us <us@example.org>")
        async with previewing() as preview:
            task = {**TICKET_TASK, "send_at": "2999-01-01T00:00:00Z"}
            answers = [(await preview.post("/send", task))[1]["result"] for _ in range(2)]
    mails = [email.message_from_bytes((tmp_path / f"{number}.eml").read_bytes()) for number in (1, 2)]
    assert [answer.partition(" by ")[0] for answer in answers] == ["accepted"] * 2
    assert len({mail["Message-ID"] for mail in mails}) == 2
    assert {mail["From"] for mail in mails} == {"Us <us@example.org>"}
    assert inbox.recipients == [task["to"]] * 2


async def test_a_relay_that_is_away_is_told(environment: Callable[..., None]) -> None:
    environment(SMTP_RELAY="127.0.0.1:1", SMTP_TLS="insecure-none")
    async with previewing() as preview:
        _, answer = await preview.post("/send", TICKET_TASK)
    assert answer["result"].startswith("RelayUnavailable (phase: connect, cause: refused")


async def test_without_a_relay_nothing_can_be_sent() -> None:
    async with previewing() as preview:
        code, answer = await preview.post("/send", TICKET_TASK)
    assert code == 422
    assert answer["problems"] == ["no relay: set SMTP_RELAY, and SMTP_USER and SMTP_PASS where it asks for a login"]


async def test_strangers_get_nothing() -> None:
    async with previewing() as preview:
        assert (await preview.get("/bundles", Host="rebound.example"))[0] == 400
        assert (await preview.post("/send", {}, "text/plain"))[0] == 415
        assert (await preview.get("/send"))[0] == 405
