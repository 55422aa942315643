"""Makes another mail of a letter: changed where an operator says, otherwise byte for byte as its producer wrote it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from application.ports.address_parser import AddressParser
from application.ports.hospital_store import HospitalStore
from application.ports.task_codec import DecodedTask, TaskCodec
from application.use_cases.read_letter import ReadLetter
from domain.audit import Action, Deed
from domain.email_address import BadAddress
from domain.email_task import EmailTask
from domain.letter import Letter, LetterContents, LetterStatus


class EditRefused(Exception):
    """The letter cannot be edited, or not like this; `problem` names the field, for the person who wrote it."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedLetter:
    """The number of the new letter, and which fields differ from its original's."""

    id: int
    changed: Sequence[str]


class EditLetter:
    """The original is archived, and linked; the new letter waits under a key of its own, since it is another mail."""

    def __init__(
        self,
        *,
        store: HospitalStore,
        codec: TaskCodec,
        addresses: AddressParser,
        read: ReadLetter,
        fresh_key: Callable[[], str],
    ) -> None:
        self._store = store
        self._codec = codec
        self._addresses = addresses
        self._read = read
        self._fresh_key = fresh_key

    async def task(self, letter_id: int) -> EmailTask:
        """Read the task of a letter that waits; raises EditRefused, LedgerUnavailable."""
        _, _, task = await self._open(letter_id)
        return task

    async def __call__(self, letter_id: int, edited: EmailTask, *, by: str) -> EditedLetter:
        """Put another letter in the place of one that waits; raises EditRefused, LedgerUnavailable."""
        letter, contents, task = await self._open(letter_id)
        changed = [each.name for each in fields(task) if getattr(task, each.name) != getattr(edited, each.name)]
        if not changed:
            raise EditRefused("nothing was changed")
        if missing := edited.missing_field():
            raise EditRefused(f"{missing}: must not be empty")
        if isinstance(address := self._addresses.parse(edited.to), BadAddress):
            raise EditRefused(f"to: {address.why}")
        try:
            body = self._codec.edit(contents.body, edited)
        except ValueError as error:
            raise EditRefused(str(error)) from error
        mail = self._read.anew(letter, contents, key=self._fresh_key(), body=body)
        deed = Deed(action=Action.EDITED, by=by, text=", ".join(changed))
        number = await self._store.copy(letter_id, mail, deed=deed)
        if number is None:
            raise EditRefused(f"{letter_id}: it does not wait any more")
        return EditedLetter(id=number, changed=changed)

    async def _open(self, letter_id: int) -> tuple[Letter, LetterContents, EmailTask]:
        fetched = await self._store.letter(letter_id)
        if fetched is None:
            raise EditRefused(f"{letter_id}: there is no such letter")
        letter, contents = fetched
        if letter.status is not LetterStatus.WAITING:
            raise EditRefused(f"{letter_id}: it does not wait, it is {letter.status}")
        decoded = self._codec.decode(contents.body)
        if not isinstance(decoded, DecodedTask):
            raise EditRefused(f"{letter_id}: its bytes are no task: {decoded.reason}")
        return letter, contents, decoded.task
