"""One run: a contestant works off its queue while samples are taken."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.contestants import Contestant, Place
from benchmarks.figures import Sample
from benchmarks.process_tree import cpu_s_of, memory_bytes_of
from benchmarks.sink import Sink

_EVERY_S = 0.05
# Reading what a process has resident holds it up for about a millisecond.
_MEMORY_EVERY_S = 0.5
_STALLED_S = 60.0
_END_S = 20.0
_LOG_TAIL = 2000


@contextmanager
def started(contestant: Contestant, place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A running contestant, whose output goes to a file; it gets SIGTERM at the end."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(place.folder), **contestant.variables(place)}
    with (place.folder / "output").open("wb") as output:
        process = subprocess.Popen(
            contestant.command(place), env=variables, cwd=place.folder, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_END_S)


def work_off(contestant: Contestant, place: Place, sink: Sink, total: int) -> list[Sample]:
    """Let it send `total` mails; raises RuntimeError where it ends or stands still before that."""
    samples: list[Sample] = []
    memory_bytes, memory_due_s = 0, 0.0
    with started(contestant, place) as process:
        progressed_s = time.monotonic()
        while not samples or samples[-1].mails < total:
            time.sleep(_EVERY_S)
            now_s = time.monotonic()
            if now_s >= memory_due_s:
                memory_bytes, memory_due_s = memory_bytes_of(process.pid), now_s + _MEMORY_EVERY_S
            cpu_s, mails = cpu_s_of(process.pid), sink.mails
            if samples and mails > samples[-1].mails:
                progressed_s = now_s
            if process.poll() is not None or now_s - progressed_s > _STALLED_S:
                raise RuntimeError(f"{contestant.name} stopped at {mails} of {total} mails: {_log_of(place)}")
            samples.append(Sample(at_s=now_s, mails=mails, cpu_s=cpu_s, memory_bytes=memory_bytes))
    return samples


def _log_of(place: Place) -> str:
    return (place.folder / "output").read_bytes()[-_LOG_TAIL:].decode(errors="replace")
