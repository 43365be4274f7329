"""Directives for a turn that runs in another process."""

import logging

from channels_app.ai.steering import SteeringDirective
from channels_app.ai.store import AIStore

logger = logging.getLogger("roomkit.ai")


async def leave_word(
    store: AIStore, channel_id: str, directive: SteeringDirective, run_id: str | None
) -> None:
    """Leave a directive for a run, or without an id for an agent's newest."""
    if run_id is None:
        running = await store.runs.find_running(channel_id=channel_id)
    else:
        found = await store.runs.get_run(run_id)
        running = [found] if found and found.ended_at is None else []
    if not running:
        warn_of_nobody(channel_id, run_id)
        return
    await store.steering.add(running[0].id, directive.model_dump())


def warn_of_nobody(channel_id: str, run_id: str | None) -> None:
    """Say in the log that a directive found nobody."""
    logger.warning(
        "nobody is there to be steered", extra={"channel_id": channel_id, "run_id": run_id}
    )
