"""The preview on a free loopback port, asked over real HTTP."""

import asyncio
import http.client
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from entrypoints.load_settings import load_settings
from entrypoints.preview.app import preview_app
from entrypoints.preview.settings import PreviewSettings
from entrypoints.preview.workbench import Workbench

_JSON = "application/json"


@dataclass(frozen=True)
class Preview:
    """A client of its own for each request."""

    port: int

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return await asyncio.to_thread(self._ask, "GET", path, None, headers)

    async def post(self, path: str, task: object, content_type: str = _JSON) -> tuple[int, Any]:
        body = task if isinstance(task, bytes) else json.dumps(task).encode()
        return await asyncio.to_thread(self._ask, "POST", path, body, {"Content-Type": content_type})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
            is_json = response.headers["Content-Type"] == _JSON
            return response.status, json.loads(content) if is_json else content.decode()
        finally:
            connection.close()


@asynccontextmanager
async def previewing() -> AsyncIterator[Preview]:
    """Serve what the environment sets."""
    app = preview_app(Workbench(load_settings(PreviewSettings)))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server._serve(sockets=[listener]))
        try:
            yield Preview(listener.getsockname()[1])
        finally:
            server.should_exit = True
            await serving
