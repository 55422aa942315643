"""`python -m benchmarks.mime`: CPU time of building a mail, from its task to the bytes that go to the relay.

Both bodies are rendered, the QR code is drawn, the calendar entry written and all of it composed; warm, one mail after
the other. `min` and `median` leave out the ways between the event loop and the render thread, which a mail shares with
those beside it; `with thread` has them, at twenty mails at a time.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from adapters.icalendar.calendar_writer import IcalendarWriter
from adapters.jinja.email_renderer import JinjaEmailRenderer
from adapters.jinja.event_details import EventDetails
from adapters.jinja.render_thread import RenderThread
from adapters.segno.qr_encoder import SegnoQrEncoder
from adapters.smtp.mime import compose
from application.use_cases.assemble_email import AssembleEmail
from domain.email_address import EmailAddress
from domain.email_job import EmailJob
from domain.email_task import EmailTask, Ticket
from domain.outgoing_email import RenderedEmail

_ROUNDS, _MAILS, _AT_A_TIME = 15, 200, 20
_START, _NOW = datetime(2026, 3, 14, 9, tzinfo=UTC), datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
_EVENT = EventDetails(date="Saturday, 14 March 2026, 10:00", venue="Hall 3, Berlin", url="https://example.org/takeoff")
_CONFIRMATION = EmailTask(
    to="ada@example.org",
    category="Attendee_Registration_Successful",
    subject="You are in",
    first_name="Ada",
    created_at=_NOW,
)
_TICKET = replace(
    _CONFIRMATION,
    category="Attendee_Ticket",
    subject="Your ticket for Takeoff",
    params={"seat": "Row 7, seat 12", "page_url": "https://example.org/takeoff"},
    ticket=Ticket(
        code="TKT-4711-2026",
        event_name="Takeoff",
        venue="Hall 3, Berlin",
        starts_at=_START,
        ends_at=_START.replace(hour=17),
        holder="Ada Lovelace",
    ),
)
# Microseconds of one core that building may take.
_CASES = {"confirmation": (_CONFIRMATION, 150), "ticket": (_TICKET, 1500)}
Result = TypeVar("Result")


class InPlace(RenderThread):
    """Renders where it is called."""

    async def run(self, work: Callable[[], Result]) -> Result:
        return work()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """CPU microseconds a mail, over the rounds, and the bar for `min_us`."""

    mail: str
    message_bytes: int
    bar_us: int
    min_us: float
    median_us: float
    threaded_min_us: float
    threaded_median_us: float


class Builder:
    """Builds mails as a worker does."""

    def __init__(self, thread: RenderThread) -> None:
        self._renderer = JinjaEmailRenderer(templates_dir=None, event=_EVENT, thread=thread)
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
        return compose(self._assemble(job, rendered, self._renderer.rules(job.task.category), _NOW))

    async def build_one_by_one(self, jobs: Sequence[EmailJob]) -> None:
        """Build mails without anything of asyncio's between them."""
        for job in jobs:
            await self.build(job)

    async def build_side_by_side(self, jobs: Sequence[EmailJob]) -> None:
        """Build as many mails at a time as a worker does."""
        for first in range(0, len(jobs), _AT_A_TIME):
            await asyncio.gather(*map(self.build, jobs[first : first + _AT_A_TIME]))


def jobs_of(task: EmailTask) -> list[EmailJob]:
    """Make the jobs of one round; each mail differs from the others."""
    return [
        EmailJob(
            key=f"key-{number}",
            task=replace(task, first_name=f"Ada {number}"),
            recipient=EmailAddress(local=f"ada{number}", domain="example.org"),
        )
        for number in range(_MAILS)
    ]


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


async def measure(*, rounds: int) -> list[Cost]:
    """Measure each kind of mail."""
    in_place, threaded = Builder(InPlace()), Builder(RenderThread())
    await in_place.load()
    await threaded.load()
    found = []
    for name, (task, bar_us) in _CASES.items():
        jobs = jobs_of(task)
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
    costs = asyncio.run(measure(rounds=arguments.rounds))
    if arguments.json:
        lines = [json.dumps([asdict(cost) for cost in costs], indent=1)]
    else:
        lines = [_row("CPU us a mail", "bytes", "min", "median", "bar", "with thread", "median"), *map(_line, costs)]
    print("\n".join(lines))  # noqa: T201  this is what the command is for
    return 0 if all(cost.min_us <= cost.bar_us for cost in costs) else 1


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
