"""`hospital replay`."""

import asyncio
import re
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from application.use_cases.replay_letters import Replay, ReplayInterrupted, ReplayOutcome
from domain.letter_filter import LetterFilter
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.filter_flags import FilterFlags, FlagsInvalid
from entrypoints.hospital.printing import print_line, print_object, printable
from entrypoints.hospital.ward import fail, in_ward

_RATE = re.compile(r"([1-9]\d{0,3})/s")
_STAYS = {
    ReplayOutcome.ALREADY_SENT: "not replayed: the mail was sent",
    ReplayOutcome.IN_DOUBT: "not replayed: the mail may have arrived; --in-doubt sends it all the same",
    ReplayOutcome.WOULD_RETURN: "not replayed: it would come back; name it by its id to send it all the same",
    ReplayOutcome.NOT_WAITING: "not replayed: it does not wait any more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayFlags:
    """How to replay."""

    in_doubt: bool
    rate: str
    everything: bool
    dry_run: bool
    as_json: bool


def run_replay(flags: FilterFlags, how: ReplayFlags) -> int:
    """Send letters back; 0 all, 1 some were refused or a signal came, 69 broker or database away."""
    try:
        wanted = flags.read(now=datetime.now(UTC).astimezone())
        per_s = _per_s(how.rate)
    except FlagsInvalid as invalid:
        return fail(exit_codes.DATA_ERROR, invalid.problem)
    if not (wanted.restricts or how.everything):
        return fail(exit_codes.USAGE, "name letters by id or by a filter, or say --all")
    return in_ward(lambda container: _replay(container, wanted, how, per_s))


async def _replay(container: Container, wanted: LetterFilter, how: ReplayFlags, per_s: int | None) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    replays = container.replay_letters()(wanted, stop=stop, in_doubt=how.in_doubt, per_s=per_s, dry_run=how.dry_run)
    touched: set[int] = set()
    is_whole = True
    try:
        async for replay in replays:
            _print(replay, how)
            if replay.outcome is ReplayOutcome.REPLAYED:
                touched.add(replay.id)
            else:
                is_whole = False
    except ReplayInterrupted as interrupted:
        told = f"{interrupted.cause}: {len(touched)} replayed, {interrupted.left} left"
        return fail(exit_codes.FAILED if stop.is_set() else exit_codes.UNAVAILABLE, told)
    is_whole = is_whole and touched >= set(wanted.ids)
    return fail(
        exit_codes.OK if is_whole else exit_codes.FAILED,
        f"{len(touched)} {'would be ' if how.dry_run else ''}replayed",
    )


def _print(replay: Replay, how: ReplayFlags) -> None:
    reply = str(replay.reply or "")
    if how.as_json:
        print_object({"id": replay.id, "outcome": str(replay.outcome), "reply": reply, "dry_run": how.dry_run})
        sys.stdout.flush()  # A replay may take hours, and whoever reads along wants to know.
    elif replay.outcome is ReplayOutcome.REPLAYED:
        print_line(f"{replay.id} {'would be' if how.dry_run else 'is'} replayed")
    else:
        fail(0, f"{replay.id}: {_STAYS[replay.outcome]}" + (f": {printable(reply)}" if reply else ""))


def _per_s(text: str) -> int | None:
    if not text:
        return None
    if not (found := _RATE.fullmatch(text)):
        raise FlagsInvalid("--rate: must be a whole number a second, such as 10/s")
    return int(found.group(1))
