"""Where did this mail go? Its story, as far as the ledger and the hospital know it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from application.ports.hospital_store import HospitalStore
from application.ports.ledger import Ledger, Timeline
from domain.idempotency_key import key_of_id
from domain.letter import Letter
from domain.letter_filter import LetterFilter

# As in a mail program, with or without angle brackets, or only what stands before the `@`.
_MESSAGE_ID = re.compile(r"<?([0-9a-f]{32})(?:@[^\s@<>]+)?>?", re.IGNORECASE)
_LETTERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStory:
    """What became of a mail; `letters` are the hospital's of it, the newest first, whatever their status."""

    key: str
    timeline: Timeline | None
    letters: Sequence[Letter]


class TraceMail:
    """Both are to be open."""

    def __init__(self, *, ledger: Ledger, store: HospitalStore) -> None:
        self._ledger = ledger
        self._store = store

    async def __call__(self, name: str) -> MailStory | None:
        """Tell the story of a mail by its key, its `task_id` or its Message-ID, None where nobody knows it.

        Raises LedgerUnavailable.
        """
        story = await self._story(key_of_id(name))
        if story is None and (message_id := _MESSAGE_ID.fullmatch(name)):
            key = await self._ledger.key_of(message_id.group(1).lower())
            story = await self._story(key) if key else None
        return story

    async def _story(self, key: str) -> MailStory | None:
        timeline = await self._ledger.timeline(key)
        letters = await self._store.page(LetterFilter(key=key, status=None), limit=_LETTERS)
        return MailStory(key=key, timeline=timeline, letters=letters) if timeline or letters else None
