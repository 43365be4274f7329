"""Who wrote a message, to whom, and what else is worth knowing about it."""

from channels_app.providers.telegram.contents import file_of
from channels_app.providers.telegram.entities import find_command, find_mentions
from channels_app.providers.telegram.ids import join_id
from channels_app.providers.telegram.wire import Chat, Message, User
from rooms.domain.json import JsonObject

RECIPIENT_KEY = "telegram_chat_id"
"""Where a binding keeps the chat that is answered to."""


def sender_of(message: Message) -> str | None:
    """Return who wrote a message; None if that was a bot, ours among them.

    Who writes as a group or a channel has a bot in `from` and the truth in `sender_chat`.
    """
    if message.sender_chat is not None:
        return str(message.sender_chat.id)
    if message.sender is None or message.sender.is_bot:
        return None
    return str(message.sender.id)


def is_for_others(message: Message, bot: str) -> bool:
    """Tell whether a message is a command for another bot; `bot` is in small letters."""
    found = find_command(message.text or "", message.entities)
    return bool(bot and found and found[1]) and found is not None and found[1].lower() != bot


def describe(message: Message) -> JsonObject:
    """Return what else is known of a message: of its sender, its chat and its marks."""
    text = message.text if message.text is not None else message.caption or ""
    entities = message.entities or message.caption_entities
    command, file = find_command(text, entities), file_of(message)
    answered = message.reply_to_message
    facts: JsonObject = {
        **describe_sender(message.sender, message.chat),
        "command": command[0] if command else None,
        "mentions": list(find_mentions(text, entities)),
        "reply_to": join_id(message.chat.id, answered.message_id) if answered else None,
        "media_group_id": message.media_group_id,
        "file_unique_id": file.file_unique_id if file else None,
    }
    return {name: value for name, value in facts.items() if value}


def describe_sender(sender: User | None, chat: Chat) -> JsonObject:
    """Return what is known of a sender, and the chat to answer to: groups have one of their own."""
    facts: JsonObject = {
        "provider": "telegram",
        RECIPIENT_KEY: str(chat.id),
        "chat_type": chat.type,
        "chat_title": chat.title,
        "sender_name": sender.full_name if sender else None,
        "username": sender.username if sender else None,
        "language": sender.language_code if sender else None,
    }
    return {name: value for name, value in facts.items() if value}
