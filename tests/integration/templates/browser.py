"""A headless Chromium driven over its debugging pipe: no driver, no port, no download."""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from tests.integration.services.debian import install

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip
_PATIENCE_S = 20.0
# Chromium reads commands from descriptor 3 and writes answers to 4, each ended by NUL.
_WITH_PIPES = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'


def find_chromium() -> str | None:
    """Path of the installed Chromium or Chrome, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def installed_chromium() -> str:
    """Install one if need be, with a font that has the letters of the shipped mails. Raises ServiceNotAvailable."""
    if not find_chromium():
        install("chromium", "fonts-dejavu-core")
    found = find_chromium()
    assert found, "Debian's package has no chromium"
    return found


class Page:
    """One tab that shows one document at a time."""

    def __init__(self, commands: IO[bytes], answers: IO[bytes]) -> None:
        self._commands = commands
        self._answers = answers
        self._last_id = 0
        self._session = ""
        self._frame = ""

    def open(self) -> None:
        """Open a blank tab."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._frame = self._call("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def visit(self, url: str, *, width: int, height: int) -> None:
        """Go to a page and wait until it is there."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._call("Page.navigate", url=url)

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + _PATIENCE_S
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, f"never true: {expression}"
            time.sleep(0.05)

    def show(self, html: str, *, width: int, dark: bool) -> None:
        """Show a document in a viewport of this width, to a reader who prefers dark or light colours."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=640, deviceScaleFactor=1, mobile=True)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Page.setDocumentContent", frameId=self._frame, html=html)

    def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript in the document; return its JSON value."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def screenshot(self) -> bytes:
        """Return a PNG of the whole document, however high it is."""
        size = self._call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        answer = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(answer["data"])

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        self._last_id += 1
        command: dict[str, object] = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        self._commands.write(json.dumps(command).encode() + b"\0")
        self._commands.flush()
        while (answer := self._receive()).get("id") != self._last_id:
            pass  # an event
        if "error" in answer:
            raise RuntimeError(answer["error"]["message"])
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self) -> dict[str, Any]:
        line = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("the browser has ended")
            line += byte
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def chromium(executable: str) -> Iterator[Page]:
    """Run a browser with a profile of its own, for one page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ["/bin/sh", "-c", _WITH_PIPES, executable, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin
            assert process.stdout
            page = Page(process.stdin, process.stdout)
            try:
                page.open()
                yield page
            finally:
                process.terminate()
