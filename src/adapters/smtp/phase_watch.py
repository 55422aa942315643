"""In which phase a dialogue is, and how long each took."""

from application.ports.clock import Clock
from domain.outcome import Phase
from domain.timing_events import PhaseTime


class PhaseWatch:
    """`phase` is the one that was entered last; `take` is to be called when the dialogue rests."""

    def __init__(self, *, clock: Clock, phase: Phase) -> None:
        self.phase = phase
        self._clock = clock
        self._began_s: float | None = None
        self._times: list[PhaseTime] = []

    def enter(self, phase: Phase) -> None:
        """Begin a phase; the one before it ends. Nothing happens where it is under way."""
        if phase is self.phase and self._began_s is not None:
            return
        now_s = self._clock.monotonic_s()
        self._end(now_s)
        self.phase, self._began_s = phase, now_s

    def pause(self) -> None:
        """End the phase, and begin none."""
        self._end(self._clock.monotonic_s())
        self._began_s = None

    def take(self) -> tuple[PhaseTime, ...]:
        """End the phase and return what was measured since the last call."""
        self.pause()
        times, self._times = tuple(self._times), []
        return times

    def _end(self, now_s: float) -> None:
        if self._began_s is not None:
            self._times.append(PhaseTime(self.phase, self._began_s, now_s))
