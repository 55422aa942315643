"""A log handler for which nobody waits: a thread writes, and what a slow or dead reader leaves no room for is dropped.

States of a line:

    LOGGED --room among those that wait--> WAITING          a tenth of a second at most, and no time from WARNING on
    LOGGED --no room--> DROPPED                             counted, and told by the next line for which there is room
    WAITING --the thread is done with those before--> WRITTEN, or DROPPED where the descriptor fails
"""

import logging
import os
import threading

import structlog

# Some seconds at full speed, and some megabytes: as many wait at most, and as many are being written.
CAPACITY = 10_000
# A wake-up of the thread and a write cost more than the line: at full speed a hundred of them share both.
GATHERING_S = 0.1
# At exit: a reader that has not caught up by then is not coming back.
_FLUSH_S = 2.0


class BackgroundHandler(logging.Handler):
    """Formats where a line is logged and writes it to `descriptor` later; logging's own exit hook flushes it."""

    def __init__(self, descriptor: int, *, capacity: int = CAPACITY, gathering_s: float = GATHERING_S) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._capacity = capacity
        self._gathering_s = gathering_s
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._dropped = 0
        self._is_writing = False
        self._is_urgent = False
        self._is_closed = False
        # A daemon: where a reader never reads on, the process must be able to end.
        threading.Thread(target=self._write_on, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001  as logging's own handlers
            self.handleError(record)
            return
        if lost := self._take_count():
            structlog.get_logger("takeoff_mailer").error("log.lines_dropped", lines=lost)
        with self._changed:
            if len(self._waiting) < self._capacity:
                self._waiting.append(f"{line}\n")
                self._is_urgent |= record.levelno >= logging.WARNING or len(self._waiting) > self._capacity // 2
                # The thread waits for the first line, and then for the time to be over or a line that is urgent.
                if self._is_urgent or len(self._waiting) == 1:
                    self._changed.notify_all()
            else:
                self._dropped += 1

    def flush(self) -> None:
        """Wait until all is written, for a while."""
        with self._changed:
            self._is_urgent = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: not (self._waiting or self._is_writing), timeout=_FLUSH_S)

    def close(self) -> None:
        """Let the thread end when it has written what waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        super().close()

    def _take_count(self) -> int:
        with self._changed:
            if len(self._waiting) >= self._capacity:
                return 0
            lost, self._dropped = self._dropped, 0
            return lost

    def _write_on(self) -> None:
        while lines := self._next_lines():
            try:
                self._write("".join(lines).encode(errors="backslashreplace"))
            except OSError:
                with self._changed:
                    self._dropped += len(lines)

    def _next_lines(self) -> list[str]:
        with self._changed:
            self._is_writing = False
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            self._changed.wait_for(lambda: self._is_urgent or self._is_closed, timeout=self._gathering_s)
            lines, self._waiting = self._waiting, []
            self._is_writing, self._is_urgent = True, False
            return lines

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]
