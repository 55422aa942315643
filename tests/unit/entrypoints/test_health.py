"""Health over real HTTP on loopback, asked by the same command that Docker runs."""

import asyncio
import http.client
import json
import socket
from collections.abc import Callable

import pytest

from application.component_states import ComponentState
from entrypoints import exit_codes
from entrypoints.commands.healthcheck import run_healthcheck
from entrypoints.health import HttpAddressUnavailable, Pages, serve_pages
from entrypoints.setting_values import HttpAddress
from tests.doubles.clock import START


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def unexpected(cause: str) -> None:
    raise AssertionError(cause)


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def health(port: int, path: str) -> tuple[int, str]:
    """The status of a page, which tells the components, too."""
    code, body = get(port, path)
    answer = json.loads(body)
    assert answer["components"] == {"broker": {"state": "up", "since": "2027-03-01T12:00:00+00:00"}}
    return code, answer["status"]


def pages(is_consuming: Callable[[], bool]) -> Pages:
    return Pages(
        is_consuming=is_consuming,
        components=lambda: {"broker": ComponentState("up", START)},
        metrics=lambda: 'takeoff_a{b="é"} 1\n',
    )


async def test_live_while_it_runs_and_ready_while_it_consumes() -> None:
    port, consuming = free_port(), False
    async with serve_pages(HttpAddress(host="127.0.0.1", port=port), pages(lambda: consuming), on_end=unexpected):
        assert await asyncio.to_thread(health, port, "/healthz") == (200, "live")
        assert await asyncio.to_thread(health, port, "/readyz") == (503, "not consuming")
        consuming = True
        assert await asyncio.to_thread(health, port, "/readyz") == (200, "consuming")


async def test_metrics_are_there_in_the_text_format() -> None:
    port = free_port()
    async with serve_pages(HttpAddress(host="127.0.0.1", port=port), pages(lambda: True), on_end=unexpected):
        assert await asyncio.to_thread(get, port, "/metrics") == (200, 'takeoff_a{b="é"} 1\n'.encode())


async def test_an_address_that_is_taken_is_an_error_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = HttpAddress(host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(HttpAddressUnavailable, match="in use"):
            async with serve_pages(address, pages(lambda: True), on_end=unexpected):
                pass


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize(("consuming", "code"), [(True, exit_codes.OK), (False, exit_codes.FAILED)])
async def test_healthcheck_exits_by_readiness(
    environment: Callable[..., None], host: str, consuming: bool, code: int
) -> None:
    port = free_port()
    environment(HTTP_ADDR=f"{host}:{port}")
    async with serve_pages(HttpAddress(host="127.0.0.1", port=port), pages(lambda: consuming), on_end=unexpected):
        assert await asyncio.to_thread(run_healthcheck) == code


def test_healthcheck_fails_where_nobody_answers(environment: Callable[..., None]) -> None:
    environment(HTTP_ADDR=f"127.0.0.1:{free_port()}")
    assert run_healthcheck() == exit_codes.FAILED


def test_healthcheck_says_what_is_wrong_with_its_setting(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    environment(HTTP_ADDR="8080")
    assert run_healthcheck() == exit_codes.CONFIG_ERROR
    assert capsys.readouterr().err == "HTTP_ADDR: must be host:port, such as 127.0.0.1:8080\n"
