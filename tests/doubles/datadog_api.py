"""Datadog's endpoints for dashboards and monitors, on loopback, with a memory."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEYS = {"DD-API-KEY": "api-secret", "DD-APPLICATION-KEY": "app-secret"}


class FakeDatadog:
    """`writes` are the calls that change something; `failure` is what every call answers, if it is set.

    As the real one, it adds ids and defaults of its own to what it is given, and lists dashboards without widgets.
    """

    def __init__(self) -> None:
        self.url = ""
        self.monitors: dict[int, dict[str, Any]] = {}
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.writes: list[tuple[str, str]] = []
        self.failure: tuple[int, dict[str, str], bytes] | None = None

    def answer(self, method: str, target: str, body: Any) -> Any:
        """Do what is asked; KeyError for what there is not."""
        url = urlsplit(target)
        _, _, _, kind, *rest = url.path.split("/")
        if method != "GET":
            self.writes.append((method, body.get("name") or body["title"]))
        match method, kind, rest:
            case "GET", "monitor", []:
                query = {name: values[0] for name, values in parse_qs(url.query).items()}
                tagged = [each for each in self.monitors.values() if query["monitor_tags"] in each["tags"]]
                size = int(query["page_size"])
                return tagged[int(query["page"]) * size :][:size]
            case "GET", "dashboard", []:
                shown = ("id", "title", "description")
                return {"dashboards": [{name: each.get(name) for name in shown} for each in self.dashboards.values()]}
            case "GET", "dashboard", [identity]:
                return self.dashboards[identity]
            case "POST", "monitor", []:
                number = len(self.monitors) + 1
                self.monitors[number] = {**body, "id": number, "options": {**body["options"], "silenced": {}}}
                return self.monitors[number]
            case "PUT", "monitor", [number]:
                self.monitors[int(number)] |= body
                return self.monitors[int(number)]
            case "POST", "dashboard", []:
                identity = f"abc-{len(self.dashboards)}"
                widgets = [{**widget, "id": number} for number, widget in enumerate(body["widgets"])]
                self.dashboards[identity] = {**body, "id": identity, "widgets": widgets}
                return self.dashboards[identity]
            case "PUT", "dashboard", [identity]:
                self.dashboards[identity] |= body
                return self.dashboards[identity]
            case _:
                raise KeyError(target)


@contextmanager
def fake_datadog() -> Iterator[FakeDatadog]:
    """Listen while the context lasts."""
    fake = FakeDatadog()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if fake.failure:
                self._answer(*fake.failure)
            elif any(self.headers[name] != key for name, key in KEYS.items()):
                self._answer(403, {}, b'{"errors": ["Forbidden"]}')
            else:
                answer = fake.answer(self.command, self.path, json.loads(body or b"null"))
                self._answer(200, {}, json.dumps(answer).encode())

        do_GET = do_POST = do_PUT = _serve  # noqa: N815  names of the base class

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield fake
        server.shutdown()
        serving.join()
