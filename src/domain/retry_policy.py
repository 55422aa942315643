"""When to try again: one pure function of the attempt and a drawn jitter."""

import math
from dataclasses import dataclass

# A hint of nothing would use up all attempts at once.
MIN_HINT_S = 1.0
# A hint beyond a day is a misunderstanding or an attack; the mail must not sleep longer on a stranger's word.
MAX_HINT_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff: `base_s * factor ** (attempt - 1)` seconds, never above `cap_s`.

    `max_attempts` counts all tries, the first included. Raises ValueError for a policy that cannot work.
    """

    max_attempts: int = 3
    base_s: float = 30.0
    factor: float = 4.0
    cap_s: float = 3600.0

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError("max_attempts must be at least 1")
        if not (0 < self.base_s <= self.cap_s and math.isfinite(self.cap_s)):
            raise ValueError("base_s must be above 0 and not above cap_s")
        if not (self.factor >= 1 and math.isfinite(self.factor)):
            raise ValueError("factor must be at least 1")

    def allows_another(self, attempt: int) -> bool:
        """Whether there may be a try after the 1-based `attempt`."""
        return attempt < self.max_attempts

    def delay_s(self, attempt: int, *, jitter: float, hint_s: float | None = None) -> float:
        """Seconds to wait after the 1-based `attempt` failed.

        `jitter` is drawn from [0, 1) and spreads the wait over the upper half below the ceiling, at the cap
        as everywhere, so that mails that failed together do not come back together. `hint_s`, the relay's
        own wish, wins.
        """
        if hint_s is not None:
            return min(max(hint_s, MIN_HINT_S), MAX_HINT_S)
        return self._ceiling_s(attempt) * (0.5 + jitter / 2)

    def _ceiling_s(self, attempt: int) -> float:
        if attempt <= 1 or self.factor == 1:
            return self.base_s
        # In logarithms, since factor ** attempt overflows long before attempt does.
        steps_to_cap = math.log(self.cap_s / self.base_s) / math.log(self.factor)
        if attempt - 1 >= steps_to_cap:
            return self.cap_s
        return min(self.base_s * self.factor ** (attempt - 1), self.cap_s)
