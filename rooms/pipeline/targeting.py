"""What a provider calls the messages that an event is about: changed by it, or answered."""

from rooms.domain.content import DeleteContent, EditContent, ReactionContent
from rooms.domain.event import RoomEvent
from rooms.domain.provider_message import REPLY_TO_ID, TARGET_ID
from rooms.stores.base import ConversationStore


async def add_targets(store: ConversationStore, event: RoomEvent, channel_id: str) -> RoomEvent:
    """Return an event with the ids by which its channel's provider knows what it is about.

    What never went through this channel has no such id: the provider then finds other words.
    """
    content = event.content
    about = {
        TARGET_ID: content.target_event_id
        if isinstance(content, EditContent | DeleteContent | ReactionContent)
        else None,
        REPLY_TO_ID: event.parent_event_id,
    }
    found = {
        key: message_id
        for key, event_id in about.items()
        if event_id and (message_id := await _find(store, event_id, channel_id))
    }
    if not found:
        return event
    extra = {**event.channel_data.extra, **found}
    data = event.channel_data.model_copy(update={"extra": extra})
    return event.model_copy(update={"channel_data": data})


async def _find(store: ConversationStore, event_id: str, channel_id: str) -> str | None:
    messages = await store.list_provider_messages(event_id)
    return next(
        (each.provider_message_id for each in messages if each.channel_id == channel_id), None
    )
