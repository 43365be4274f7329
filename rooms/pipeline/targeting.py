"""What a provider calls the messages that an event is about: changed by it, or answered."""

from rooms.domain.content import DeleteContent, EditContent, ReactionContent
from rooms.domain.enums import ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.domain.provider_message import (
    REPLY_TO_ID,
    TARGET_AT,
    TARGET_ID,
    TARGET_SENDER,
    ProviderMessage,
)
from rooms.stores.base import ConversationStore


async def add_targets(store: ConversationStore, event: RoomEvent, channel_id: str) -> RoomEvent:
    """Return an event with the ids by which its channel's provider knows what it is about.

    What never went through this channel has no such id: the provider then finds other words.
    """
    content = event.content
    target = (
        content.target_event_id
        if isinstance(content, EditContent | DeleteContent | ReactionContent)
        else None
    )
    changed = await _find(store, target, channel_id)
    answered = await _find(store, event.parent_event_id, channel_id)
    found = _facts_of(changed)
    if answered is not None:
        found[REPLY_TO_ID] = answered.provider_message_id
    if not found:
        return event
    extra = {**event.channel_data.extra, **found}
    data = event.channel_data.model_copy(update={"extra": extra})
    return event.model_copy(update={"channel_data": data})


def _facts_of(changed: ProviderMessage | None) -> dict[str, str]:
    if changed is None:
        return {}
    facts = {TARGET_ID: changed.provider_message_id, TARGET_AT: changed.noted_at.isoformat()}
    if changed.direction is ChannelDirection.INBOUND:
        facts[TARGET_SENDER] = changed.address
    return facts


async def _find(
    store: ConversationStore, event_id: str | None, channel_id: str
) -> ProviderMessage | None:
    if not event_id:
        return None
    messages = await store.list_provider_messages(event_id)
    return next((each for each in messages if each.channel_id == channel_id), None)
