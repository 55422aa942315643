"""`hospital replay` and `hospital replay resume`."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from application.use_cases.replay_letters import ReplayInterrupted
from domain.letter_filter import LetterFilter
from domain.replay import Replay, ReplayEnd, ReplayOutcome, ReplayPlan
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.actor import actor
from entrypoints.hospital.filter_flags import FilterFlags, FlagsInvalid
from entrypoints.hospital.printing import local, print_line, print_object, printable
from entrypoints.hospital.ward import fail, in_ward

_RATE = re.compile(r"([1-9]\d{0,3})/s")
_SHARE = re.compile(r"(\d{1,2}|100)%")
_STAYS = {
    ReplayOutcome.ALREADY_SENT: "not replayed: the mail was sent; --send-again sends it as a new mail",
    ReplayOutcome.IN_DOUBT: (
        "not replayed: the relay had the whole mail, and nobody knows whether it took it. If it did: --mark-sent. "
        "If not: --send-again, by which a reader who has it gets it twice"
    ),
    ReplayOutcome.WOULD_RETURN: "not replayed: it would come back; name it by its id to send it all the same",
    ReplayOutcome.NOT_WAITING: "not replayed: it does not wait any more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFlags:
    """How to replay."""

    canary: int
    rate: str
    stop_if_failing: str
    as_json: bool
    send_again: bool = False
    everything: bool = False
    dry_run: bool = False

    def plan(self, wanted: LetterFilter) -> ReplayPlan:
        """Read the flags; raises FlagsInvalid."""
        return ReplayPlan(
            canary=self.canary,
            per_s=_number("--rate", "a whole number a second, such as 10/s", _RATE, self.rate),
            stop_if_failing=_share(self.stop_if_failing),
            send_again=self.send_again,
            even_if_it_returns=bool(wanted.ids),
        )


def run_replay(flags: FilterFlags, how: ReplayFlags) -> int:
    """Send letters back; 0 all, 1 some were refused or it was stopped, 69 broker or database away."""
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
        plan = how.plan(wanted)
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)
    if not (wanted.restricts or how.everything):
        return fail(exit_codes.USAGE, "name letters by id or by a filter, or say --all")

    async def work(container: Container) -> int:
        replay = container.replay_letters()
        if how.dry_run:
            return await _follow(replay.preview(wanted, plan), wanted, how, asyncio.Event())
        stop = _stop_at_signals()
        job = await replay.begin(wanted, by=actor())
        return await _follow(replay.run(job, plan, by=actor(), stop=stop), wanted, how, stop, job)

    return in_ward(work)


def run_resume(job: int, how: ReplayFlags) -> int:
    """Go on with a replay; as `run_replay`."""
    try:
        plan = how.plan(LetterFilter())
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)

    async def work(container: Container) -> int:
        if not await container.replay_jobs().left(job):
            return fail(exit_codes.FAILED, f"nothing is left of a replay {job}")
        stop = _stop_at_signals()
        replays = container.replay_letters().run(job, plan, by=actor(), stop=stop)
        return await _follow(replays, LetterFilter(), how, stop, job)

    return in_ward(work)


def run_mark_sent(flags: FilterFlags, how: ReplayFlags) -> int:
    """Archive letters of mails that have arrived; 0 all, 1 some are not in doubt."""
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)
    if not wanted.restricts:
        return fail(exit_codes.USAGE, "name letters by id or by a filter")

    async def work(container: Container) -> int:
        marked: set[int] = set()
        is_whole = True
        async for letter_id, is_marked in container.mark_sent()(wanted, by=actor(), dry_run=how.dry_run):
            if how.as_json:
                print_object({"id": letter_id, "marked_sent": is_marked, "dry_run": how.dry_run})
            elif is_marked:
                print_line(f"{letter_id} {'would be' if how.dry_run else 'is'} marked as sent")
            else:
                fail(0, f"{letter_id}: not marked: no relay has had this mail")
            is_whole = is_whole and is_marked
            marked |= {letter_id} if is_marked else set()
        return exit_codes.OK if is_whole and marked >= set(wanted.ids) else exit_codes.FAILED

    return in_ward(work)


async def _follow(
    replays: AsyncIterator[Replay], wanted: LetterFilter, how: ReplayFlags, stop: asyncio.Event, job: int | None = None
) -> int:
    touched: set[int] = set()
    is_whole = True
    try:
        async for replay in replays:
            _print(replay, how)
            if replay.is_on_its_way:
                touched.add(replay.id)
                if len(touched) == how.canary and not how.dry_run:
                    fail(0, f"waiting for what becomes of the first {how.canary}")
            else:
                is_whole = False
    except ReplayInterrupted as interrupted:
        told = f"{interrupted.cause}: {len(touched)} replayed, {interrupted.left} left"
        away = interrupted.end is ReplayEnd.INTERRUPTED and not stop.is_set()
        code = exit_codes.UNAVAILABLE if away else exit_codes.FAILED
        return fail(code, told, f"to go on: takeoff-mailer hospital replay resume {job}")
    is_whole = is_whole and touched >= set(wanted.ids)
    return fail(
        exit_codes.OK if is_whole else exit_codes.FAILED,
        f"{len(touched)} {'would be ' if how.dry_run else ''}replayed",
    )


def _print(replay: Replay, how: ReplayFlags) -> None:
    told = _told(replay)
    if how.as_json:
        fields = {"id": replay.id, "outcome": str(replay.outcome), "reply": str(replay.reply or "")}
        print_object({**fields, "sent_as": replay.sent_as, "told": told, "dry_run": how.dry_run})
        sys.stdout.flush()  # A replay may take hours, and whoever reads along wants to know.
    elif replay.is_on_its_way:
        done = "sent again as a new mail" if replay.outcome is ReplayOutcome.SENT_AGAIN else "replayed"
        number = f", letter {replay.sent_as}" if replay.sent_as else ""
        print_line(f"{replay.id} {'would be' if how.dry_run else 'is'} {done}{number}")
    else:
        fail(0, f"{replay.id}: {_STAYS[replay.outcome]}" + (f": {printable(told)}" if told else ""))


def _told(replay: Replay) -> str:
    if replay.last:
        return f"{replay.last}, {local(replay.last.at)}"
    return str(replay.reply or "")


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _share(text: str) -> float | None:
    percent = _number("--stop-if-failing", "a share of the letters, such as 20%", _SHARE, text)
    return None if percent is None else percent / 100


def _number(flag: str, meaning: str, pattern: re.Pattern[str], text: str) -> int | None:
    if not text:
        return None
    if not (found := pattern.fullmatch(text)):
        raise FlagsInvalid(f"{flag}: must be {meaning}")
    return int(found.group(1))
