"""What is known of a letter, whoever wrote it."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.email_validator.address_parser import EmailValidatorAddressParser
from adapters.memory.ledger import InMemoryLedger
from application.ports.hospital_queue import ReceivedLetter
from application.ports.ledger import Claim
from application.use_cases.read_letter import ReadLetter
from domain.email_task import EmailTask, Ticket
from domain.failure_reason import FailureKind, FailureReason
from domain.next_step import Hospitalise
from domain.reply import Reply
from tests.doubles.clock import START, ManualClock
from tests.doubles.codec import NamedTasks

TASK = EmailTask(
    to="Ada@Example.ORG",
    category="welcome",
    subject="You are in",
    created_at=START,
    params={"code": "K-17"},
    ticket=Ticket(event_name="Großes Fest"),
)
REFUSED = Hospitalise(
    reason=FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt"),
    attempts=2,
    relay="smtp.example.com:465",
    reply=Reply(code=550, text="5.1.1 no such user"),
)
OURS = ReceivedLetter(
    body=b"task",
    properties='{"headers":{}}',
    message_id="fresh",
    key="reg-1",
    reason=REFUSED.reason,
    reply=REFUSED.reply,
    relay=REFUSED.relay,
    attempts=REFUSED.attempts,
    failed_at=START,
)
BROKERS = ReceivedLetter(body=b"task", properties='{"headers":{}}', key="reg-1", death="delivery_limit")


@pytest.fixture
def ledger() -> InMemoryLedger:
    return InMemoryLedger(clock=ManualClock())


@pytest.fixture
def read(ledger: InMemoryLedger) -> ReadLetter:
    return ReadLetter(codec=NamedTasks(task=TASK), addresses=EmailValidatorAddressParser(), ledger=ledger)


async def test_a_workers_letter_is_taken_at_its_word(read: ReadLetter) -> None:
    mail = await read(OURS)
    assert (mail.key, mail.body, mail.properties) == ("reg-1", b"task", '{"headers":{}}')
    assert (mail.reason, mail.reply, mail.relay, mail.attempts, mail.failed_at) == (
        REFUSED.reason,
        REFUSED.reply,
        REFUSED.relay,
        2,
        START,
    )
    assert (mail.category, mail.domain) == ("welcome", "example.org")
    for text in ("Ada@Example.ORG", "You are in", "K-17", "Großes Fest", "no such user", "refused_permanently"):
        assert text in mail.search_text


async def test_the_brokers_letter_gets_its_story_from_the_ledger(read: ReadLetter, ledger: InMemoryLedger) -> None:
    claim = await ledger.claim("reg-1", body_hash=b"")
    assert isinstance(claim, Claim)
    await ledger.conclude(claim, REFUSED, None)
    mail = await read(BROKERS)
    assert (mail.reason, mail.reply, mail.relay, mail.attempts) == (
        REFUSED.reason,
        REFUSED.reply,
        REFUSED.relay,
        REFUSED.attempts,
    )


@pytest.mark.parametrize(
    ("death", "reason"),
    [
        ("delivery_limit", "worker_died_holding"),
        ("expired", "unknown:expired"),
        ("", "unknown"),
        ("ada@example.org", "unknown"),
    ],
)
async def test_without_the_ledger_the_brokers_word_must_do(read: ReadLetter, death: str, reason: str) -> None:
    assert str((await read(replace(BROKERS, death=death))).reason) == reason


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"not a task"])
async def test_what_is_no_task_is_a_letter_all_the_same(read: ReadLetter, body: bytes) -> None:
    mail = await read(ReceivedLetter(body=body, properties="{}"))
    assert (mail.body, str(mail.reason), mail.category, mail.domain) == (body, "unknown", "", "")


async def test_a_bad_address_leaves_the_domain_open(ledger: InMemoryLedger) -> None:
    codec = NamedTasks(task=replace(TASK, to="ada at example.org"))
    read = ReadLetter(codec=codec, addresses=EmailValidatorAddressParser(), ledger=ledger)
    assert (await read(OURS)).domain == ""


async def test_a_letter_without_a_key_has_the_one_that_the_worker_would_give_it(read: ReadLetter) -> None:
    assert (await read(replace(BROKERS, key=""))).key == hashlib.sha256(b"task").hexdigest()


async def test_a_letter_that_brings_no_key_is_the_same_letter_when_it_comes_again(read: ReadLetter) -> None:
    stranger = ReceivedLetter(body=b"", properties='{"headers":{"a":1}}')
    other = replace(stranger, properties='{"headers":{"a":2}}')
    first, again, second = [await read(letter) for letter in (stranger, stranger, other)]
    assert first.identity == again.identity != second.identity


async def test_much_text_is_not_all_searched(read: ReadLetter) -> None:
    mail = await read(ReceivedLetter(body=b"x" * 100_000, properties="{}", failed_at=START + timedelta(1)))
    assert len(mail.search_text) < 10_000
    assert len(mail.body) == 100_000
