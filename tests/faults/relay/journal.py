"""Two logs as JSON lines: what was accepted, on disk before the reply, and what was said, for later reading."""

import asyncio
import hashlib
import json
import os
import re
import time
from pathlib import Path

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]*)>", re.IGNORECASE | re.MULTILINE)


def accept_line(rcpt: str, content: bytes) -> bytes:
    """Describe one mail. `content_sha256` leaves the head out, whose Date differs between two tries of one mail."""
    head, _, body = content.partition(b"\r\n\r\n")
    found = _MESSAGE_ID.search(head)
    line = {
        "time": time.time(),
        "rcpt": rcpt,
        "message_id": found[1].decode("ascii", "replace") if found else "",
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_sha256": hashlib.sha256(body).hexdigest(),
        "size": len(content),
    }
    return json.dumps(line).encode() + b"\n"


class AcceptJournal:
    """Appends lines; those that wait at the same moment share one fsync."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def append(self, line: bytes) -> None:
        """Return when the line is on disk."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((line, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        # A session that ends meanwhile must not take the line back: it may be half written.
        await asyncio.shield(done)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._write_through, b"".join(line for line, _ in batch))
            for _, done in batch:
                done.set_result(None)

    def _write_through(self, data: bytes) -> None:
        os.write(self._file, data)
        os.fdatasync(self._file)


class WireLog:
    """The verb of each command with its time and connection; in clear or in TLS."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=1 << 16)
        self.counts: dict[str, int] = {}

    def note(self, connection: int, verb: str, *, secure: bool = False) -> None:
        """Note one command."""
        self.counts[verb] = self.counts.get(verb, 0) + 1
        line = {"time": time.time(), "connection": connection, "verb": verb, "secure": secure}
        self._file.write(json.dumps(line).encode() + b"\n")

    def flush(self) -> None:
        """Let readers of the file see everything."""
        self._file.flush()
