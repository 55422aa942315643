"""A worker that nobody can probe any more stops, and says so."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import structlog
import uvicorn
from dependency_injector import providers
from structlog.testing import capture_logs

from adapters.memory.ledger import InMemoryLedger
from adapters.memory.message_source import InMemoryMessageSource
from entrypoints import exit_codes
from entrypoints.commands.worker import serve_until_stopped
from entrypoints.container import Container
from entrypoints.load_settings import load_settings
from entrypoints.settings import Settings


@pytest.fixture(autouse=True)
def _fresh_structlog() -> Iterator[None]:
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def settings(environment: Callable[..., None]) -> Settings:
    """The fewest settings, and a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment(AMQP_ADDR="amqp://r", SMTP_RELAY="r", MAIL_FROM="a@example.org", HTTP_ADDR=f"127.0.0.1:{port}")
    return load_settings(Settings)


@pytest.fixture
def container(settings: Settings) -> Container:
    """A worker's container whose queue and ledger are in memory."""
    container = Container(settings=settings)
    container.source.override(providers.Singleton(InMemoryMessageSource, clock=container.clock))
    container.ledger.override(providers.Singleton(InMemoryLedger, clock=container.clock))
    return container


@asynccontextmanager
async def running(settings: Settings, container: Container) -> AsyncIterator[tuple[asyncio.Task[int], uvicorn.Server]]:
    """The worker once its health pages answer, and their server; the worker has ended by itself afterwards."""
    worker = asyncio.create_task(serve_until_stopped(settings, container))
    while not (serving := [each for each in gc.get_objects() if isinstance(each, uvicorn.Server) and is_serving(each)]):
        await asyncio.sleep(0)
        assert not worker.done()
    yield worker, serving[0]
    await asyncio.wait([worker], timeout=10)
    assert worker.done()


def is_serving(server: uvicorn.Server) -> bool:
    loop = asyncio.get_running_loop()
    return server.started and any(each.get_loop() is loop for each in server.servers)


def end(server: uvicorn.Server) -> None:
    server.should_exit = True


def break_down(server: uvicorn.Server) -> None:
    async def fail() -> None:
        raise OSError("the text may say anything")

    server.config.callback_notify = fail


def cancel(_: uvicorn.Server) -> None:
    (task,) = [each for each in asyncio.all_tasks() if each.get_name() == "health"]
    task.cancel()


@pytest.mark.parametrize(("blow", "cause"), [(end, "ended"), (break_down, "OSError"), (cancel, "cancelled")])
async def test_a_worker_whose_health_pages_end_stops_with_an_error_and_one_line(
    settings: Settings, container: Container, blow: Callable[[uvicorn.Server], None], cause: str
) -> None:
    with capture_logs() as lines:
        async with running(settings, container) as (worker, server):
            blow(server)
    assert worker.result() == exit_codes.SOFTWARE_ERROR
    assert [line["event"] for line in lines[-3:]] == ["worker.health_ended", "worker.stopping", "worker.stopped"]
    assert [line["cause"] for line in lines if line["log_level"] == "critical"] == [cause]


async def test_a_signal_stops_it_without_one(settings: Settings, container: Container) -> None:
    with capture_logs() as lines:
        async with running(settings, container) as (worker, _):
            os.kill(os.getpid(), signal.SIGTERM)
    assert worker.result() == exit_codes.OK
    assert [line["event"] for line in lines[-2:]] == ["worker.stopping", "worker.stopped"]
    assert not [line for line in lines if line["log_level"] == "critical"]
