"""Where a mail went, by whatever name it goes."""

import pytest

from adapters.memory.hospital_store import InMemoryHospitalStore
from adapters.memory.ledger import InMemoryLedger
from application.ports.ledger import Claim
from application.use_cases.trace_mail import TraceMail
from domain.failure_reason import FailureKind, FailureReason
from domain.idempotency_key import key_of_id, message_id
from domain.letter import FailedMail
from tests.doubles.clock import ManualClock

BODY = b"\x01" * 32


class Case:
    def __init__(self) -> None:
        clock = ManualClock()
        self.ledger = InMemoryLedger(clock=clock)
        self.store = InMemoryHospitalStore(clock=clock)
        self.trace = TraceMail(ledger=self.ledger, store=self.store)

    async def claim(self, key: str) -> None:
        assert isinstance(await self.ledger.claim(key, body_hash=BODY), Claim)


@pytest.fixture
def case() -> Case:
    return Case()


@pytest.mark.parametrize("form", ["{}", "<{}>"])
async def test_a_mail_is_known_by_its_message_id(case: Case, form: str) -> None:
    await case.claim("order-17")
    await case.claim("order-18")
    story = await case.trace(form.format(message_id("order-17", domain="takeoff.test")))
    assert story
    assert (story.key, story.timeline and story.timeline.state) == ("order-17", "sending")


async def test_a_mail_is_known_by_the_id_that_its_producer_gave_it(case: Case) -> None:
    """One that is not plain stands in the ledger as a hash."""
    await case.claim(key_of_id("order 17, second try"))
    story = await case.trace("order 17, second try")
    assert story
    assert story.timeline


async def test_letters_tell_the_story_where_the_ledger_has_forgotten_it(case: Case) -> None:
    failed = FailedMail(
        key="order-17", body=b"x", properties="{}", reason=FailureReason(FailureKind.BAD_WIRE, "truncated")
    )
    await case.store.admit(failed)
    story = await case.trace("order-17")
    assert story
    assert story.timeline is None
    assert [letter.key for letter in story.letters] == ["order-17"]


@pytest.mark.parametrize("name", ["", "order-1", "ada@example.org", "0" * 32, "%", "\udcff"])
async def test_what_nobody_knows_has_no_story(case: Case, name: str) -> None:
    await case.claim("order-17")
    assert await case.trace(name) is None
