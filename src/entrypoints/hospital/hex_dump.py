"""Bytes for people, with the damaged place marked."""

from collections.abc import Iterator

_ROW = 16
_ROWS_AROUND = 8


def hex_dump(body: bytes, damage: tuple[int, int] | None) -> Iterator[str]:
    """Yield lines of 16 bytes; those that hold damage begin with `>`, what is far from its beginning is left out."""
    begin, end = damage or (0, 0)
    middle = begin // _ROW
    first, last = max(0, middle - _ROWS_AROUND), middle + 2 * _ROWS_AROUND
    if first:
        yield f"  ... {first * _ROW} bytes before"
    for row in range(first, min(last, -(-len(body) // _ROW))):
        at = row * _ROW
        chunk = body[at : at + _ROW]
        mark = ">" if at < end and begin < at + len(chunk) else " "
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in chunk)
        yield f"{mark} {at:08x}  {chunk.hex(' '):<{3 * _ROW}} {shown}"
    if last * _ROW < len(body):
        yield f"  ... {len(body) - last * _ROW} bytes after"
