"""Datadog's own test agent, as a process of the test's (`make test-integration` installs it apart from the rest)."""

import json
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.integration.brokers.private_broker import free_ports

_PROGRAM = Path(__file__).parents[3] / ".venv" / "test-agent" / "bin" / "ddapm-test-agent"
_PATIENCE_S = 60.0
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Span:
    """A span as the agent keeps it; what a trace id has beyond 64 bits stands in `meta`, `links` are ids of spans."""

    name: str
    service: str
    trace_id: int
    span_id: int
    parent_id: int
    error: int
    meta: dict[str, str]
    links: list[int]


class DatadogTestAgent:
    """Listens on loopback while the context lasts, and keeps every trace it is sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port, self._ui, self._otlp_http, self._otlp_grpc = free_ports(4)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        assert _PROGRAM.exists(), "make .venv/test-agent/.requirements"
        ports = {
            "--port": self.port,
            "--web-ui-port": self._ui,
            "--otlp-http-port": self._otlp_http,
            "--otlp-grpc-port": self._otlp_grpc,
        }
        arguments = [str(text) for pair in ports.items() for text in pair]
        with (self._folder / "agent.log").open("wb") as log:
            self._process = subprocess.Popen(
                [_PROGRAM, "--snapshot-dir", str(self._folder), *arguments], stdout=log, stderr=log, cwd=self._folder
            )
        deadline = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "agent.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(_POLL_S)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def spans(self) -> list[Span]:
        """Every span of every trace so far."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/test/traces", timeout=10) as answer:
            traces = json.load(answer)
        return [_span(span) for trace in traces for span in trace]

    def wait_for(self, name: str, count: int) -> list[Span]:
        """Block until there are so many spans of a name, and return all; raises AssertionError."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            spans = self.spans()
            if sum(span.name == name for span in spans) >= count:
                return spans
            assert time.monotonic() < deadline, [span.name for span in spans]
            time.sleep(_POLL_S)

    def _answers(self) -> bool:
        try:
            self.spans()
        except OSError:
            return False
        return True


def _span(raw: dict[str, Any]) -> Span:
    return Span(
        name=raw["name"],
        service=raw["service"],
        trace_id=raw["trace_id"],
        span_id=raw["span_id"],
        parent_id=raw.get("parent_id") or 0,
        error=raw.get("error", 0),
        meta=raw.get("meta", {}),
        links=_links(raw),
    )


def _links(raw: dict[str, Any]) -> list[int]:
    """Numbers in one version of the agent's protocol, JSON with hexadecimal digits in another."""
    if "span_links" in raw:
        return [link["span_id"] for link in raw["span_links"]]
    return [int(link["span_id"], 16) for link in json.loads(raw.get("meta", {}).get("_dd.span_links", "[]"))]
