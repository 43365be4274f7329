"""Which of Teams' messages an event is about: what it changes, what it answers.

Rooms know events; the vendor knows its own ids. Who delivers an event puts the ids of its target
beside it, under these keys in `channel_data.extra`.
"""

from channels_app.providers.teams.wire import unscoped_id
from rooms.domain.event import RoomEvent
from rooms.domain.provider_message import REPLY_TO_ID, TARGET_ID


def target_of(event: RoomEvent) -> str | None:
    """Return Teams' id of the message that an event changes, if it was told."""
    return _id_under(TARGET_ID, event)


def reply_target_of(event: RoomEvent) -> str | None:
    """Return Teams' id of the message that an event answers, if it was told."""
    return _id_under(REPLY_TO_ID, event)


def _id_under(key: str, event: RoomEvent) -> str | None:
    told = event.channel_data.extra.get(key)
    return unscoped_id(str(told)) if told else None
