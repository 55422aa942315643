"""The hospital's store on SQLite keeps the store's contract, by indexes."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import Select, text
from sqlalchemy.dialects import sqlite

from adapters.database.hospital_store import DatabaseHospitalStore
from adapters.database.ledger import DatabaseLedger
from adapters.database.letter_operations import groups_query, page_query
from adapters.database.replay_jobs import DatabaseReplayJobs
from application.ports.hospital_store import Admission
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter, ReasonPattern
from tests.contracts.database_stage import DatabaseStage
from tests.contracts.hospital_changes import HospitalChangesContract
from tests.contracts.hospital_filters import assert_same_letters, fill, filled_fake, filters
from tests.contracts.hospital_records import HospitalRecordsContract
from tests.contracts.hospital_store import HospitalStoreContract, a_mail
from tests.contracts.replay_jobs import ReplayJobsContract
from tests.doubles.clock import START, ManualClock

WAITING = LetterStatus.WAITING


@pytest.fixture
def clock(stage: DatabaseStage) -> ManualClock:
    return stage.clock


@pytest.fixture
async def ledger(stage: DatabaseStage) -> DatabaseLedger:
    return await stage.worker()


@pytest.fixture
def store(ledger: DatabaseLedger) -> DatabaseHospitalStore:
    return DatabaseHospitalStore(ledger=ledger)


@pytest.fixture
def jobs(ledger: DatabaseLedger) -> DatabaseReplayJobs:
    return DatabaseReplayJobs(ledger=ledger)


class TestSqliteHospitalStore(
    HospitalStoreContract, HospitalChangesContract, HospitalRecordsContract, ReplayJobsContract
):
    """Runs the contracts."""


def test_any_filter_selects_what_the_domain_says(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        stage = DatabaseStage(f"sqlite:///{tmp_path}/takeoff.db")
        store = DatabaseHospitalStore(ledger=runner.run(stage.worker()))
        runner.run(fill(store))
        fake = runner.run(filled_fake())

        @given(wanted=filters)
        def selects_the_same(wanted: LetterFilter) -> None:
            assert_same_letters(runner.run, store, fake, wanted)

        try:
            selects_the_same()
        finally:
            runner.run(stage.close())


async def test_letters_that_arrive_together_are_all_kept_once(store: DatabaseHospitalStore) -> None:
    mails = [a_mail(number) for number in range(600)]
    admissions = await asyncio.gather(*map(store.admit, mails + mails))
    assert (admissions.count(Admission.NEW), admissions.count(Admission.KNOWN)) == (600, 600)
    listed = await store.page(LetterFilter(), limit=600)
    assert [letter.key for letter in listed] == [mail.key for mail in reversed(mails)]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (LetterFilter(status=WAITING), "letter_status"),
        (LetterFilter(status=WAITING, group="0123456789ab"), "letter_cause"),
        (LetterFilter(status=WAITING, categories=("welcome",)), "letter_category"),
        (LetterFilter(status=WAITING, domains=("example.org",)), "letter_domain"),
        (LetterFilter(status=WAITING, reasons=(ReasonPattern.parse("expired"),)), "letter_reason"),
        (LetterFilter(status=WAITING, reasons=(ReasonPattern.parse("smtp 450"),)), "letter_reply"),
        (LetterFilter(key="mail-1"), "ix_letter_key"),
        (LetterFilter(), "letter"),
    ],
)
async def test_a_page_is_found_by_an_index(
    stage: DatabaseStage, store: DatabaseHospitalStore, wanted: LetterFilter, index: str
) -> None:
    plan = explain(stage, page_query(wanted, dialect="sqlite", limit=50))
    # A scan by the primary key in the wanted order ends with the page.
    assert f"USING INDEX {index} " in plan or plan == f"SCAN {index}"


async def test_groups_are_counted_from_an_index_alone(stage: DatabaseStage, store: DatabaseHospitalStore) -> None:
    for wanted in (LetterFilter(status=WAITING), LetterFilter(status=WAITING, since=START)):
        plan = explain(stage, groups_query(wanted, dialect="sqlite"))
        assert "USING COVERING INDEX letter_cause" in plan


async def test_groups_of_few_letters_are_counted_by_what_finds_them(
    stage: DatabaseStage, store: DatabaseHospitalStore
) -> None:
    for wanted, index in (
        (LetterFilter(status=WAITING, domains=("example.org",)), "letter_domain"),
        (LetterFilter(status=WAITING, not_domains=("example.org",)), "letter_domain"),
        (LetterFilter(status=WAITING, categories=("welcome",)), "letter_category"),
        (LetterFilter(status=WAITING, reasons=(ReasonPattern.parse("expired"),)), "letter_reason"),
        (LetterFilter(status=WAITING, reasons=(ReasonPattern.parse("smtp 5xx"),)), "letter_reply"),
    ):
        plan = explain(stage, groups_query(wanted, dialect="sqlite"))
        assert f"USING COVERING INDEX {index} " in plan


def explain(stage: DatabaseStage, query: Select[Any]) -> str:
    """Ask SQLite how it would find the rows."""
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with stage.engine.begin() as connection:
        rows = connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))
        return "\n".join(row.detail for row in rows)
