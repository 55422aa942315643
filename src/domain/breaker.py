"""The breaker of one relay: stops asking it when it fails again and again, and finds out when it is back.

CLOSED --failures in a row reach the threshold, or a login is refused--> OPEN
OPEN --a probe fails--> OPEN          the next one after 1 s, 2 s, ... 60 s; after a refused login always 60 s
OPEN --a probe succeeds--> CLOSED
"""

from dataclasses import dataclass, field

THRESHOLD = 5
_FIRST_PAUSE_S = 1.0
# The promise is to send again within 60 s of a relay's recovery.
_LONGEST_PAUSE_S = 60.0


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Times are of one monotonic clock, in seconds."""

    threshold: int = THRESHOLD
    _failures: int = field(default=0, init=False)
    _opened_at_s: float | None = field(default=None, init=False)
    _probe_at_s: float = field(default=0.0, init=False)
    _pause_s: float = field(default=0.0, init=False)

    @property
    def is_open(self) -> bool:
        """Whether mails must not be tried."""
        return self._opened_at_s is not None

    def may_probe(self, now_s: float) -> bool:
        """Whether it is open and a probe is due."""
        return self.is_open and now_s >= self._probe_at_s

    def succeed(self, now_s: float) -> float | None:
        """Note that the relay works; returns for how long it was open if this closes it."""
        down_s = None if self._opened_at_s is None else now_s - self._opened_at_s
        self._failures, self._opened_at_s, self._pause_s = 0, None, 0.0
        return down_s

    def fail(self, now_s: float, *, login_refused: bool) -> bool:
        """Note a failure of a mail or a probe; returns whether this opens it.

        Providers lock accounts over repeated logins: after a refused one nothing is tried for a minute.
        """
        self._failures += 1
        opens = not self.is_open and (login_refused or self._failures >= self.threshold)
        if opens:
            self._opened_at_s = now_s
        if self.is_open:
            longer_s = max(_FIRST_PAUSE_S, self._pause_s * 2)
            self._pause_s = _LONGEST_PAUSE_S if login_refused else min(longer_s, _LONGEST_PAUSE_S)
            self._probe_at_s = now_s + self._pause_s
        return opens
