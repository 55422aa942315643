"""Keeps the mails for one recipient domain from taking every slot while that domain is slow."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class DomainLanes:
    """At most `width` mails for one domain are under way in this worker; None: as many as there are."""

    def __init__(self, *, width: int | None) -> None:
        self._width = width
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def enter(self, recipient: str) -> Iterator[bool]:
        """Yield whether a mail to this address may be sent now; while it is, it takes a place."""
        domain = recipient.rpartition("@")[2].strip().lower()
        if self._width is None:
            yield True
        elif self._under_way[domain] >= self._width:
            yield False
        else:
            self._under_way[domain] += 1
            try:
                yield True
            finally:
                self._under_way[domain] -= 1
                if not self._under_way[domain]:
                    del self._under_way[domain]
