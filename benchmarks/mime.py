"""`python -m benchmarks.mime`: CPU time of building a mail, from its task to the bytes that go to the relay.

Both bodies are rendered, the QR code is drawn, the calendar entry written and all of it composed; warm, one mail after
the other, on the worker's event loop. `min` and `median` leave out the ways between the loop and the render thread;
`with thread` has them, at twenty mails at a time.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import uvloop

from adapters.icalendar.calendar_writer import IcalendarWriter
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.render_thread import RenderThread
from adapters.segno.qr_encoder import SegnoQrEncoder
from adapters.smtp.mime import compose
from application.use_cases.assemble_email import AssembleEmail
from benchmarks.figures import Result, Series
from benchmarks.sample_mails import CONFIRMATION, EVENT, NOW, TICKET, jobs_of
from domain.email_address import EmailAddress
from domain.email_job import EmailJob
from domain.outgoing_email import RenderedEmail

_ROUNDS, _MAILS, _AT_A_TIME = 15, 200, 20
# Microseconds of one core that building may take.
_CASES = {"confirmation": (CONFIRMATION, 150), "ticket": (TICKET, 1500)}
_Rendered = TypeVar("_Rendered")
_MIN, _MEDIAN, _THREADED, _BAR = "min us", "median us", "with thread us", "bar us"


class InPlace(RenderThread):
    """Renders where it is called."""

    async def run(self, work: Callable[[], _Rendered]) -> _Rendered:
        return work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU microseconds a mail, over the rounds, and the bar for both minima."""

    mail: str
    message_bytes: int
    bar_us: int
    min_us: float
    median_us: float
    threaded_min_us: float
    threaded_median_us: float

    @property
    def meets_bar(self) -> bool:
        """Whatever else a machine does only adds to the fastest round."""
        return max(self.min_us, self.threaded_min_us) <= self.bar_us


class Builder:
    """Builds mails as a worker does."""

    def __init__(self, thread: RenderThread) -> None:
        self._renderer = JinjaEmailRenderer(templates_dir=None, event=EVENT, thread=thread)
        self._assemble = AssembleEmail(
            qr=SegnoQrEncoder(),
            calendar=IcalendarWriter(),
            mail_from=EmailAddress(local="tickets", domain="takeoff.example"),
            from_name="Takeoff",
            idempotency_header="",
        )

    async def load(self) -> None:
        """Compile the templates."""
        await self._renderer.load()

    async def build(self, job: EmailJob) -> bytes:
        """Build one mail."""
        rendered = await self._renderer.render(job.task)
        if not isinstance(rendered, RenderedEmail):
            raise TypeError(f"no mail: {rendered.reason}")
        return compose(self._assemble(job, rendered, self._renderer.rules(job.task.category), NOW))

    async def build_one_by_one(self, jobs: Sequence[EmailJob]) -> None:
        """Build mails without anything of asyncio's between them."""
        for job in jobs:
            await self.build(job)

    async def build_side_by_side(self, jobs: Sequence[EmailJob]) -> None:
        """Build as many mails at a time as a worker does."""
        for first in range(0, len(jobs), _AT_A_TIME):
            await asyncio.gather(*map(self.build, jobs[first : first + _AT_A_TIME]))


async def cpu_us(
    build: Callable[[Sequence[EmailJob]], Awaitable[None]], jobs: Sequence[EmailJob], rounds: int
) -> list[float]:
    """Measure each round, in microseconds a mail; one before them fills the caches."""
    await build(jobs)
    costs = []
    for _ in range(rounds):
        started = time.process_time()
        await build(jobs)
        costs.append((time.process_time() - started) / len(jobs) * 1e6)
    return costs


def measure(*, rounds: int = _ROUNDS) -> list[Cost]:
    """Measure each kind of mail; it takes some seconds."""
    return uvloop.run(_measure(rounds))


def result() -> Result:
    """Measure for `make bench`."""
    series = [
        Series(
            label=cost.mail,
            runs=[{_MIN: cost.min_us, _MEDIAN: cost.median_us, _THREADED: cost.threaded_min_us, _BAR: cost.bar_us}],
        )
        for cost in measure()
    ]
    title = f"CPU of building one mail, of {_ROUNDS} rounds"
    return Result(name="mime", title=title, figures=(_MIN, _MEDIAN, _THREADED, _BAR), compared=(), series=series)


async def _measure(rounds: int) -> list[Cost]:
    in_place, threaded = Builder(InPlace()), Builder(RenderThread())
    await in_place.load()
    await threaded.load()
    found = []
    for name, (task, bar_us) in _CASES.items():
        jobs = jobs_of(task, _MAILS)
        building = await cpu_us(in_place.build_one_by_one, jobs, rounds)
        with_thread = await cpu_us(threaded.build_side_by_side, jobs, rounds)
        found.append(
            Cost(
                mail=name,
                message_bytes=len(await in_place.build(jobs[0])),
                bar_us=bar_us,
                min_us=min(building),
                median_us=statistics.median(building),
                threaded_min_us=min(with_thread),
                threaded_median_us=statistics.median(with_thread),
            )
        )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was measured; returns 1 where a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mime", description=__doc__)
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help=f"of {_MAILS} mails each")
    parser.add_argument("--json", action="store_true", help="print numbers for programs")
    arguments = parser.parse_args(argv)
    costs = measure(rounds=arguments.rounds)
    if arguments.json:
        lines = [json.dumps([asdict(cost) for cost in costs], indent=1)]
    else:
        lines = [_row("CPU us a mail", "bytes", "min", "median", "bar", "with thread", "median"), *map(_line, costs)]
    print("\n".join(lines))  # noqa: T201  this is what the command is for
    return 0 if all(cost.meets_bar for cost in costs) else 1


def _line(cost: Cost) -> str:
    numbers = (
        cost.message_bytes,
        cost.min_us,
        cost.median_us,
        cost.bar_us,
        cost.threaded_min_us,
        cost.threaded_median_us,
    )
    return _row(cost.mail, *(f"{number:,.0f}" for number in numbers))


def _row(first: str, *cells: str) -> str:
    return first.ljust(16) + "".join(cell.rjust(12) for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
