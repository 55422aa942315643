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


class HealthPagesEnded(Exception):
    """The pages ended while they were needed; `cause` is an error's type, `cancelled` or `ended`."""

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
async def serve_health(
    address: HttpAddress, is_consuming: Callable[[], bool], *, on_end: Callable[[str], None]
) -> AsyncIterator[None]:
    """Answer on `address` while the context lasts. Raises HttpAddressUnavailable.

    Where the pages end before it does, `on_end` is told the cause at once, and the context raises HealthPagesEnded
    when it is left without another error.
    """
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
        serving = asyncio.create_task(server.serve(sockets=[listener]), name="health")

        def tell(ended: asyncio.Task[None]) -> None:
            on_end(_cause_of(ended))

        serving.add_done_callback(tell)
        try:
            yield
        finally:
            is_early = serving.done()
            serving.remove_done_callback(tell)
            server.should_exit = True
            await asyncio.wait([serving])
        if is_early:
            raise HealthPagesEnded(_cause_of(serving))


def _cause_of(ended: asyncio.Task[None]) -> str:
    if ended.cancelled():
        return "cancelled"
    error = ended.exception()
    return type(error).__name__ if error else "ended"


def _listen(address: HttpAddress) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise HttpAddressUnavailable(error.strerror or type(error).__name__) from error
