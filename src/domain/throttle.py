"""How a relay's complaints about our pace slow this worker down, and how it comes back.

FREE --complaint--> SLOWED                to half of the pace of the last seconds, unless that is so slow that the
                                          complaint cannot be about it
SLOWED --complaint--> SLOWED              to half of what it was; complaints of one moment count once
SLOWED --time passes--> SLOWED            the pace grows evenly, towards half above what it was at first
SLOWED --a minute without complaint--> FREE

Additive increase and multiplicative decrease, as in TCP: several workers that share a relay find their shares.
"""

from dataclasses import dataclass, field

_MINUTE_S = 60.0
# Mails that were under way at the first complaint complain, too.
_ONE_MOMENT_S = 5.0
_SLOWEST_PER_S = 0.5
_TOWARDS = 1.5
# Over this long the pace is measured.
_WINDOW_S = 2.0


@dataclass(slots=True)
class Throttle:
    """Times are of one monotonic clock, in seconds."""

    _peak_per_s: float | None = field(default=None, init=False)
    _slow_per_s: float = field(default=0.0, init=False)
    _complained_at_s: float = field(default=0.0, init=False)
    _free_at_s: float = field(default=0.0, init=False)
    _counted: int = field(default=0, init=False)
    _counted_from_s: float = field(default=0.0, init=False)
    _measured_per_s: float = field(default=0.0, init=False)

    def pace_per_s(self, now_s: float) -> float | None:
        """Mails a second that may leave now, None where there is no limit."""
        if self._peak_per_s is None:
            return None
        calm = (now_s - self._complained_at_s) / _MINUTE_S
        if calm >= 1:
            self._peak_per_s = None
            return None
        return self._slow_per_s + calm * (_TOWARDS * self._peak_per_s - self._slow_per_s)

    def wait_s(self, now_s: float, *, within_s: float) -> float | None:
        """Let a mail leave; returns how long it must wait, None where that is longer than `within_s`."""
        pace = self.pace_per_s(now_s)
        leaves_at_s = now_s if pace is None else max(self._free_at_s, now_s)
        if leaves_at_s > now_s + within_s:
            return None
        self._count(now_s)
        if pace is None:
            return 0.0
        self._free_at_s = leaves_at_s + 1 / pace
        return leaves_at_s - now_s

    def complain(self, now_s: float) -> bool:
        """Note that the relay found it too much; returns whether that made it slower."""
        pace = self.pace_per_s(now_s)
        if pace is not None and now_s - self._complained_at_s < _ONE_MOMENT_S:
            return False
        if pace is None or self._peak_per_s is None:
            pace = self._measured(now_s)
            if pace < 2 * _SLOWEST_PER_S:
                return False
            self._peak_per_s = pace
        self._slow_per_s = max(pace / 2, _SLOWEST_PER_S)
        self._complained_at_s = self._free_at_s = now_s
        return True

    def _count(self, now_s: float) -> None:
        if now_s - self._counted_from_s >= _WINDOW_S:
            self._measured_per_s = self._measured(now_s)
            self._counted, self._counted_from_s = 0, now_s
        self._counted += 1

    def _measured(self, now_s: float) -> float:
        elapsed_s = now_s - self._counted_from_s
        # A window that has just begun says little.
        return self._counted / elapsed_s if elapsed_s >= _WINDOW_S / 2 else self._measured_per_s
