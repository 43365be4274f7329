"""Reads of tasks and observations."""

from rooms import models


def get_task(*, task_id: str) -> models.Task | None:
    """Return a task or None."""
    return models.Task.objects.filter(pk=task_id).first()


def list_tasks(*, room_id: str, status: str | None) -> list[models.Task]:
    """Return a room's tasks in creation order, all or those in one status."""
    tasks = models.Task.objects.filter(room_id=room_id)
    if status is not None:
        tasks = tasks.filter(status=str(status))
    return list(tasks.order_by("created_at", "id"))


def list_observations(*, room_id: str) -> list[models.Observation]:
    """Return a room's observations in creation order."""
    observations = models.Observation.objects.filter(room_id=room_id)
    return list(observations.order_by("created_at", "id"))
