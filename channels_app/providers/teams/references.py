"""Remembering where conversations are, and forgetting those the bot is no longer in."""

from channels_app.providers.teams.conversation_store import (
    PERSONAL,
    ConversationReferenceStore,
    merge_facts,
)
from channels_app.providers.teams.wire import Activity, base_of, read_activity
from rooms.domain.json import JsonObject

CHANNEL = "msteams"
UNINSTALLED = "remove"


class References:
    """The references of one bot."""

    def __init__(self, store: ConversationReferenceStore) -> None:
        self.store = store

    async def find(self, conversation_id: str) -> JsonObject | None:
        """Return the reference of a conversation; a thread may use its channel's."""
        found = await self.store.get(conversation_id)
        base = base_of(conversation_id)
        return await self.store.get(base) if found is None and base != conversation_id else found

    async def remember(self, payload: JsonObject) -> None:
        """Keep where an activity came from; one by which the bot leaves takes that away.

        Nothing is written when nothing is new.

        Raises:
            MalformedWebhook: If it is no activity.
        """
        activity = read_activity(payload)
        if is_leaving(activity):
            await self.forget(activity.conversation.id)
            return
        known = await self.store.get(activity.conversation.id) or {}
        await self.merge(activity.conversation.id, build_reference(activity, known))

    async def merge(self, conversation_id: str, reference: JsonObject) -> None:
        """Add to what is known of a conversation."""
        known = await self.store.get(conversation_id) or {}
        merged = merge_facts(known, reference)
        if merged != known:
            await self.store.save(conversation_id, merged)

    async def forget(self, conversation_id: str) -> None:
        """Forget a conversation, and the channel if it is a thread."""
        for each in {conversation_id, base_of(conversation_id)}:
            await self.store.delete(each)


def is_leaving(activity: Activity) -> bool:
    """Tell whether an activity says that the bot is no longer in the conversation."""
    if activity.type == "installationUpdate":
        return activity.action == UNINSTALLED
    removed = [member.id for member in activity.members_removed or []]
    return activity.type == "conversationUpdate" and activity.bot_id in removed


def build_reference(activity: Activity, known: JsonObject) -> JsonObject:
    """Return what an activity tells of its conversation.

    In a conversation of many, the person who was first known stays: otherwise each who speaks would
    have it written anew.
    """
    is_shared = activity.conversation.conversation_type != PERSONAL
    has_user = is_shared and "user" in known
    conversation = activity.conversation.model_dump(by_alias=True, exclude_none=True)
    if activity.tenant_id:
        conversation["tenantId"] = activity.tenant_id
    return {
        "channelId": activity.channel_id or CHANNEL,
        "serviceUrl": activity.service_url,
        "conversation": conversation,
        "bot": _account(activity, "recipient"),
        "user": None if has_user or activity.is_from_bot else _account(activity, "sender"),
        "locale": activity.locale,
    }


def _account(activity: Activity, place: str) -> JsonObject | None:
    account = getattr(activity, place)
    return account.model_dump(by_alias=True, exclude_none=True) if account else None
