"""From a run's history to its verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.history import History, Reckoning, reconcile
from tests.faults.scenario import Expectation

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run came to; `problems` are sentences, and it passed if there are none."""

    published: int
    accepted: int
    hospital: int
    lost: int
    duplicates: int
    in_doubt: int
    recovery_s: float | None
    problems: tuple[str, ...]


def judge(
    history: History,
    expect: Expectation,
    *,
    healed_at_s: float | None,
    recovered_at_s: float | None = None,
    noted: Sequence[str] = (),
) -> Run:
    """Compare a history with what may come of it; `noted` are problems that the scenario itself has seen.

    It has recovered with the first mail after the heal, or when the scenario says so: where mails went on all the time.
    """
    found = reconcile(history)
    recovery_s = _recovery_s(history, healed_at_s, recovered_at_s)
    problems = [*noted, *_problems(history, found, expect)]
    if recovery_s is not None and recovery_s > expect.recovery_s:
        problems.append(f"recovered {recovery_s:.1f} s after the heal, allowed {expect.recovery_s:.0f} s")
    return Run(
        published=len(history.published),
        accepted=len(history.accepted),
        hospital=len(history.letters),
        lost=len(found.lost),
        duplicates=found.duplicates,
        in_doubt=found.in_doubt,
        recovery_s=recovery_s,
        problems=tuple(problems),
    )


def _problems(history: History, found: Reckoning, expect: Expectation) -> list[str]:
    problems = []
    if found.lost:
        problems.append(f"lost {_some(found.lost)}")
    if found.unexpected:
        problems.append(f"unexpected {_some(found.unexpected)}")
    problems += found.contradictions[:_NAMED]
    if found.duplicates > expect.duplicates:
        problems.append(f"{found.duplicates} duplicates, allowed {expect.duplicates}: {_some(tuple(found.duplicated))}")
    if found.unexplained > expect.unexplained:
        problems.append(f"{found.unexplained} duplicates that no try in doubt explains")
    if found.extra_letters > expect.extra_letters:
        problems.append(f"{found.extra_letters} second letters, allowed {expect.extra_letters}")
    least, most = expect.hospital
    if not least <= (patients := len(history.letters) - found.extra_letters) <= most:
        reasons = sorted({letter.reason for letter in history.letters})
        problems.append(f"{patients} in the hospital, allowed {least} to {most} {reasons or ''}")
    if expect.drained and history.waiting:
        queues = sorted({message.queue for message in history.waiting})
        problems.append(f"{len(history.waiting)} still waiting in {', '.join(queues)}")
    return problems


def _recovery_s(history: History, healed_at_s: float | None, recovered_at_s: float | None) -> float | None:
    if healed_at_s is None:
        return None
    if recovered_at_s is not None:
        return recovered_at_s - healed_at_s
    return min((mail.at_s - healed_at_s for mail in history.accepted if mail.at_s > healed_at_s), default=None)


def _some(names: Sequence[str]) -> str:
    return f"{len(names)}: " + ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
