"""To which relay a mail is offered first, and to which next."""

from collections.abc import Sequence
from math import ceil


class Rotation:
    """Without weights, in the order of the settings. With them, the mails are spread in their proportion.

    The spread is smooth and without chance (nginx's weighted round robin: 3 to 1 is a, a, b, a). Of `concurrency` mails
    a relay gets no more at a time than its share, so that a slow one does not keep the others waiting. One of weight 0
    comes when the others fail. Whoever names no weight among others that do has 1.
    """

    def __init__(self, *, weights: Sequence[int | None], concurrency: int) -> None:
        self._is_spread = any(weight is not None for weight in weights)
        self._weights = [1 if weight is None else weight for weight in weights]
        total = sum(self._weights) or 1
        self._shares = [ceil(concurrency * weight / total) for weight in self._weights]
        self._credits = [0] * len(weights)
        self._by_rank = sorted(range(len(weights)), key=lambda number: self._is_spread and not self._weights[number])

    def order(self, *, is_available: Sequence[bool], in_flight: Sequence[int]) -> list[int]:
        """Number the relays in the order for the next mail, which is counted as the first one's."""
        working = [number for number in self._by_rank if self._weights[number] and is_available[number]]
        if not self._is_spread or not working:
            return self._by_rank
        # All are at their shares only where some relay is down: then the others take its part.
        free = [number for number in working if in_flight[number] < self._shares[number]] or working
        for number in free:
            self._credits[number] += self._weights[number]
        first = max(free, key=self._credits.__getitem__)
        self._credits[first] -= sum(self._weights[number] for number in free)
        return [first, *(number for number in self._by_rank if number != first)]
