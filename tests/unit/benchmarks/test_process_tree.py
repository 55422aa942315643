"""What a process and its descendants use."""

import subprocess
import sys

from benchmarks.process_tree import cpu_s_of, memory_bytes_of, pids_of

# A shell that stays, with a child that burns CPU and says when it has done so.
_BURN = "import time\nwhile time.process_time() < 0.2: pass\nprint('burnt', flush=True)\ninput()"


def test_a_child_counts() -> None:
    command = ["sh", "-c", f'{sys.executable} -c "$0"; true', _BURN]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == b"burnt\n"
        assert len(list(pids_of(shell.pid))) == 2
        assert cpu_s_of(shell.pid) >= 0.19
        assert memory_bytes_of(shell.pid) > 1_000_000


def test_a_process_that_is_gone_uses_nothing() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert cpu_s_of(gone.pid) == 0
    assert memory_bytes_of(gone.pid) == 0
