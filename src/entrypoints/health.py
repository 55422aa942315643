"""The worker over HTTP: `/healthz` while it lives, `/readyz` while it consumes, `/metrics` for Prometheus."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.prometheus.text_format import CONTENT_TYPE
from application.component_states import ComponentState
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What the pages are made of, asked anew for each answer."""

    is_consuming: Callable[[], bool]
    components: Callable[[], Mapping[str, ComponentState]]
    metrics: Callable[[], str]


class _Server(uvicorn.Server):
    """A server that leaves the signals to the worker."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def health_app(pages: Pages) -> Starlette:
    """Build the pages; health is JSON: a `status`, and each component's state and since when it has it.

    Metrics are Prometheus' text format.
    """

    def answer(status: str, code: int = 200) -> JSONResponse:
        components = {
            name: {"state": each.state, "since": each.since.isoformat(timespec="seconds")}
            for name, each in pages.components().items()
        }
        return JSONResponse({"status": status, "components": components}, status_code=code)

    async def healthz(_: Request) -> JSONResponse:
        return answer("live")

    async def readyz(_: Request) -> JSONResponse:
        return answer("consuming") if pages.is_consuming() else answer("not consuming", 503)

    async def metrics(_: Request) -> Response:
        return Response(pages.metrics(), headers={"content-type": CONTENT_TYPE})

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


@contextlib.asynccontextmanager
async def serve_pages(address: HttpAddress, pages: Pages, *, on_end: Callable[[str], None]) -> AsyncIterator[None]:
    """Answer on `address` while the context lasts. Raises HttpAddressUnavailable.

    Where the pages end before it does, `on_end` is told the cause at once, and the context raises HealthPagesEnded
    when it is left without another error.
    """
    with _listen(address) as listener:
        config = uvicorn.Config(
            health_app(pages),
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
