"""The preview over HTTP, for the person at this machine: loopback only, by name only, and no form can post to it."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from entrypoints.preview.workbench import NoMail, Workbench
from entrypoints.task_fields import TaskFieldsInvalid

HOSTS = ("127.0.0.1", "localhost")
_PAGE = Path(__file__).parent / "page"
# The frames inherit it: a mail on show loads nothing and runs nothing.
_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def preview_app(workbench: Workbench) -> Starlette:
    """Build the page and what it asks for."""

    async def version(_: Request) -> Response:
        return _answer({"version": await workbench.refresh()})

    async def bundles(_: Request) -> Response:
        return _answer(await workbench.bundles())

    async def show(request: Request) -> Response:
        async def shown(fields: dict[str, Any]) -> dict[str, Any]:
            return asdict(await workbench.show(fields))

        return await _task_of(request, shown)

    async def send(request: Request) -> Response:
        return await _task_of(request, workbench.send)

    return Starlette(
        routes=[
            *(Route(path, _file(name)) for path, name in (("/", "index.html"), *_named("preview.css", "preview.js"))),
            Route("/version", version),
            Route("/bundles", bundles),
            Route("/show", show, methods=["POST"]),
            Route("/send", send, methods=["POST"]),
        ],
        # A page elsewhere whose name was made to point here does not get in (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)],
    )


def _named(*names: str) -> list[tuple[str, str]]:
    return [(f"/{name}", name) for name in names]


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def give(_: Request) -> Response:
        return FileResponse(_PAGE / name, headers=_POLICY)

    return give


async def _task_of(request: Request, use: Callable[[dict[str, Any]], Awaitable[Any]]) -> Response:
    """Answer what `use` makes of the task's fields, or `problems` that the page shows."""
    # Which only our own page can send: from elsewhere it takes a preflight that is answered with 405.
    if request.headers.get("content-type") != "application/json":
        return _answer({"problems": ["the body must be JSON"]}, code=415)
    try:
        fields = await request.json()
    except ValueError as error:
        return _answer({"problems": [f"not JSON: {error}"]}, code=422)
    if not isinstance(fields, dict):
        return _answer({"problems": ["the task must be one JSON object"]}, code=422)
    try:
        return _answer({"result": await use(fields)})
    except TaskFieldsInvalid as invalid:
        return _answer({"problems": invalid.problems}, code=422)
    except NoMail as refused:
        return _answer({"problems": [str(refused)]}, code=422)


def _answer(content: dict[str, Any], *, code: int = 200) -> Response:
    return JSONResponse(content, status_code=code, headers=_POLICY)
