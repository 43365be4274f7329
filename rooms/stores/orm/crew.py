"""Threads that take calls from one line, and of which one that does not come back is given up."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any, Protocol
from weakref import finalize


class Desk(Protocol):
    """What a thread works with, made by the thread itself."""

    def sever(self) -> None:
        """Make the call that runs fail soon; called from another thread, must not wait."""

    def close(self) -> None:
        """Clear up; the thread's last act."""


class Call:
    """Something to run, and who runs it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.future: Future[Any] = Future()
        self.worker: _Worker | None = None
        self._work = work

    def run(self) -> None:
        """Answer the future; a call that was cancelled while it waited does nothing."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            answer = self._work()
        except BaseException as error:  # whatever it is, it is for whoever waits
            self.future.set_exception(error)
        else:
            self.future.set_result(answer)


Line = SimpleQueue[Call | None]
"""Calls in order; None sends one thread home."""


class _Worker:
    """One thread."""

    def __init__(self, line: Line, open_desk: Callable[[], Desk], name: str) -> None:
        self._line = line
        self._open_desk = open_desk
        self._desk: Desk | None = None
        self._mutex = Lock()
        self._running: Call | None = None
        self._is_given_up = False
        # One that never comes back must not keep the process from ending.
        self.thread = Thread(target=self._work, name=name, daemon=True)
        self.thread.start()

    def give_up(self, call: Call) -> bool:
        """Take no more calls after this one, which is made to fail; tell whether it runs here."""
        with self._mutex:
            if self._running is not call:
                return False
            self._is_given_up = True
            if self._desk is not None:
                self._desk.sever()
            return True

    def _work(self) -> None:
        desk = self._desk = self._open_desk()
        try:
            while not self._is_given_up and (call := self._line.get()) is not None:
                self._take(call)
        finally:
            desk.close()

    def _take(self, call: Call) -> None:
        call.worker = self
        with self._mutex:
            self._running = call
        try:
            call.run()
        finally:
            with self._mutex:
                self._running = None


class Crew:
    """A number of threads that stays the same, whichever of them are given up.

    The threads end with `dismiss()`, or when nobody uses the crew any more.

    Args:
        size: How many.
        open_desk: Called in each thread as it starts.
        name: What the threads are called.
    """

    def __init__(self, size: int, open_desk: Callable[[], Desk], *, name: str) -> None:
        self.size = size
        self._open_desk = open_desk
        self._name = name
        self._line: Line = SimpleQueue()
        self._mutex = Lock()
        self._workers = {self._hire() for _ in range(size)}
        # The threads know the line, not the crew.
        finalize(self, _send_home, self._line, size).atexit = False

    def submit(self, work: Callable[[], Any]) -> Call:
        """Let the first thread that is free run something."""
        call = Call(work)
        self._line.put(call)
        return call

    def give_up(self, call: Call) -> bool:
        """Replace the thread that runs a call; tell whether there is one."""
        worker = call.worker
        if worker is None or not worker.give_up(call):
            return False
        with self._mutex:
            if worker in self._workers:
                self._workers.remove(worker)
                self._workers.add(self._hire())
        return True

    def dismiss(self, *, patience_s: float) -> None:
        """Let the threads run what is in the line, and wait until they have ended.

        Those that take longer than `patience_s`, all together, are left to themselves.
        """
        with self._mutex:
            workers, self._workers = self._workers, set()
        _send_home(self._line, len(workers))
        ends_at = monotonic() + patience_s
        for worker in workers:
            worker.thread.join(max(0.0, ends_at - monotonic()))

    def _hire(self) -> _Worker:
        return _Worker(self._line, self._open_desk, self._name)


def _send_home(line: Line, number: int) -> None:
    for _ in range(number):
        line.put(None)
