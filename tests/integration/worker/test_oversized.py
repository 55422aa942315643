"""Bodies that no task has, as many as the prefetch takes (F69): kept with their reason, in bounded memory."""

import re
from pathlib import Path

from tests.integration.worker.process import WorkerProcess
from tests.integration.worker.queues import publish, take_all

CONCURRENCY = 10
MIB = 1024 * 1024
# Below the 16 MiB that RabbitMQ 4 takes.
BODY = bytes(15 * MIB)
# What was delivered is there once for each slot, and the others are: one that is being put together from its frames,
# and one copy on its way out, in frames and in the buffer of the socket. Twice each would be beyond.
PEAK_BYTES = (CONCURRENCY + 5) * len(BODY)


def peak_bytes(worker: WorkerProcess) -> int:
    """The most memory that the process ever had."""
    status = Path(f"/proc/{worker.process.pid}/status").read_text()
    (kib,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kib) * 1024


async def test_a_prefetch_full_of_oversized_bodies_takes_their_own_size_and_little_more(
    tmp_path: Path, variables: dict[str, str], url: str
) -> None:
    with WorkerProcess(tmp_path, **variables, CONCURRENCY=str(CONCURRENCY)) as worker:
        worker.wait_until_ready()
        at_rest = peak_bytes(worker)
        await publish(url, [BODY] * 2 * CONCURRENCY)
        lines = worker.wait_for_lines("email.hospitalised", 2 * CONCURRENCY, patience_s=120)
        peak = peak_bytes(worker)
        assert {line["reason"] for line in lines} == {"too_big"}
        assert peak - at_rest < PEAK_BYTES
    letters = await take_all(url, "email_failed_queue")
    assert [letter.body == BODY for letter in letters] == [True] * 2 * CONCURRENCY
