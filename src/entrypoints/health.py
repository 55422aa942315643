"""The worker's health over HTTP: `/healthz` while it lives, `/readyz` while it consumes."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from entrypoints.setting_values import HttpAddress

_CLOSE_S = 1


class HttpAddressUnavailable(Exception):
    """HTTP_ADDR cannot be had; `cause` is the system's word."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class _Server(uvicorn.Server):
    """A server that leaves the signals to the worker."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def health_app(is_consuming: Callable[[], bool]) -> Starlette:
    """Build the two pages; each answers JSON with one `status`."""

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def readyz(_: Request) -> JSONResponse:
        if is_consuming():
            return JSONResponse({"status": "consuming"})
        return JSONResponse({"status": "not consuming"}, status_code=503)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz)])


@contextlib.asynccontextmanager
async def serve_health(address: HttpAddress, is_consuming: Callable[[], bool]) -> AsyncIterator[None]:
    """Answer on `address` while the context lasts. Raises HttpAddressUnavailable."""
    with _listen(address) as listener:
        config = uvicorn.Config(
            health_app(is_consuming),
            log_config=None,
            access_log=False,
            lifespan="off",
            # A client that does not read its answer must not keep the process.
            timeout_graceful_shutdown=_CLOSE_S,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


def _listen(address: HttpAddress) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise HttpAddressUnavailable(error.strerror or type(error).__name__) from error
