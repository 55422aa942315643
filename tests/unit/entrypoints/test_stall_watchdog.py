"""A process whose event loop stands still ends itself and says where."""

import subprocess
import sys
import textwrap

_END_S = 10.0


def end_of(work: str) -> tuple[int, str]:
    """Run `work` in a process that may stand still for 0.3 s; returns its exit code and what it said."""
    program = f"""
    import asyncio, re, time
    from entrypoints.stall_watchdog import end_when_stalled

    async def main():
        async with end_when_stalled(0.3):
            {work}

    asyncio.run(main())
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=_END_S, check=False
    )
    return done.returncode, done.stderr


def test_a_loop_that_sleeps_on_a_call_ends_the_process_with_its_stack() -> None:
    code, said = end_of("time.sleep(30)")
    assert code == 1
    assert "in main" in said


def test_a_loop_held_by_code_that_never_lets_python_run_ends_the_process_too() -> None:
    code, said = end_of('re.match("(a+)+b", "a" * 64)')
    assert code == 1
    assert "in match" in said


def test_a_loop_that_is_busy_in_small_pieces_lives_and_after_the_watch_nobody_looks() -> None:
    work = """
            for _ in range(25):
                await asyncio.sleep(0.02)
        time.sleep(0.5)"""
    assert end_of(work) == (0, "")
