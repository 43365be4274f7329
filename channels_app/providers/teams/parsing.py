"""Activities of Teams as plain facts, under the names that the package promises."""

from channels_app.providers.teams.items import parse_items
from channels_app.providers.teams.reactions import read_signs
from channels_app.providers.teams.wire import read_activity
from channels_app.providers.teams.words import bot_mentions, words_of
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


def parse_teams_webhook(payload: JsonObject, channel_id: str) -> list[InboundMessage]:
    """Return the message of an activity, if it is one.

    Raises:
        MalformedWebhook: If it is no activity.
    """
    items = parse_items(payload, channel_id)
    return [item for item in items if isinstance(item, InboundMessage)]


def parse_teams_activity(payload: JsonObject) -> JsonObject:
    """Return the facts of any activity, by our names; what it does not say is None.

    Raises:
        MalformedWebhook: If it is no activity.
    """
    activity = read_activity(payload)
    data = activity.channel_data
    return {
        "activity_type": activity.type,
        "activity_id": activity.id,
        "text": words_of(activity),
        "sender_id": activity.sender.id,
        "sender_name": activity.sender.name,
        "aad_object_id": activity.sender.aad_object_id,
        "bot_id": activity.bot_id,
        "conversation_id": activity.conversation.id,
        "conversation_type": activity.conversation.conversation_type,
        "is_group": bool(activity.conversation.is_group),
        "tenant_id": activity.tenant_id,
        "team_id": data.team.id if data and data.team else None,
        "teams_channel_id": data.channel.id if data and data.channel else None,
        "event_type": data.event_type if data else None,
        "service_url": activity.service_url,
        "reply_to_id": activity.reply_to_id,
        "locale": activity.locale,
        "timestamp": activity.timestamp,
        "bot_mentioned": any(bot_mentions(activity)),
    }


def parse_teams_reactions(payload: JsonObject) -> list[JsonObject]:
    """Return the signs that were taken from a message or put on it; [] for other activities.

    Raises:
        MalformedWebhook: If it is no activity.
    """
    activity = read_activity(payload)
    if activity.type != "messageReaction":
        return []
    whose = {
        "message_id": activity.reply_to_id,
        "conversation_id": activity.conversation.id,
        "sender_id": activity.sender.id,
        "timestamp": activity.timestamp,
    }
    return [
        {"action": sign.action, "type": sign.kind, "emoji": sign.emoji, **whose}
        for sign in read_signs(activity)
    ]


def is_bot_added(payload: JsonObject, bot_id: str | None = None) -> bool:
    """Tell whether an activity says that the bot came into a conversation.

    Args:
        payload: The activity.
        bot_id: The bot's account or app id; without it, whoever the activity was posted to.

    Raises:
        MalformedWebhook: If it is no activity.
    """
    activity = read_activity(payload)
    wanted = {bot_id, f"28:{bot_id}"} if bot_id else {activity.bot_id}
    added = {member.id for member in activity.members_added or []}
    return activity.type == "conversationUpdate" and not added.isdisjoint(wanted)
