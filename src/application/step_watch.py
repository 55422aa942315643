"""Tells how long the steps of deliveries take."""

from types import TracebackType

from application.ports.clock import Clock
from application.ports.observer import Observer
from domain.timing_events import Step, StepEnded


class StepWatch:
    """`with watch(Step.CLAIM): ...` tells of the step when it ends, also where it fails."""

    def __init__(self, *, observer: Observer, clock: Clock) -> None:
        self.observer = observer
        self.clock = clock

    def __call__(self, step: Step) -> "_Watched":
        return _Watched(self, step)


class _Watched:
    """A class, not a generator: it runs five times a mail."""

    __slots__ = ("_began_s", "_step", "_watch")

    def __init__(self, watch: StepWatch, step: Step) -> None:
        self._watch = watch
        self._step = step
        self._began_s = 0.0

    def __enter__(self) -> None:
        self._began_s = self._watch.clock.monotonic_s()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ended_s = self._watch.clock.monotonic_s()
        self._watch.observer.notify(StepEnded(step=self._step, began_s=self._began_s, ended_s=ended_s))
