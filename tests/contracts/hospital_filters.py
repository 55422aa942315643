"""That any filter selects on a database what the domain says that it selects, whatever characters are in it."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from adapters.memory.hospital_store import InMemoryHospitalStore
from application.ports.hospital_store import HospitalStore
from domain.letter import LetterStatus
from domain.letter_filter import LetterFilter, ReasonPattern
from domain.reply import Reply
from tests.contracts.hospital_store import a_mail
from tests.doubles.clock import START, ManualClock

# What SQL, LIKE, shells and terminals give a meaning to, and letters that change their length with their case.
WORDS = [
    "",
    "'",
    "''",
    '"',
    "%",
    "_",
    "\\",
    ";--",
    "' OR '1'='1",
    "'); DROP TABLE letter; --",
    ":the_key",
    "?",
    "%s",
    "ß",
    "İ",
    "\u202e",
    "\x1b[2J",
    "日本",
    "e\u0301",
    "NULL",
    "a",
]
_words = st.sampled_from(WORDS) | st.text(max_size=3)
_several = st.lists(_words, max_size=2).map(tuple)
_times = st.none() | st.integers(0, 30).map(lambda minutes: START + timedelta(minutes=minutes))

filters = st.builds(
    LetterFilter,
    status=st.none() | st.sampled_from(LetterStatus),
    reasons=st.lists(
        st.sampled_from(["smtp 550", "smtp 4xx", "refused_permanently", "missing:to"]).map(ReasonPattern.parse),
        max_size=2,
    ).map(tuple),
    categories=_several,
    domains=_several,
    not_domains=_several,
    since=_times,
    until=_times,
    relay=_words,
    key=_words,
    text=_words,
)


async def fill(*stores: HospitalStore) -> None:
    """Admit a letter for each of WORDS, in which every text is that word."""
    for store in stores:
        for number, word in enumerate(WORDS):
            mail = a_mail(
                number,
                key=word,
                category=word,
                domain=word,
                relay=word,
                search_text=word,
                reply=Reply(code=450 + 100 * (number % 2), text=word),
                failed_at=START + timedelta(minutes=number),
            )
            await store.admit(mail)
        await store.move([2, 3, 5, 8], source=LetterStatus.WAITING, target=LetterStatus.ARCHIVED)


async def filled_fake() -> InMemoryHospitalStore:
    """The store that filters by the domain's own words."""
    fake = InMemoryHospitalStore(clock=ManualClock())
    await fill(fake)
    return fake


Run = Callable[[Coroutine[Any, Any, Any]], Any]


def assert_same_letters(run: Run, store: HospitalStore, fake: HospitalStore, wanted: LetterFilter) -> None:
    """Compare both stores in ids, page and groups, and see that all letters are still there."""
    assert run(store.ids(wanted)) == run(fake.ids(wanted))
    assert run(store.page(wanted, limit=100)) == run(fake.page(wanted, limit=100))
    assert run(store.groups(wanted)) == run(fake.groups(wanted))
    assert len(run(store.ids(LetterFilter()))) == len(WORDS)
