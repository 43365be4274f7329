"""Waking the lanes of a commit in other processes, by Celery."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rooms.domain.job import DeliveryJob, DeliveryKind

logger = logging.getLogger("roomkit.channels.waker")

CAPACITY = 10_000
FLUSH_SECONDS = 5.0
# By then the sweep has found the rows, and a queue that piled up holds nothing of use.
EXPIRES_SECONDS = 60
AI_QUEUE = "ai"
DELIVER_QUEUE = "deliver"
CHORE_QUEUE = "default"


class WakeUp(NamedTuple):
    """One lane that has work, and the queue of the workers that do such work."""

    room_id: str
    channel_id: str
    queue: str


class ChoreWakeUp(NamedTuple):
    """One chore that has work."""

    name: str


Send = Callable[[WakeUp | ChoreWakeUp], None]


class CeleryWaker:
    """Enqueues one task a lane or chore, on a thread of its own: the broker may take its time.

    A broker that does not answer is logged once, until it answers again. Wake-ups that cannot be
    sent, or that come while too many wait, are dropped: the sweep of the workers finds the rows.

    Args:
        send: Enqueues one task; may block, and raises when the broker does not take it.
        capacity: How many wake-ups may wait.
    """

    def __init__(self, send: Send, *, capacity: int = CAPACITY) -> None:
        self._send = send
        self._waiting: queue.Queue[WakeUp | ChoreWakeUp | None] = queue.Queue(capacity)
        self._asked: set[WakeUp | ChoreWakeUp] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_down = False

    def wake(self, jobs: Sequence[DeliveryJob]) -> None:
        """Wake each lane of these jobs once; returns at once and never fails."""
        self._put(dict.fromkeys(_wake_up_for(job) for job in jobs))

    def wake_chore(self, name: str) -> None:
        """Have a worker do a chore soon; returns at once and never fails."""
        self._put([ChoreWakeUp(name)])

    async def close(self) -> None:
        """Send what waits, at most 5 seconds long, and end the thread; twice is harmless."""
        await asyncio.to_thread(self._stop)

    def _put(self, wake_ups: Iterable[WakeUp | ChoreWakeUp]) -> None:
        """Queue what does not wait already: one that is yet to be sent wakes for both."""
        self._start()
        for wake_up in wake_ups:
            if wake_up in self._asked:
                continue
            self._asked.add(wake_up)
            try:
                self._waiting.put_nowait(wake_up)
            except queue.Full:
                self._asked.discard(wake_up)
                self._note_failure("too many wake-ups wait")

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="roomkit-waker", daemon=True
                )
                self._thread.start()

    def _stop(self) -> None:
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        try:
            self._waiting.put(None, timeout=FLUSH_SECONDS)
        except queue.Full:
            return
        thread.join(FLUSH_SECONDS)

    def _work(self) -> None:
        while (wake_up := self._waiting.get()) is not None:
            # From here on a wake-up is for what came after.
            self._asked.discard(wake_up)
            try:
                self._send(wake_up)
            except Exception as error:  # whatever the broker's client raises: a wake-up may be lost
                self._note_failure(f"{type(error).__name__}: {error}")
            else:
                self._note_success()

    def _note_failure(self, reason: str) -> None:
        if not self._is_down:
            self._is_down = True
            logger.warning(
                "workers cannot be woken, they will find their work by sweeping",
                extra={"reason": reason},
            )

    def _note_success(self) -> None:
        if self._is_down:
            self._is_down = False
            logger.info("workers can be woken again")


def make_waker() -> CeleryWaker:
    """Return a waker that enqueues the tasks of `channels_app.tasks`."""
    # The waker is used where Celery is the dispatcher; only there is the package installed.
    from channels_app.tasks import do_chore, drain_lane  # noqa: PLC0415

    def send(wake_up: WakeUp | ChoreWakeUp) -> None:
        if isinstance(wake_up, WakeUp):
            task, task_queue = drain_lane, wake_up.queue
        else:
            task, task_queue = do_chore, CHORE_QUEUE
        task.apply_async(
            args=wake_up[:2],
            queue=task_queue,
            expires=EXPIRES_SECONDS,
            # One more try opens a connection that the broker has closed; the rest is the sweep's.
            retry_policy={"max_retries": 1, "interval_start": 0},
        )

    return CeleryWaker(send)


def _wake_up_for(job: DeliveryJob) -> WakeUp:
    kind_queue = AI_QUEUE if job.kind is DeliveryKind.REACT else DELIVER_QUEUE
    return WakeUp(job.room_id, job.channel_id, kind_queue)
