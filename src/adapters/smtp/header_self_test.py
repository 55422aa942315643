"""Proof on this very interpreter that a hostile subject stays one subject."""

from email import message_from_bytes
from email.header import decode_header, make_header

from adapters.smtp.header_encoding import unstructured

ATTACKS = (
    "=?utf-8?q?hi=0ABcc:_x@evil.example?=",
    "=?utf-8?b?aGkKQmNjOiB4QGV2aWwuZXhhbXBsZQ==?=",
    "a\r\nBcc: x@evil.example",
    "a\nBcc: x@evil.example",
    "a\rBcc: x@evil.example",
    "a\r\n\r\n<script>",
    "a\u2028Bcc: x@evil.example",
    "a\x0bb\x0cc\x1cd\x85e",
    "  two  spaces  ",
    "\u202egnp.exe",
    "x" * 1000,
    "\U0001f389" * 300,
    "Ungew\u00f6hnlich \u2013 =?",
)


def header_self_test() -> str | None:
    """Name the first subject, by its number, that does not come back exactly and alone; None if all do."""
    for number, subject in enumerate(ATTACKS, start=1):
        message = message_from_bytes(unstructured("Subject", subject) + b"\r\nTo: a@b.example\r\n\r\n")
        values = [str(make_header(decode_header(value))) for value in message.get_all("Subject", [])]
        if message.keys() != ["Subject", "To"] or values != [subject]:
            return f"subject {number} of the self-test is not one Subject header with its own value"
    return None
