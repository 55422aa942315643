"""A mail that kills its workers is found and kept, and drags no other along (F18)."""

import asyncio
import hashlib

import pytest

from application.ports.ledger import Claim
from application.ports.message_source import Message
from domain.email_job import InDoubtPolicy
from domain.mail_events import EmailHospitalised, EmailRetryScheduled, EmailSent, EmailWaiting
from tests.unit.application.bench import LEASE_S, RELAY, Bench

GOOD, BUG, LOOP = (Message(body=body) for body in (b"good", b"bug", b"loop"))
KEYS = {b"good": "t-1", b"bug": "t-2", b"loop": "t-3"}


async def workers_died_of(bench: Bench, message: Message, *, deaths: int, marked: bool = False) -> None:
    """So many workers died with this mail in their hands, and the last one's lease is over, too."""
    for _ in range(deaths):
        body_hash = hashlib.sha256(message.body).digest()
        claim = await bench.ledger.claim(KEYS[message.body], body_hash=body_hash)
        assert isinstance(claim, Claim)
        if marked:
            assert await bench.ledger.mark_dot(claim, relay=RELAY)
        await bench.clock.advance(LEASE_S + 1)


async def trial_of(bench: Bench, message: Message) -> asyncio.Task[None]:
    """Deliver until it is being tried, or at its end."""
    delivery = asyncio.create_task(bench.deliver(message))
    await bench.clock.advance(1)
    return delivery


async def test_a_mail_of_which_two_workers_died_is_tried() -> None:
    bench = Bench()
    await workers_died_of(bench, GOOD, deaths=2)
    await (await trial_of(bench, GOOD))
    assert bench.observer.only(EmailSent).attempts == 1


@pytest.mark.parametrize(("marked", "deaths", "reason"), [(False, 3, "worker_died_holding"), (True, 6, "in_doubt")])
async def test_a_mail_of_which_too_many_workers_died_is_not_tried_again(marked: bool, deaths: int, reason: str) -> None:
    bench = Bench()
    await workers_died_of(bench, GOOD, deaths=deaths, marked=marked)
    await bench.deliver(GOOD)
    assert bench.transport.sent == []
    letter = bench.observer.only(EmailHospitalised)
    assert (letter.reason, letter.attempts) == (reason, 0)
    await bench.deliver(GOOD)
    assert [verb[0] for verb in bench.source.verbs] == ["hospitalise"] * 2


async def test_a_mail_in_doubt_beside_three_deaths_follows_its_policy() -> None:
    bench = Bench()
    await workers_died_of(bench, GOOD, deaths=3, marked=True)
    await bench.deliver(GOOD)
    assert bench.observer.only(EmailRetryScheduled).cause == "in_doubt"


async def test_suspects_are_tried_one_at_a_time() -> None:
    bench = Bench(None)
    for message in (GOOD, BUG):
        await workers_died_of(bench, message, deaths=1)
    trying = await trial_of(bench, GOOD)
    assert bench.transport.sent
    await bench.deliver(BUG)
    aside = bench.observer.only(EmailWaiting)
    assert (aside.cause, aside.delay_s, aside.attempts) == ("worker_died", 1.5, 0)
    trying.cancel()
    await asyncio.wait([trying])
    # Having stepped aside, it is a suspect still, and no more of one.
    claim = await bench.ledger.claim("t-2", body_hash=hashlib.sha256(b"bug").digest())
    assert isinstance(claim, Claim)
    assert claim.deaths == 1


async def test_those_that_come_back_together_have_stepped_aside_before_one_is_tried() -> None:
    bench = Bench()
    for message in (GOOD, BUG):
        await workers_died_of(bench, message, deaths=1)
    deliveries = [asyncio.create_task(bench.deliver(message)) for message in (GOOD, BUG)]
    await bench.clock.advance(0)
    assert bench.observer.only(EmailWaiting).cause == "worker_died"
    assert bench.transport.sent == []
    await bench.clock.advance(1)
    await asyncio.gather(*deliveries)
    assert bench.observer.only(EmailSent).attempts == 1


async def test_a_mail_in_doubt_is_never_put_aside() -> None:
    bench = Bench(None, in_doubt=InDoubtPolicy.HOLD)
    await workers_died_of(bench, LOOP, deaths=1)
    await workers_died_of(bench, GOOD, deaths=1, marked=True)
    trying = await trial_of(bench, LOOP)
    await bench.deliver(GOOD)
    assert bench.observer.only(EmailHospitalised).reason == "in_doubt"
    trying.cancel()
    await asyncio.wait([trying])


async def test_a_stop_ends_no_doubt() -> None:
    bench = Bench()
    await workers_died_of(bench, LOOP, deaths=1, marked=True)
    trying = await trial_of(bench, LOOP)
    trying.cancel()
    await asyncio.wait([trying])
    await bench.clock.advance(LEASE_S + 1)
    claim = await bench.ledger.claim(KEYS[LOOP.body], body_hash=hashlib.sha256(LOOP.body).digest())
    assert isinstance(claim, Claim)
    assert claim.in_doubt


async def test_a_mail_that_nobody_died_of_does_not_wait_for_a_suspect() -> None:
    bench = Bench(None)
    await workers_died_of(bench, GOOD, deaths=1)
    trying = await trial_of(bench, GOOD)
    assert bench.transport.sent
    await bench.deliver(BUG)
    assert bench.observer.only(EmailHospitalised).reason == "internal_error"
    trying.cancel()
    await asyncio.wait([trying])
