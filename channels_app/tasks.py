"""The Celery tasks of the channels. Their arguments are ids: what is to be done is in the rows."""

import logging

from celery import shared_task

from channels_app.task_processes import background
from rooms.chores import get_chore
from rooms.domain.errors import StoreUnavailableError

logger = logging.getLogger("roomkit.channels.tasks")

DRAIN_LANE = "roomkit_channels.drain_lane"
DO_CHORE = "roomkit_channels.do_chore"


@shared_task(name=DRAIN_LANE, ignore_result=True)  # type: ignore[untyped-decorator]  # no types
def drain_lane(room_id: str, channel_id: str) -> None:
    """Deliver what is free in one lane, in order, until nothing is left.

    A lane that somebody else drains has nothing free. Where the database does not answer the rows
    stay as they are, and the sweep of any worker takes them up.
    """
    try:
        background.run(lambda kit: kit.pipeline.resuming.drain_lane(room_id, channel_id))
    except StoreUnavailableError:
        logger.warning(
            "the database does not answer, the lane is left to the sweep",
            extra={"room_id": room_id, "channel_id": channel_id},
        )


@shared_task(name=DO_CHORE, ignore_result=True)  # type: ignore[untyped-decorator]  # no types
def do_chore(name: str) -> None:
    """Do what is due of one chore; where the database does not answer, the sweep will."""
    try:
        background.run(get_chore(name))
    except StoreUnavailableError:
        logger.warning(
            "the database does not answer, the chore is left to the sweep", extra={"chore": name}
        )
