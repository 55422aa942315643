"""`python -m tests.faults`: runs a selection of scenarios and prints what became of every mail, fault by fault."""

import argparse
import faulthandler
import json
import logging
import signal
import sys
import time
from pathlib import Path

from tests.faults.report import heading, line, summary
from tests.faults.runner import Result, Runner
from tests.faults.scenario import Selection
from tests.faults.scenarios.catalogue import chosen


def main() -> int:
    """Returns 1 if any expectation was not met, 2 where nothing was chosen."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--selection", type=Selection, choices=list(Selection), default=Selection.QUICK)
    parser.add_argument("--only", default="", help="faults, such as F1,F25; a part of a name works, too")
    parser.add_argument("--runs", type=int, default=None, help="how often each is run, instead of its own number")
    parser.add_argument("--jobs", type=int, default=6, help="runs at a time, of those that leave the broker alone")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="write the numbers there")
    arguments = parser.parse_args()
    scenarios = chosen(arguments.selection, [word for word in arguments.only.split(",") if word])
    if not scenarios:
        return 2
    for library in ("aiormq", "aio_pika", "asyncio"):
        # What they say when a broker dies is what the scenarios are about.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    # As Ctrl-C: nothing that was started may be left running. SIGUSR1 tells where everybody is.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    faulthandler.register(signal.SIGUSR1)
    started = time.monotonic()
    _say(heading())
    results = Runner(runs=arguments.runs, jobs=arguments.jobs).run(scenarios, tell=_tell)
    failed = [result for result in results if not result.passed]
    _say(f"{len(results) - len(failed)} of {len(results)} as promised, in {time.monotonic() - started:.0f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps([summary(result) for result in results], indent=1) + "\n")
    return 1 if failed else 0


def _tell(result: Result) -> None:
    _say(line(result))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  this is what the command is for


if __name__ == "__main__":
    sys.exit(main())
