"""The relay that notes when it accepted a mail."""

import asyncio

from benchmarks.timed_sink import TimedSession

COMMANDS = b"EHLO us\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n"
MAIL = b"Subject: x\r\n\r\nline\r\n.\r\n"


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    @property
    def codes(self) -> list[bytes]:
        return [line[:3] for line in self.written.splitlines() if line[3:4] != b"-"]


def test_a_mail_counts_when_its_dot_has_come_however_it_is_cut() -> None:
    """Commands may come at once, and the dot a byte at a time."""
    accepted: dict[str, float] = {}
    session, wire = TimedSession(accepted), Wire()
    session.connection_made(wire)
    session.data_received(COMMANDS)
    for byte in MAIL[:-1]:
        session.data_received(bytes([byte]))
    assert accepted == {}
    session.data_received(MAIL[-1:])
    assert accepted.keys() == {"ada@example.org"}
    assert wire.codes == [b"220", b"250", b"250", b"250", b"354", b"250"]


def test_a_session_takes_several_mails_and_ends_politely() -> None:
    accepted: dict[str, float] = {}
    session, wire = TimedSession(accepted), Wire()
    session.connection_made(wire)
    session.data_received(COMMANDS + MAIL + COMMANDS.replace(b"ada", b"bob") + MAIL + b"RSET\r\nQUIT\r\n")
    assert accepted.keys() == {"ada@example.org", "bob@example.org"}
    assert wire.codes[-2:] == [b"250", b"221"]
    assert wire.is_closed
