"""Writes about deliveries that somebody looks after: how far did they come?"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import connection, transaction

from rooms import models
from rooms.domain.fallback import FollowUp
from rooms.selectors.clock import get_database_now
from rooms.services.rows import insert_rows


def lease_follow_ups(
    *, seconds: float, limit: int, delivery_ids: Collection[str] | None
) -> list[models.Delivery]:
    """Take ended jobs whose moment has come, and put it off by `seconds`, the oldest first.

    Most of the time there are none, so that is found out without a transaction.
    """
    due = models.Delivery.objects.to_follow_up(get_database_now())
    if delivery_ids is not None:
        due = due.filter(pk__in=list(delivery_ids))
    found = list(due.order_by("follow_up_at", "pk").values_list("pk", flat=True)[:limit])
    return _put_off(found, seconds) if found else []


@transaction.atomic
def _put_off(found: Sequence[str], seconds: float) -> list[models.Delivery]:
    now = get_database_now()
    due = models.Delivery.objects.to_follow_up(now).filter(pk__in=found)
    can_skip = connection.features.has_select_for_update_skip_locked
    locked = due.order_by("follow_up_at", "pk").select_for_update(skip_locked=can_skip)
    rows = list(locked)
    until = now + timedelta(seconds=seconds)
    models.Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(follow_up_at=until)
    for row in rows:
        row.follow_up_at = until
    return rows


def hasten_follow_ups(*, event_id: str, channel_id: str) -> list[str]:
    """Let the moment come now for the jobs of an event at a channel; return their ids."""
    now = get_database_now()
    jobs = models.Delivery.objects.filter(event_id=event_id, channel_id=channel_id)
    ahead = jobs.filter(follow_up_at__isnull=False)
    found = list(ahead.values_list("pk", flat=True))
    ahead.filter(follow_up_at__gt=now).update(follow_up_at=now)
    return found


def end_follow_up(*, delivery_id: str) -> None:
    """Look after a delivery no more."""
    models.Delivery.objects.filter(pk=delivery_id).update(follow_up_at=None)


def write_follow_ups(*, follow_ups: Sequence[FollowUp]) -> None:
    """End the looks and open the jobs that go on, due now; the caller has a transaction."""
    if not follow_ups:
        return
    ended = [each.delivery_id for each in follow_ups]
    models.Delivery.objects.filter(pk__in=ended).update(follow_up_at=None)
    now = get_database_now()
    jobs = [each.next_job for each in follow_ups if each.next_job is not None]
    insert_rows(
        [models.Delivery.from_domain(job.model_copy(update={"due_at": now})) for job in jobs]
    )
