"""Where a body that is no task is damaged: too slow for mails on their way, quick enough for a person who looks."""

from bisect import bisect_left

from adapters.protobuf.wire_check import WireDamage, check_task, read_value, tag_or_length


def damaged_field(body: bytes) -> tuple[int, int] | None:
    """Find the first field, tag included, that the wire check refuses; None where it refuses none.

    Fields are read one after another, and a field that ends within the body does not depend on what follows. So every
    beginning of the body up to the damage passes, and none beyond it.
    """
    ends = _ends(body)
    at = bisect_left(ends, True, key=lambda end: not _passes(body[:end]))
    begin = ends[at - 1] if at else 0
    if at < len(ends):
        return begin, ends[at]
    return (begin, len(body)) if begin < len(body) else None


def _ends(body: bytes) -> list[int]:
    ends: list[int] = []
    pos = 0
    try:
        while pos < len(body):
            tag, pos = tag_or_length(body, pos)
            _, pos = read_value(body, pos, tag & 7)
            ends.append(pos)
    except WireDamage:
        pass
    return ends


def _passes(beginning: bytes) -> bool:
    try:
        check_task(beginning)
    except WireDamage:
        return False
    return True
