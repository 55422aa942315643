"""The system refuses threads (F55): the ledger is unavailable at once, and works as soon as it gets one."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

_ROOT = Path(__file__).parents[4]
_PROCESS_S = 30.0
# The limit does not bind root; everything is imported, and open to anybody, before root is given up.
_PROGRAM = """
import asyncio, os, resource, sys
from adapters.database.ledger import DatabaseLedger
from adapters.database.migration import upgrade
from application.ports.ledger import LedgerUnavailable
from tests.doubles.clock import ManualClock
from tests.doubles.observer import RecordingObserver

(folder,) = sys.argv[1:]
url = f"sqlite:///{folder}/takeoff.db"
upgrade(url)
os.chmod(folder, 0o777)
for name in os.listdir(folder):
    os.chmod(os.path.join(folder, name), 0o666)
if os.getuid() == 0:
    os.setuid(65534)

async def main():
    usual, most = resource.getrlimit(resource.RLIMIT_NPROC)
    ledger = DatabaseLedger(url=url, lease_s=30, retention_days=30, clock=ManualClock(), observer=RecordingObserver())
    resource.setrlimit(resource.RLIMIT_NPROC, (1, most))
    for _ in range(2):
        try:
            await ledger.__aenter__()
        except LedgerUnavailable as down:
            print(down.cause)
    resource.setrlimit(resource.RLIMIT_NPROC, (usual, most))
    async with ledger:
        print(type(await ledger.claim("key", body_hash=b"hash")).__name__)

asyncio.run(main())
"""


def test_without_a_thread_the_ledger_says_so_and_with_one_it_works() -> None:
    # Not `tmp_path`, which is its owner's alone.
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, folder],
            env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
            capture_output=True,
            text=True,
            timeout=_PROCESS_S,
            check=False,
        )
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["can't start new thread", "can't start new thread", "Claim"]
