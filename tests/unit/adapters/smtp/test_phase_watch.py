"""How long each phase of a dialogue took."""

from adapters.smtp.phase_watch import PhaseWatch
from domain.outcome import Phase
from domain.timing_events import PhaseTime
from tests.doubles.clock import ManualClock


async def test_a_phase_ends_where_the_next_begins_and_a_pause_belongs_to_none() -> None:
    """Before the dot the ledger is asked: that is not the relay's time."""
    clock = ManualClock()
    watch = PhaseWatch(clock=clock, phase=Phase.MAIL)
    watch.enter(Phase.MAIL)
    await clock.advance(1)
    watch.enter(Phase.BODY)
    await clock.advance(2)
    watch.pause()
    await clock.advance(4)
    watch.enter(Phase.DOT)
    await clock.advance(8)
    assert watch.phase is Phase.DOT
    assert watch.take() == (
        PhaseTime(Phase.MAIL, 0, 1),
        PhaseTime(Phase.BODY, 1, 3),
        PhaseTime(Phase.DOT, 7, 15),
    )
    assert watch.take() == ()
