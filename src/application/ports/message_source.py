"""The queue of tasks: where messages come from and where they go when their mail's fate is known."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from application.ports.ledger import NO_FAILURE
from domain.failure_reason import FailureReason
from domain.reply import Reply
from domain.trace_context import NO_TRACE, TraceContext


class SourceError(Exception):
    """Something between us and the queue went wrong.

    SourceError
    |-- SourceUnusable      messages can never be consumed as things are: credentials, permission; end the process
    |-- SourceStuck         messages wait and none arrives, whatever is tried; end the process
    |-- MessageGone         the queue has taken the message back; it will be delivered again
    `-- SettlementRefused   the queue did not take the copy or the acknowledgement; the message is still ours

    `cause` is one line for an operator, without secrets.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class SourceUnusable(SourceError):
    """Consuming is impossible until a person changes something."""


class SourceStuck(SourceError):
    """Consuming does not work, and nobody knows why: another process may have more luck."""


class MessageGone(SourceError):
    """Nothing can be settled on this delivery any more."""


class SettlementRefused(SourceError):
    """Try the same settlement again, later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One delivery; adapters extend it by what they settle it with.

    `key` and `attempts` come from the headers of our own copies and are "" and 0 on a producer's message;
    `redelivered` is the queue's own flag. `revives` says which failure of its mail an operator has seen
    who sent it back (Ledger.claim). `trace` is what its sender wrote down, be it the producer or the
    delivery that made this copy.
    """

    body: bytes
    key: str = ""
    attempts: int = 0
    message_id: str = ""
    redelivered: bool = False
    trace: TraceContext = NO_TRACE
    revives: str = NO_FAILURE


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalLetter:
    """The story that goes to the hospital beside the untouched body; `failed_at` is aware."""

    key: str
    reason: FailureReason
    attempts: int
    failed_at: datetime
    relay: str = ""
    reply: Reply | None = None


class MessageSource(Protocol):
    """Takes messages from the queue and settles each exactly once, by one of the four verbs.

    Order: enter, iterate `messages`, settle what it yields in any order and from any task, `stop_intake`, settle
    the rest, leave. A message that is not settled when the source is left goes back to the queue. Whatever travels
    on is the same body, byte for byte. A source that prefetches yields no more than that many unsettled messages:
    this is what bounds the mails in flight.

    The source outlives outages by itself: `messages` goes on after a reconnect, and the messages of before raise
    MessageGone when they are settled. Cancelling a settlement leaves it unknown whether it happened; the message
    may be delivered again.
    """

    @abstractmethod
    async def __aenter__(self) -> Self: ...

    @abstractmethod
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @abstractmethod
    def messages(self) -> AsyncIterator[Message]:
        """Yield messages as they come; end after `stop_intake`.

        Raises SourceUnusable or SourceStuck when no message can be expected any more.
        """

    @abstractmethod
    async def pause_intake(self) -> None:
        """Take no more messages for now and hand back those not yet yielded; what was yielded can be settled.

        Never raises, and holds over reconnects, until `resume_intake`.
        """

    @abstractmethod
    async def resume_intake(self) -> None:
        """Take messages again; never raises."""

    @abstractmethod
    async def stop_intake(self) -> None:
        """Take no more messages, hand back those not yet yielded, and end `messages`; idempotent."""

    @abstractmethod
    async def ack(self, message: Message) -> None:
        """Remove the message: its fate is known and safe. Raises MessageGone, SettlementRefused."""

    @abstractmethod
    async def postpone(self, message: Message, *, key: str, attempts: int, due: datetime) -> None:
        """Store a copy that is delivered at `due` (aware; never earlier, at most 1 s or 5 % later), then ack.

        The copy carries `key` and `attempts`. Raises MessageGone, SettlementRefused.
        """

    @abstractmethod
    async def hospitalise(self, message: Message, letter: HospitalLetter) -> None:
        """Store a copy in the hospital with its story, then ack. Raises MessageGone, SettlementRefused."""

    @abstractmethod
    async def hand_back(self, message: Message) -> None:
        """Return the message to the queue as it came, for any worker. Raises MessageGone."""

    @property
    @abstractmethod
    def unacked(self) -> int:
        """How many messages were delivered and are neither settled nor handed back."""

    @abstractmethod
    async def count_queued(self) -> Mapping[str, int]:
        """Count what waits for a consumer: `tasks` in the queue, `letters` in the hospital; never raises.

        What cannot be told now is left out. Takes as long as the broker; cancellable.
        """

    @property
    @abstractmethod
    def is_consuming(self) -> bool:
        """Whether messages can arrive now, or could but for `pause_intake`: a pause is no illness of the source."""
