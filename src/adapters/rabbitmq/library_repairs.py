"""Repairs in aiormq and pamqp without which one message or one wrong setting stops the worker for good.

* RabbitMQ passes properties on as they came, but pamqp raises on text that is not UTF-8, on times beyond the year
  9999 (microseconds, say) and on deeply nested tables. aiormq then closes the connection, the broker delivers the
  same message again, and no other message is ever read. What cannot be decoded is left out instead.
* aiormq does not expect that the broker answers `connection.open` with `connection.close`, and so hides its reason
  ("vhost not found") behind an InvalidFrameError.
* aiormq looks every half heartbeat whether the last three have passed in silence, and so notices up to half a
  heartbeat late. Two and a half make it 3 x (heartbeat + 1) s at the latest.
"""

from typing import Any

import aiormq
from pamqp import commands, common, decode


def install() -> None:
    """Replace what is wrong, process-wide; repeating it does no harm."""
    decode.METHODS["shortstr"] = _short_text
    decode.METHODS["timestamp"] = decode.TABLE_MAPPING[b"T"] = _time
    decode.METHODS["table"] = decode.TABLE_MAPPING[b"F"] = _table
    commands.Connection.Open.valid_responses = ["Connection.OpenOk", "Connection.Close"]
    aiormq.Connection.HEARTBEAT_GRACE_MULTIPLIER = 2.5  # type: ignore[assignment]


def _short_text(value: bytes) -> tuple[int, str]:
    end = 1 + value[0]
    # Ignored and not replaced: a text that grows may no longer fit into the 255 bytes of a short string.
    return end, value[1:end].decode("utf-8", "ignore")


def _time(value: bytes) -> tuple[int, Any]:
    try:
        return decode.timestamp(value)
    except (ValueError, OverflowError, OSError):
        return 8, None


def _table(value: bytes) -> tuple[int, dict[str, Any]]:
    try:
        return decode.field_table(value)
    except (ValueError, OverflowError, RecursionError):
        return 4 + int(common.Struct.integer.unpack(value[:4])[0]), {}
