"""Which of the vendor's messages an event is about: a reaction's target, what an answer quotes.

Rooms know events; the vendor knows its own ids. Who delivers an event puts those ids of its target
beside it, under the keys below in `channel_data.extra`.
"""

from channels_app.providers.meta.errors import Unsendable
from rooms.domain.event import RoomEvent
from rooms.domain.provider_message import REPLY_TO_ID, TARGET_ID


def target_of(event: RoomEvent) -> str:
    """Return the vendor's id of the message that an event changes.

    Raises:
        Unsendable: If nobody told it.
    """
    target = event.channel_data.extra.get(TARGET_ID)
    if not target:
        raise Unsendable("unknown_target", "the vendor's id of the target message is not known")
    return str(target)


def reply_target_of(event: RoomEvent) -> str | None:
    """Return the vendor's id of the message that an event answers, if it quotes one."""
    target = event.channel_data.extra.get(REPLY_TO_ID)
    return str(target) if target else None
