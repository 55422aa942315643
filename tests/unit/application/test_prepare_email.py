"""From a message to a mail, or to the reason why there will be none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.message_source import Message
from application.use_cases.assemble_email import AssembleEmail
from application.use_cases.prepare_email import Decided, PrepareEmail, Ready
from domain.category_rules import CategoryRules
from domain.email_address import EmailAddress
from domain.email_task import Attachment, EmailTask
from domain.failure_reason import FailureKind, FailureReason
from domain.mail_label import MailLabel
from domain.next_step import Hospitalise, Wait
from domain.outgoing_email import RenderedEmail
from tests.doubles.addresses import SplitAtSign
from tests.doubles.clock import START, ManualClock
from tests.doubles.codec import NamedTasks
from tests.doubles.parts import NamedCalendar, NamedQr
from tests.doubles.renderer import NO_RULES, OneCategory

SENDER = EmailAddress(local="tickets", domain="takeoff.test")
TASK = EmailTask(
    to="alice@example.org", category="welcome", subject="Hello", first_name="Alice", task_id="t-1", created_at=START
)


async def prepare(
    task: EmailTask | None, message: Message | None = None, *, attempts: int = 0, rules: CategoryRules = NO_RULES
) -> Ready | Decided:
    """Both steps in a row, as if the ledger knew of `attempts`."""
    use_case = PrepareEmail(
        codec=NamedTasks(**({"body": task} if task else {})),
        addresses=SplitAtSign(),
        renderer=OneCategory(rules),
        assemble=AssembleEmail(
            qr=NamedQr(),
            calendar=NamedCalendar(),
            mail_from=SENDER,
            from_name="Takeoff",
            idempotency_header="Idempotency-Key",
        ),
        clock=ManualClock(),
        fresh_key=lambda: "fresh",
    )
    read = use_case.read(message or Message(body=b"body"))
    return read if isinstance(read, Decided) else await use_case.compose(read, attempts=attempts)


def reason_of(prepared: Ready | Decided) -> FailureReason:
    assert isinstance(prepared, Decided)
    assert isinstance(prepared.step, Hospitalise)
    return prepared.step.reason


async def test_a_good_task_becomes_a_mail_with_exactly_its_recipient_and_subject() -> None:
    attachment = Attachment(filename="map.pdf", content_type="application/pdf", content=b"%PDF")
    prepared = await prepare(replace(TASK, attachments=(attachment,)))
    assert isinstance(prepared, Ready)
    email = prepared.email
    assert (str(email.mail_from), email.from_name) == ("tickets@takeoff.test", "Takeoff")
    assert str(email.rcpt_to) == "alice@example.org"
    assert (email.subject, email.date) == ("Hello", START)
    assert email.content == RenderedEmail(html="<p>Hello Alice</p>", text="Hello Alice")
    assert email.attachments == (attachment,)
    assert email.idempotency_header == "Idempotency-Key"


async def test_the_label_names_the_mail_without_naming_the_person() -> None:
    prepared = await prepare(TASK)
    assert prepared.label == MailLabel(key="t-1", category="welcome", domain="example.org", wanted_at=TASK.created_at)


async def test_the_message_id_is_the_same_for_every_attempt_and_another_for_another_mail() -> None:
    async def id_of(task: EmailTask, attempts: int) -> str:
        prepared = await prepare(task, attempts=attempts)
        assert isinstance(prepared, Ready)
        return prepared.email.message_id

    first = await id_of(TASK, 0)
    assert first.endswith("@takeoff.test")
    assert await id_of(TASK, 1) == first
    assert await id_of(replace(TASK, task_id="t-2"), 0) != first


async def test_attempts_count_by_the_ledger_and_not_by_the_message() -> None:
    prepared = await prepare(TASK, Message(body=b"body", attempts=7), attempts=2)
    assert isinstance(prepared, Ready)
    assert prepared.job.attempts == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to": ""}, "missing:to"),
        ({"category": ""}, "missing:category"),
        ({"subject": " "}, "missing:subject"),
        ({"to": "nobody"}, "bad_address:syntax"),
        ({"category": "no_such_thing"}, "unknown_category:no_such_thing"),
        ({"expires_at": START}, "expired"),
        ({"expires_at": START - timedelta(days=1)}, "expired"),
    ],
)
async def test_poison_goes_to_the_hospital_without_an_attempt(change: dict[str, object], reason: str) -> None:
    prepared = await prepare(replace(TASK, **change))  # type: ignore[arg-type]
    assert str(reason_of(prepared)) == reason
    assert isinstance(prepared.step, Hospitalise)  # type: ignore[union-attr]
    assert prepared.step.attempts == 0  # type: ignore[union-attr]


async def test_a_damaged_body_is_poison_under_the_key_its_copy_carries() -> None:
    prepared = await prepare(None, Message(body=b"damaged", key="k9"))
    assert reason_of(prepared) == FailureReason(FailureKind.BAD_WIRE, "truncated")
    assert prepared.label == MailLabel(key="k9")


async def test_a_damaged_body_without_any_id_gets_a_fresh_key() -> None:
    assert (await prepare(None, Message(body=b"damaged"))).label.key == "fresh"


async def test_a_task_is_known_by_its_creation_time_where_it_has_no_id() -> None:
    anonymous = replace(TASK, task_id="")
    assert (await prepare(anonymous)).label.key == (await prepare(anonymous)).label.key != "fresh"
    assert (await prepare(replace(anonymous, created_at=None))).label.key == "fresh"


async def test_a_mail_for_later_waits_until_its_time_free_of_charge() -> None:
    prepared = await prepare(replace(TASK, send_at=START + timedelta(minutes=5)))
    assert isinstance(prepared, Decided)
    assert prepared.step == Wait(delay_s=300, attempts=0, cause="send_at")


async def test_a_mail_whose_time_has_come_is_sent() -> None:
    later = START + timedelta(seconds=1)
    assert isinstance(await prepare(replace(TASK, send_at=START, expires_at=later)), Ready)


async def test_poison_for_later_goes_to_the_hospital_now() -> None:
    """An operator has until then to heal it."""
    prepared = await prepare(replace(TASK, category="no_such_thing", send_at=START + timedelta(days=2)))
    assert reason_of(prepared).kind is FailureKind.UNKNOWN_CATEGORY


async def test_a_time_at_the_end_of_the_calendar_is_waited_for_in_parts() -> None:
    """Producers write it for "never"; a due time beyond it could not even be calculated."""
    prepared = await prepare(replace(TASK, send_at=datetime.max.replace(tzinfo=UTC)))
    assert isinstance(prepared, Decided)
    assert isinstance(prepared.step, Wait)
    assert START + timedelta(seconds=prepared.step.delay_s) < datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("created", "expires_at", "is_late"),
    [(-1800, None, True), (-1799, None, False), (0, 0, True), (-1800, 600, True), (0, 600, False)],
)
async def test_a_mail_is_too_late_by_its_own_time_or_its_categorys_whichever_comes_first(
    created: int, expires_at: int | None, is_late: bool
) -> None:
    end = None if expires_at is None else START + timedelta(seconds=expires_at)
    task = replace(TASK, created_at=START + timedelta(seconds=created), expires_at=end)
    prepared = await prepare(task, rules=CategoryRules(expires_after=timedelta(minutes=30)))
    assert isinstance(prepared, Decided) is is_late
    if isinstance(prepared, Decided):
        assert reason_of(prepared) == FailureReason(FailureKind.EXPIRED)


async def test_a_category_that_takes_no_attachments_says_so() -> None:
    file = Attachment(filename="map.pdf", content_type="application/pdf", content=b"%PDF")
    prepared = await prepare(replace(TASK, attachments=(file,)), rules=CategoryRules(takes_attachments=False))
    assert str(reason_of(prepared)) == "bad_attachment:category_takes_none"
