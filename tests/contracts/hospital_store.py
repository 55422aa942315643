"""What every HospitalStore does, the one in memory and the ones on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.hospital_store import Admission, HospitalStore
from domain.cause_group import CauseGroup
from domain.failure_reason import FailureKind, FailureReason
from domain.letter import FailedMail, LetterContents, LetterStatus
from domain.letter_filter import LetterFilter, ReasonPattern
from domain.reply import Reply
from tests.doubles.clock import START, ManualClock

RELAY = "smtp.example.com:465"
EVERYTHING = LetterFilter()
NO_SUCH_USER = FailureReason(FailureKind.REFUSED_PERMANENTLY, "rcpt")


def a_mail(number: int = 1, **changes: object) -> FailedMail:
    """Make a mail that a relay refused; `number` makes it another one."""
    mail = FailedMail(
        key=f"mail-{number}",
        body=b"\x00\xff body %d" % number,
        properties='{"headers":{}}',
        reason=NO_SUCH_USER,
        reply=Reply(code=550, text=f"5.1.1 <ada{number}@example.org> no such user"),
        relay=RELAY,
        attempts=2,
        failed_at=START - timedelta(hours=1),
        category="welcome",
        domain="example.org",
        search_text=f'Ada {number} Großes Fest 100% of it\'s "all"',
    )
    return replace(mail, **changes)  # type: ignore[arg-type]  # each test names fields as they are


class HospitalStoreContract:
    """Subclass with the fixtures `store` and `clock`, the clock by which the store dates."""

    async def test_a_letter_keeps_everything(self, store: HospitalStore) -> None:
        assert await store.admit(a_mail()) is Admission.NEW
        fetched = await store.letter(1)
        assert fetched is not None
        letter, contents = fetched
        assert contents == LetterContents(body=b"\x00\xff body 1", properties='{"headers":{}}')
        assert (letter.id, letter.key, letter.status) == (1, "mail-1", LetterStatus.WAITING)
        assert (letter.reason, letter.reply, letter.relay, letter.attempts) == (
            NO_SUCH_USER,
            Reply(code=550, text="5.1.1 <ada1@example.org> no such user"),
            RELAY,
            2,
        )
        assert (letter.failed_at, letter.admitted_at) == (START - timedelta(hours=1), START)
        assert (letter.category, letter.domain, letter.returned) == ("welcome", "example.org", 0)
        assert letter.group == a_mail().cause.id

    async def test_an_empty_letter_of_which_nothing_is_known_is_kept_too(
        self, store: HospitalStore, clock: ManualClock
    ) -> None:
        stranger = FailedMail(key="k", body=b"", properties="{}", reason=FailureReason(FailureKind.UNKNOWN))
        assert await store.admit(stranger) is Admission.NEW
        (letter,) = await store.page(EVERYTHING, limit=9)
        assert (letter.reply, letter.failed_at) == (None, clock.now())
        fetched = await store.letter(letter.id)
        assert fetched == (letter, LetterContents(body=b"", properties="{}"))

    async def test_nobody_has_a_letter_that_was_never_admitted(self, store: HospitalStore) -> None:
        assert await store.letter(1) is None

    @pytest.mark.parametrize("text", ["550 \0 nul", "lone \ud800", "x" * 9000])
    async def test_text_that_no_database_keeps_does_not_keep_a_letter_out(
        self, store: HospitalStore, text: str
    ) -> None:
        mail = a_mail(reply=Reply(code=550, text=text), search_text=text)
        assert await store.admit(mail) is Admission.NEW
        assert len(await store.page(EVERYTHING, limit=9)) == 1

    async def test_a_copy_of_a_letter_changes_nothing(self, store: HospitalStore) -> None:
        """Whoever died before its acknowledgement finds the message again, as does a worker its own letter."""
        await store.admit(a_mail())
        before = await store.letter(1)
        for failed_at in (START - timedelta(hours=1), START + timedelta(hours=1), None):
            assert await store.admit(a_mail(failed_at=failed_at)) is Admission.KNOWN
        assert await store.letter(1) == before
        assert len(await store.ids(EVERYTHING)) == 1

    async def test_one_key_with_another_body_is_another_letter(self, store: HospitalStore) -> None:
        await store.admit(a_mail())
        assert await store.admit(a_mail(body=b"other")) is Admission.NEW
        assert list(await store.ids(LetterFilter(key="mail-1"))) == [1, 2]

    @pytest.mark.parametrize("left", [LetterStatus.ARCHIVED, LetterStatus.REPLAYING])
    async def test_a_mail_that_failed_after_its_letter_had_left_returns(
        self, store: HospitalStore, clock: ManualClock, left: LetterStatus
    ) -> None:
        await store.admit(a_mail())
        await store.move([1], source=LetterStatus.WAITING, target=left)
        await clock.advance(60)
        again = a_mail(
            failed_at=clock.now(), reason=FailureReason(FailureKind.EXPIRED), reply=None, relay="", attempts=3
        )
        assert await store.admit(again) is Admission.RETURNED
        (letter,) = await store.page(EVERYTHING, limit=9)
        assert (letter.id, letter.status, letter.returned) == (1, LetterStatus.WAITING, 1)
        assert (str(letter.reason), letter.reply, letter.attempts) == ("expired", None, 3)
        assert (letter.failed_at, letter.admitted_at) == (clock.now(), START)
        assert letter.group == again.cause.id

    async def test_an_old_copy_does_not_bring_a_letter_back(self, store: HospitalStore, clock: ManualClock) -> None:
        await store.admit(a_mail())
        await clock.advance(60)
        await store.move([1], source=LetterStatus.WAITING, target=LetterStatus.REPLAYING)
        await clock.advance(60)
        await store.move([1], source=LetterStatus.REPLAYING, target=LetterStatus.REPLAYED)
        for failed_at in (START - timedelta(hours=1), START + timedelta(seconds=59), None):
            assert await store.admit(a_mail(failed_at=failed_at)) is Admission.KNOWN
        assert await store.admit(a_mail(failed_at=START + timedelta(seconds=61))) is Admission.RETURNED

    async def test_pages_go_from_the_newest_to_the_oldest(self, store: HospitalStore) -> None:
        for number in range(1, 6):
            await store.admit(a_mail(number))
        first = await store.page(EVERYTHING, limit=2)
        second = await store.page(EVERYTHING, limit=9, before=first[-1].id)
        assert ([letter.id for letter in first], [letter.id for letter in second]) == ([5, 4], [3, 2, 1])

    async def test_letters_of_one_cause_are_one_group(self, store: HospitalStore) -> None:
        for number in (1, 2):
            await store.admit(a_mail(number, failed_at=START + timedelta(minutes=number)))
        await store.admit(a_mail(3, reason=FailureReason(FailureKind.MISSING, "to"), reply=None))
        refused, missing = await store.groups(EVERYTHING)
        assert (refused.cause, refused.letters) == (a_mail().cause, 2)
        assert (refused.first_failed_at, refused.last_failed_at) == (
            START + timedelta(minutes=1),
            START + timedelta(minutes=2),
        )
        cause = CauseGroup.of(FailureReason(FailureKind.MISSING, "to"), None, "welcome")
        assert (missing.cause, missing.letters) == (cause, 1)
        assert [group.letters for group in await store.groups(LetterFilter(group=cause.id))] == [1]

    async def test_the_stats_count_by_status(self, store: HospitalStore) -> None:
        empty = await store.stats()
        assert (set(empty.letters), sum(empty.letters.values()), empty.oldest_waiting) == (set(LetterStatus), 0, None)
        for number in (1, 2, 3):
            await store.admit(a_mail(number, failed_at=START + timedelta(minutes=number)))
        await store.move([1], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED)
        stats = await store.stats()
        assert (stats.letters[LetterStatus.WAITING], stats.letters[LetterStatus.ARCHIVED]) == (2, 1)
        assert (stats.waiting_groups, stats.oldest_waiting) == (1, START + timedelta(minutes=2))

    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (LetterFilter(status=LetterStatus.ARCHIVED), [3]),
            (LetterFilter(reasons=(ReasonPattern.parse("smtp 550"),)), [1]),
            (LetterFilter(reasons=(ReasonPattern.parse("smtp 5xx"), ReasonPattern.parse("expired"))), [1, 2, 3]),
            (LetterFilter(reasons=(ReasonPattern.parse("refused_permanently:rcpt"),)), [1, 2]),
            (LetterFilter(reasons=(ReasonPattern.parse("refused_permanently:data"),)), []),
            (LetterFilter(categories=("ticket", "none")), [2]),
            (LetterFilter(domains=("example.org",), not_domains=("example.com",)), [1, 2]),
            (LetterFilter(not_domains=("example.org",)), [3]),
            (LetterFilter(since=START), [2, 3]),
            (LetterFilter(until=START), [1]),
            (LetterFilter(since=START, until=START + timedelta(hours=1)), [2]),
            (LetterFilter(group=a_mail().cause.id), [1]),
            (LetterFilter(relay="b.example.com:25"), [2]),
            (LetterFilter(key="mail-3"), [3]),
            (LetterFilter(text="ada 2"), [2]),
            (LetterFilter(text="GROSSES fest"), [1, 2]),
            (LetterFilter(text="100% OF"), [1, 2]),
            (LetterFilter(text="100_"), []),
            (LetterFilter(ids=(1, 3, 99)), [1, 3]),
            (LetterFilter(text="it's \"all", key="mail-1"), [1]),
        ],
    )
    async def test_a_filter_selects(self, store: HospitalStore, wanted: LetterFilter, ids: list[int]) -> None:
        await store.admit(a_mail(1))
        await store.admit(
            a_mail(
                2,
                failed_at=START,
                category="ticket",
                relay="b.example.com:25",
                reply=Reply(code=552, text="5.3.4 too big"),
            )
        )
        await store.admit(
            FailedMail(
                key="mail-3",
                body=b"",
                properties="{}",
                reason=FailureReason(FailureKind.EXPIRED),
                failed_at=START + timedelta(hours=1),
            )
        )
        await store.move([3], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED)
        assert list(await store.ids(wanted)) == ids
        assert [letter.id for letter in await store.page(wanted, limit=9)] == ids[::-1]
        assert sum(group.letters for group in await store.groups(wanted)) == len(ids)
