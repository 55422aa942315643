"""An SMTP server on loopback that answers by mailbox and keeps what it accepts where a person can read it.

`unknown.*` is refused with 550, `greylisted.*` with 451 the first time, `busy.*` with 451 always; the rest is taken.
"""

import asyncio
import contextlib
import email
import email.policy
import html
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

_ACCEPTED = "250 2.0.0 kept in the demo's inbox"


class Inbox:
    """The server's rules and the mails in `folder`: `<n>.eml`, `<n>.html`, and an `index.html` that opens them.

    `recipients` lists who got a mail, once for each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._greylisted: set[str] = set()
        self._lines: list[str] = []
        self.recipients: list[str] = []

    @property
    def index(self) -> Path:
        """The page to open in a browser."""
        return self._folder / "index.html"

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT by the mailbox's kind."""
        kind = address.partition(".")[0]
        if kind == "unknown":
            return "550 5.1.1 no such mailbox"
        if kind == "busy" or (kind == "greylisted" and address not in self._greylisted):
            self._greylisted.add(address)
            return "451 4.7.1 busy, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  as above
        """Keep the mail."""
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101  what policy.default makes, in the types' own words
        self.recipients += envelope.rcpt_tos
        number = len(self._lines) + 1
        (self._folder / f"{number}.eml").write_bytes(content)
        body = message.get_body(("html",))
        (self._folder / f"{number}.html").write_text(body.get_content() if body else "", encoding="utf-8")
        self._lines.append(
            f'<li><a href="{number}.html">{html.escape(str(message["To"]))}</a>: '
            f'{html.escape(str(message["Subject"]))} (<a href="{number}.eml">source</a>)</li>'
        )
        self._write_index()
        return _ACCEPTED

    def prepare(self) -> None:
        """Empty the folder of an earlier demo's mails; nothing else in it is touched."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in (*self._folder.glob("[0-9]*.eml"), *self._folder.glob("[0-9]*.html")):
            old.unlink()
        self._write_index()

    def _write_index(self) -> None:
        page = "<!doctype html><meta charset=utf-8><title>Demo inbox</title><h1>Demo inbox</h1><ol>{}</ol>\n"
        self.index.write_text(page.format("\n".join(self._lines)), encoding="utf-8")


@contextlib.asynccontextmanager
async def open_inbox(inbox: Inbox) -> AsyncIterator[int]:
    """Serve on a free loopback port while the context lasts; yields the port."""
    inbox.prepare()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(inbox, hostname="inbox.test", loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
