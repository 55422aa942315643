"""The wire format of a task."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

from domain.email_task import EmailTask
from domain.failure_reason import FailureReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedTask:
    """A task and its `identity`: the bytes of the body less the retry counter (field 5)."""

    task: EmailTask
    identity: bytes


@dataclass(frozen=True, slots=True)
class Undecodable:
    """The body is not exactly one undamaged task; `reason` is BAD_WIRE, TOO_BIG or BAD_ATTACHMENT."""

    reason: FailureReason


class TaskCodec(Protocol):
    """Reads and writes task bodies; never raises on what a producer sent."""

    @abstractmethod
    def decode(self, body: bytes) -> DecodedTask | Undecodable:
        """Decode one body strictly: anything truncated, damaged or ambiguous is refused."""

    @abstractmethod
    def locate_damage(self, body: bytes) -> tuple[int, int] | None:
        """Find where a body is damaged, for people: from which byte on, and before which; None where it is not."""

    @abstractmethod
    def encode(self, task: EmailTask) -> bytes:
        """Encode a task as a producer would; raises ValueError where `decode` would refuse or change it."""

    @abstractmethod
    def edit(self, body: bytes, task: EmailTask) -> bytes:
        """Make a body that says `task` of another one, of which all else stays, as the fields of a newer producer.

        Raises ValueError as `encode`, and where `body` is no task.
        """
