"""One thread for all rendering, which can be made to drop what takes too long (docs/adr/0011-render-thread.md).

States of a job, changed under the lock:

    QUEUED --taken--> RUNNING --its work ended--> ENDED
    RUNNING --seen for too long--> BROKEN_OFF     its waiter gets TimeoutError, and _BrokenOff is raised in its thread
    BROKEN_OFF --the thread noticed--> ENDED      that thread ends; another one serves the queue meanwhile

Only the thread of a job that is not ENDED has an exception raised in it, and after BROKEN_OFF it takes no other job: so
none can be hit that was not meant.
"""

import asyncio
import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

# A render takes well under a millisecond, on a machine that is busy with something else perhaps a hundred times that.
RENDER_LIMIT_S = 5.0
# A process that was stopped for an hour must not find that its render took an hour: it is looked at once, not so often.
_LOOKS = 5

Result = TypeVar("Result")


class _BrokenOff(BaseException):
    """Not an Exception, which templates' own code (Jinja's `getitem`, for one) would swallow."""


@dataclass(slots=True, eq=False)
class _Job(Generic[Result]):
    work: Callable[[], Result]
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Result]
    timer: asyncio.TimerHandle | None = None
    looks: int = 0
    thread_id: int | None = None  # while RUNNING or BROKEN_OFF
    is_broken_off: bool = False


class RenderThread:
    """Does one piece of work after the other. Renders hold the interpreter's lock: more threads would do no more.

    It is a daemon, as `concurrent.futures` has none: a process that ends waits for no render. What is inside one call
    into C cannot be broken off before that call has ended (see sandbox.py).
    """

    def __init__(self, *, limit_s: float = RENDER_LIMIT_S) -> None:
        self.limit_s = limit_s
        self._lock = threading.Lock()
        self._queue: SimpleQueue[_Job[Any]] = SimpleQueue()
        self._is_served = False

    async def run(self, work: Callable[[], Result]) -> Result:
        """Have `work` done. Raises what it raises, and TimeoutError once it runs for `limit_s` or up to a fifth more.

        Time in the queue does not count. A caller that is cancelled leaves at once; work that has begun goes on.
        """
        loop = asyncio.get_running_loop()
        job = _Job(work, loop, loop.create_future())
        self._look_again(job)
        self._queue.put(job)
        self._ensure_served()
        result: Result = await job.done
        return result

    def _ensure_served(self) -> None:
        if not self._is_served:
            # "can't start new thread": the next look tries again.
            with suppress(RuntimeError):
                threading.Thread(target=self._serve, name="render", daemon=True).start()
                self._is_served = True

    def _look_again(self, job: _Job[Any]) -> None:
        job.timer = job.loop.call_later(self.limit_s / _LOOKS, self._look, job)

    def _look(self, job: _Job[Any]) -> None:
        with self._lock:
            if job.thread_id is not None:
                job.looks += 1
                if job.looks > _LOOKS:
                    self._break_off(job, job.thread_id)
            elif job.is_broken_off:
                return
        self._look_again(job)
        self._ensure_served()

    def _break_off(self, job: _Job[Any], thread_id: int) -> None:
        # Again at every further look: an exception that arrives in a finaliser is lost.
        _raise_in(thread_id, _BrokenOff)
        if not job.is_broken_off:
            job.is_broken_off = True
            self._is_served = False
            if not job.done.done():
                job.done.set_exception(TimeoutError())

    def _serve(self) -> None:
        # What is pending is raised where a function begins or a loop goes round: all of both is inside of a `try`.
        job, is_leaving = self._queue.get(), False
        try:
            while True:
                try:
                    while not is_leaving and self._do(job):
                        job = self._queue.get()
                    return self._leave(job)
                except _BrokenOff:
                    is_leaving = True
        except _BrokenOff:
            # A second one, in the moment after the first was caught.
            self._leave(job)

    def _do(self, job: _Job[Any]) -> bool:
        """Do a job unless nobody waits for it any more; returns False where it was broken off."""
        result, error = None, None
        with self._lock:
            job.thread_id = threading.get_ident()
        try:
            if not job.done.cancelled():
                result = job.work()
        except Exception as raised:  # noqa: BLE001  the waiter's to handle
            error = raised
        with self._lock:
            if job.is_broken_off:
                return False
            job.thread_id = None
        # The loop is closed where the process is about to end.
        with suppress(RuntimeError):
            job.loop.call_soon_threadsafe(_conclude, job, result, error)
        return True

    def _leave(self, job: _Job[Any]) -> None:
        """Have nothing more sent to this thread. What is pending is raised here, and then there is nothing left.

        It is not taken back (`PyThreadState_SetAsyncExc` with NULL): up to CPython 3.12 that leaves the interpreter's
        "something is pending" set for good, and under a tracer, as coverage is one, the threads then do nothing else.
        """
        with self._lock:
            job.thread_id = None
        # The way back to the head of a loop is where Python looks for what is pending.
        for _ in range(2):
            pass


def _conclude(job: _Job[Any], result: object, error: Exception | None) -> None:
    if job.timer:
        job.timer.cancel()
    if job.done.done():
        return
    if error:
        job.done.set_exception(error)
    else:
        job.done.set_result(result)


def _raise_in(thread_id: int, exception: type[BaseException]) -> None:
    """Have it raised at the thread's next step.

    https://docs.python.org/3/c-api/init.html#c.PyThreadState_SetAsyncExc
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), ctypes.py_object(exception))
