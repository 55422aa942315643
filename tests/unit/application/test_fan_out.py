"""Several sinks behind the one observer: each hears everything, and none can hurt another."""

import pytest

from application.fan_out import FanOut
from application.ports.observer import Observer
from domain.events import Event
from domain.worker_events import BrokerUnblocked, LedgerDown
from tests.doubles.observer import RecordingObserver

EVENTS: list[Event] = [BrokerUnblocked(), LedgerDown(cause="disk_full"), BrokerUnblocked()]


class Failing(Observer):
    """Fails on events of one kind."""

    def __init__(self, kind: type[Event]) -> None:
        self._kind = kind

    def notify(self, event: Event) -> None:
        if isinstance(event, self._kind):
            raise OSError("the sink is broken")


@pytest.mark.parametrize(
    ("broken", "dropped"),
    [
        ({}, {"before": 0, "after": 0}),
        ({"before": Failing(LedgerDown)}, {"before": 1, "after": 0}),
        ({"after": Failing(BrokerUnblocked)}, {"before": 0, "after": 2}),
        ({"before": Failing(BrokerUnblocked), "after": Failing(LedgerDown)}, {"before": 2, "after": 1}),
    ],
)
def test_a_sink_that_raises_is_counted_and_the_others_hear_everything(
    broken: dict[str, Observer], dropped: dict[str, int]
) -> None:
    sound = RecordingObserver()
    sinks = {"before": RecordingObserver(), "after": RecordingObserver()} | broken
    fan_out = FanOut(before=sinks["before"], sound=sound, after=sinks["after"])
    for event in EVENTS:
        fan_out.notify(event)
    assert sound.events == EVENTS
    assert fan_out.dropped == dropped | {"sound": 0}


def test_what_ends_the_process_is_not_swallowed() -> None:
    class Stopping(Observer):
        def notify(self, event: Event) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FanOut(stopping=Stopping()).notify(BrokerUnblocked())
