"""Chooses how a server of the suite runs."""

import os
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import NoReturn, Protocol, TypeVar

import pytest


class ServiceNotAvailable(Exception):
    """This way of running a server does not exist on this machine; the text says why."""


class Service(Protocol):
    """What can be started, and ended for good."""

    @abstractmethod
    def start(self) -> None:
        """Start, and wait until it answers. Raises ServiceNotAvailable."""

    @abstractmethod
    def destroy(self) -> None:
        """End it, with its data."""


_Kind = TypeVar("_Kind", bound=Service)


def start_service(what: str, variable: str, ways: Mapping[str, Callable[[], _Kind]]) -> _Kind:
    """Start a server the way the variable says, else the first way that works here.

    Where there is none the test goes without.
    """
    forced = os.environ.get(variable)
    reasons = []
    for way in [forced] if forced else list(ways):
        service = ways[way]()
        try:
            service.start()
        except ServiceNotAvailable as error:
            service.destroy()
            reasons.append(f"{way}: {error}")
        except BaseException:
            service.destroy()
            raise
        else:
            return service
    return go_without(f"no {what} for the integration tests ({'; '.join(reasons)})")


def go_without(missing: str) -> NoReturn:
    """Skip the test for want of something, and fail it on CI (`CI=true`)."""
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)
