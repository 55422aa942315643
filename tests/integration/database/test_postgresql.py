"""PostgreSQL: what only it can do, and how it fails."""

import asyncio
import time

import pytest

from adapters.database.diagnosis import DatabaseDiagnosis
from adapters.database.ledger import DatabaseLedger
from application.ports.diagnosis import Severity
from application.ports.ledger import AlreadySent, Claim, HeldElsewhere, LedgerUnavailable
from domain.next_step import Finish
from domain.reply import Reply
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.ledger import BODY, FINISH, KEY, RELAY, WAIT, a_try, taken
from tests.integration.database.server import PASSWORD, Server

# connect_timeout, statement_timeout and the ledger's patience are all below it.
_BOUND_S = 15.0


async def unavailable_soon(ledger: DatabaseLedger) -> str:
    """Claim in vain; returns the cause."""
    began_s = time.monotonic()
    with pytest.raises(LedgerUnavailable) as raised:
        await ledger.claim("in-vain", body_hash=BODY)
    assert time.monotonic() - began_s < _BOUND_S
    assert PASSWORD not in raised.value.cause
    return raised.value.cause


async def test_a_server_that_was_killed_is_unavailable_and_works_again_by_itself(
    server: Server, stage: DatabaseStage
) -> None:
    ledger = await stage.worker()
    claim = await taken(ledger)
    server.kill()
    for _ in range(2):
        await unavailable_soon(ledger)
    server.start()
    assert await ledger.mark_dot(claim, relay=RELAY)
    assert await ledger.conclude(claim, FINISH, a_try())
    assert await ledger.claim(KEY, body_hash=BODY) == AlreadySent(FINISH)


async def test_a_server_that_is_frozen_is_unavailable_and_works_again_by_itself(
    server: Server, stage: DatabaseStage
) -> None:
    """Its sockets stay open, so that nothing but our own patience ends the wait."""
    ledger = await stage.worker()
    claim = await taken(ledger)
    server.freeze()
    try:
        for _ in range(2):
            await unavailable_soon(ledger)
    finally:
        server.thaw()
    assert await ledger.conclude(claim, FINISH, a_try())


async def test_a_worker_whose_connection_was_cut_goes_on(server: Server, stage: DatabaseStage) -> None:
    ledger = await stage.worker()
    await taken(ledger)
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    await unavailable_soon(ledger)
    assert isinstance(await ledger.claim(KEY, body_hash=BODY), HeldElsewhere)


async def test_a_row_that_somebody_else_locks_is_unavailable_in_bounded_time(stage: DatabaseStage) -> None:
    ledger = await stage.worker()
    await taken(ledger)
    with stage.engine.begin() as connection:
        connection.exec_driver_sql("SELECT * FROM mail FOR UPDATE")
        with pytest.raises(LedgerUnavailable, match="statement timeout"):
            await ledger.claim(KEY, body_hash=BODY)
    assert isinstance(await ledger.claim(KEY, body_hash=BODY), HeldElsewhere)


async def test_two_workers_on_the_same_mails_in_opposite_orders_do_not_block_each_other(stage: DatabaseStage) -> None:
    ledgers = [await stage.worker(), await stage.worker()]
    keys = [str(number) for number in range(200)]
    for _ in range(5):
        claims = [ledgers[0].claim(key, body_hash=BODY) for key in keys]
        claims += [ledgers[1].claim(key, body_hash=BODY) for key in reversed(keys)]
        results = await asyncio.gather(*claims)
        won = [result for result in results if isinstance(result, Claim)]
        assert len(won) == len(keys)
        await asyncio.gather(*(ledgers[0].conclude(claim, WAIT, None) for claim in won))


async def test_a_reply_is_cut_to_what_postgresql_can_keep(stage: DatabaseStage) -> None:
    ledger = await stage.worker()
    reply = Reply(code=250, text="\0ö" * 2000 + "\udcff")
    await ledger.conclude(await taken(ledger), Finish(attempts=1, reply=reply, relay=""), a_try(reply=reply))
    kept = Reply(code=250, text="ö" * 1024)
    assert await ledger.claim(KEY, body_hash=BODY) == AlreadySent(Finish(attempts=1, reply=kept, relay=""))


async def test_doctor_finds_a_healthy_server_in_order_and_leaves_it_unchanged(stage: DatabaseStage) -> None:
    for words in ("will be brought up to date", "schema is current"):
        (finding,) = await DatabaseDiagnosis(url=stage.url).examine()
        assert finding.severity is Severity.OK
        assert words in finding.detail
        await (await stage.worker()).timeline(KEY)


async def test_doctor_warns_of_a_server_that_forgets(server: Server, stage: DatabaseStage) -> None:
    server.execute(f"ALTER DATABASE {stage.url.rpartition('/')[2]} SET synchronous_commit = off")
    _, warning = await DatabaseDiagnosis(url=stage.url).examine()
    assert (warning.severity, "synchronous_commit" in warning.remedy) == (Severity.WARNING, True)


@pytest.mark.parametrize("wrong", ["password", "port", "database"])
async def test_doctor_names_what_is_wrong_without_the_password(server: Server, wrong: str) -> None:
    url = {
        "password": server.url().replace(PASSWORD, "battery-staple"),
        "port": server.url().replace(str(server.port), "1"),
        "database": server.url("absent"),
    }[wrong]
    (finding,) = await DatabaseDiagnosis(url=url).examine()
    assert finding.severity is Severity.ERROR
    assert finding.remedy
    assert "battery-staple" not in str(finding)
    assert PASSWORD not in str(finding)
