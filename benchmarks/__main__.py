"""`python -m benchmarks [NAME ...]`: the worker against what people use today; docs/benchmarks.md explains."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import mime
from benchmarks.chart import chart_of
from benchmarks.contestants import ROOT
from benchmarks.debian_tools import debian_tools
from benchmarks.figures import Result
from benchmarks.grounds import Grounds
from benchmarks.peers.install import install_peers
from benchmarks.table import markdown_of, numbers_of, table_of
from benchmarks.throughput import Load

NAMES = ("throughput", "tls", "delay", "latency", "start-up", "connections", "backlog", "mime")
_MAILS, _ROUNDS = 6000, 5
_QUICK_MAILS, _QUICK_ROUNDS = 1500, 1


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print tables, and write JSON, tables in Markdown and a chart."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="one short round: a look, not a result")
    parser.add_argument("--rounds", type=int, help=f"default {_ROUNDS}")
    parser.add_argument("--mails", type=int, help=f"a run, default {_MAILS}")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench", help="folder of the results")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    rounds = arguments.rounds or (_QUICK_ROUNDS if arguments.quick else _ROUNDS)
    mails = arguments.mails or (_QUICK_MAILS if arguments.quick else _MAILS)
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    peers = install_peers(out / "peers")
    tools = debian_tools(out / "debian", ("smtp-sink", "smtp-source", "stunnel4"), ("postfix", "stunnel4", "libwrap0"))
    results = []
    with Grounds(out, tools) as grounds:
        load = Load(grounds=grounds, peers=peers, tools=tools, mails=mails, rounds=rounds)
        benchmarks: dict[str, Callable[[], Result]] = {
            "throughput": load.throughput,
            "tls": load.tls,
            "delay": load.delay,
            "latency": load.latency,
            "start-up": load.start_up,
            "connections": load.connections,
            "backlog": load.backlog,
            "mime": mime.result,
        }
        for name in arguments.names or NAMES:
            results.append(benchmarks[name]())
            print(f"{table_of(results[-1])}\n", flush=True)  # noqa: T201  this is what the command is for
    (out / "results.json").write_text(json.dumps([numbers_of(result) for result in results], indent=1))
    (out / "results.md").write_text("\n\n".join(map(markdown_of, results)) + "\n")
    (out / "results.svg").write_text(chart_of(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
