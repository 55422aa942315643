"""The memory of replays: the letters that each began with, and what it did with each."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.replay import Replay, ReplayEnd, ReplayJob


class ReplayJobs(Protocol):
    """Lives beside the hospital's store and keeps its promises: what a method has returned is on disk.

    Every method raises LedgerUnavailable; each but `begin` may be repeated.
    """

    @abstractmethod
    async def begin(self, ids: Sequence[int], *, by: str) -> int:
        """Note which letters are to be replayed; returns the number of the job."""

    @abstractmethod
    async def note(self, job: int, replay: Replay) -> None:
        """Note what was done with a letter of a job; a later note takes the place of an earlier one."""

    @abstractmethod
    async def end(self, job: int, how: ReplayEnd | None) -> None:
        """Note how a job ended, or that it goes on."""

    @abstractmethod
    async def left(self, job: int) -> Sequence[int]:
        """List the letters of a job of which nothing was noted, ascending."""

    @abstractmethod
    async def on_their_way(self, job: int) -> Sequence[Replay]:
        """List what a job has sent, by the letters' numbers."""

    @abstractmethod
    async def jobs(self, *, limit: int) -> Sequence[ReplayJob]:
        """List jobs, the newest first."""
