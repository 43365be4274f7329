"""Writes of tasks and observations."""

from django.db import IntegrityError, transaction

from hooks.results import Observation, Task
from rooms import models
from rooms.services.refusals import explain_refusal
from rooms.services.rooms import lock_room


def add_task(*, task: Task) -> models.Task:
    """Insert a task.

    Raises:
        RoomNotFoundError: If the room does not exist.
        ValueError: If the id is taken.
    """
    row = models.Task.from_domain(task)
    try:
        _insert(row, task.room_id)
    except IntegrityError as error:
        raise explain_refusal(error, tasks=[task]) from error
    return row


@transaction.atomic
def update_task(*, task: Task) -> models.Task:
    """Write a task; its room stays.

    Raises:
        LookupError: If it does not exist.
    """
    rows = models.Task.objects.filter(pk=task.id)
    if not rows.update(**models.Task.own_columns(task)):
        raise LookupError(f"no task {task.id!r}: add it with add_task() first")
    return rows.get()


def add_observation(*, observation: Observation) -> models.Observation:
    """Insert an observation.

    Raises:
        RoomNotFoundError: If the room does not exist.
        ValueError: If the id is taken.
    """
    row = models.Observation.from_domain(observation)
    try:
        _insert(row, observation.room_id)
    except IntegrityError as error:
        raise explain_refusal(error, observations=[observation]) from error
    return row


@transaction.atomic
def _insert(row: models.Task | models.Observation, room_id: str) -> None:
    lock_room(room_id=room_id)
    row.save(force_insert=True)
