"""The retry ladder: how a copy waits in the broker for any time with queues of a few fixed times.

States of a copy, by the queue it lies in:

    RUNG --its TTL is over, written by the broker--> TASK QUEUE     dead-lettered by the default exchange
    TASK QUEUE --before its due time, written by our source--> RUNG a confirmed copy on the next rung, then an ack
    TASK QUEUE --at its due time--> yielded to the application

A rung is a queue whose every message waits equally long, so that nobody waits behind another (a TTL of the message
itself blocks at the head of the queue). The due time travels in `x-mail-due`. A copy goes to the longest rung that
ends before its due time, comes back, and goes on to the next shorter one: the binary digits of the delay, one after
the other. Below the shortest rung it takes the shortest, so it is never early and at most 0.5 s late, plus the time
of at most 15 ways through the broker (some milliseconds each, run on 3.10.8 and 4.0.5).
Delays beyond the longest rung take it as often as it fits. Where a copy comes back with more time left than there can
be, our clock was set back meanwhile: it is due.
"""

RUNGS_MS: tuple[int, ...] = (500, *(1000 * 2**power for power in range(13)))


def choose_rung_ms(remaining_s: float) -> int:
    """Choose the rung for a copy that is due in `remaining_s` seconds (below 0 where it is overdue)."""
    remaining_ms = remaining_s * 1000
    return max((rung for rung in RUNGS_MS if rung <= remaining_ms), default=RUNGS_MS[0])
