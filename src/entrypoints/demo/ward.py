"""The demo's hospital: the letters of its mails in a store of their own, for the reader to try the commands on."""

import shlex
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adapters.database.hospital_store import DatabaseHospitalStore
from adapters.database.ledger import DatabaseLedger
from application.ports.hospital_queue import ReceivedLetter
from application.ports.hospital_store import GroupSummary
from application.ports.message_source import HospitalLetter
from application.use_cases.read_letter import ReadLetter
from domain.letter_filter import LetterFilter
from entrypoints.container import Container

_FILE = "hospital.db"
_NO_PROPERTIES = '{"headers": {}}'


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWard:
    """Where the store is, and what is in it."""

    database_url: str
    groups: Sequence[GroupSummary]

    @property
    def commands(self) -> Sequence[str]:
        """What to type, line by line; none of them needs a broker."""
        return (
            f"export DATABASE_URL={shlex.quote(self.database_url)} AMQP_ADDR=amqp://127.0.0.1:1",
            "takeoff-mailer hospital groups",
            "takeoff-mailer hospital list --reason 'smtp 550'",
            "takeoff-mailer hospital show 1",
            "takeoff-mailer hospital edit 1 --set to=ada@example.org",
            "takeoff-mailer hospital list",
        )


async def fill_ward(folder: Path, letters: Sequence[tuple[bytes, HospitalLetter]], container: Container) -> DemoWard:
    """Admit the letters into a new store in the folder."""
    for old in (f"{_FILE}-wal", f"{_FILE}-shm", _FILE):
        with suppress(FileNotFoundError):
            (folder / old).unlink()
    url = f"sqlite:///{folder / _FILE}"
    clock, observer = container.clock(), container.observer()
    read = ReadLetter(codec=container.codec(), addresses=container.addresses(), ledger=container.ledger())
    async with DatabaseLedger(url=url, lease_s=30, retention_days=30, clock=clock, observer=observer) as ledger:
        store = DatabaseHospitalStore(ledger=ledger)
        # What can be mended comes first, so that the commands find it there.
        for body, letter in sorted(letters, key=lambda each: each[1].reply is None):
            await store.admit(await read(_received(body, letter)))
        return DemoWard(database_url=url, groups=await store.groups(LetterFilter()))


def _received(body: bytes, letter: HospitalLetter) -> ReceivedLetter:
    return ReceivedLetter(
        body=body,
        properties=_NO_PROPERTIES,
        key=letter.key,
        reason=letter.reason,
        reply=letter.reply,
        relay=letter.relay,
        attempts=letter.attempts,
        failed_at=letter.failed_at,
    )
