"""`takeoff-mailer worker` without a ledger on disk and without metrics: what its promises cost is the difference."""

import sys

from dependency_injector import providers

from adapters.memory.ledger import InMemoryLedger
from application.fan_out import FanOut
from entrypoints.commands.worker import run_worker
from entrypoints.container import Container


def main() -> int:
    """Run the worker; returns its exit code."""
    Container.ledger.override(providers.Singleton(InMemoryLedger, clock=Container.clock))
    Container.observer.override(providers.Singleton(FanOut))
    return run_worker()


if __name__ == "__main__":
    sys.exit(main())
