"""The processes in which Celery runs our tasks, and the event loop that each of them has.

Pools differ in when a process may start threads: the children of `prefork` after they were made,
`threads` and `solo` in the one process there is. Threads are the best choice, since tasks only
wait for the loop.
"""

import logging
from functools import partial
from typing import Any

from celery.concurrency.prefork import TaskPool as PreforkPool
from celery.concurrency.solo import TaskPool as SoloPool
from celery.concurrency.thread import TaskPool as ThreadPool
from celery.signals import (
    celeryd_after_setup,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
    worker_shutting_down,
)
from django.db import connections

from channels_app.stop_notice import StopNotice
from rooms.conf import act_as
from rooms.kit import RoomKit
from rooms.runtime import get_kit
from rooms.serving.background_loop import BackgroundLoop
from rooms.serving.collector import relax_collector

logger = logging.getLogger("roomkit.channels.tasks")


def get_worker_kit() -> RoomKit:
    """Return this process's kit, as a worker's whatever `ROLE` says."""
    act_as("worker")
    return get_kit()


background = BackgroundLoop(get_worker_kit)


def begin(*, instance: Any, **_: Any) -> None:
    """Start the loop where the pool lives in this process, or have its children start theirs.

    Raises:
        SystemExit: If the pool has no threads, or the kit cannot be built.
    """
    pool = instance.pool_cls
    if issubclass(pool, ThreadPool | SoloPool):
        _start()
        worker_shutting_down.connect(notice_stop)
    elif issubclass(pool, PreforkPool):
        notice = StopNotice()
        worker_process_init.connect(partial(begin_child, notice), weak=False)
        worker_shutting_down.connect(partial(give_notice, notice), weak=False)
    else:
        logger.critical("this pool cannot run an event loop: use --pool threads")
        raise SystemExit(1)


def begin_child(notice: StopNotice, **_: Any) -> None:
    """Start the loop of a child of the pool."""
    # Celery closes the connections of this thread after each task, and with them the pool from
    # which the threads of the store have theirs. Tasks need no connection of their own.
    for connection in connections.all(initialized_only=True):
        del connections[connection.alias]
    notice.on_stop(background.begin_stop)
    _start()


def notice_stop(**_: Any) -> None:
    """Let running work end while Celery still waits for the tasks."""
    background.begin_stop()


def give_notice(notice: StopNotice, **_: Any) -> None:
    """Have the children let their work end."""
    notice.give()


def end(**_: Any) -> None:
    """End the loop with its process."""
    background.stop()


def _start() -> None:
    try:
        background.start()
    except Exception as error:  # Celery would log it and go on, and every task would fail
        logger.critical("the worker cannot start", exc_info=True)
        raise SystemExit(1) from error
    relax_collector()


celeryd_after_setup.connect(begin)
worker_shutdown.connect(end)
worker_process_shutdown.connect(end)
