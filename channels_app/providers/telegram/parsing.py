"""From Telegram's updates to what is in them."""

from pydantic import ValidationError

from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    MessageEdited,
    MessageReacted,
    WebhookItem,
)
from channels_app.providers.telegram.config import API_BASE
from channels_app.providers.telegram.contents import read_content
from channels_app.providers.telegram.ids import join_id
from channels_app.providers.telegram.senders import (
    describe,
    describe_sender,
    is_for_others,
    sender_of,
)
from channels_app.providers.telegram.wire import (
    CallbackQuery,
    MembershipChange,
    Message,
    Reaction,
    ReactionChange,
    Update,
    read_moment,
    read_update,
)
from rooms.domain.content import EventContent, TextContent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage

GONE = frozenset({"left", "kicked"})
PAID_REACTION = "⭐"


class UpdateReader:
    """Reads the updates of one bot for one channel.

    Args:
        channel_id: The channel they came in by.
        bot_username: Without `@`; messages for other bots are left alone. None: nothing is known.
        api_base: Where the files are.
    """

    def __init__(
        self, channel_id: str, *, bot_username: str | None = None, api_base: str = API_BASE
    ) -> None:
        self._channel_id = channel_id
        self._bot = (bot_username or "").lower()
        self._api_base = api_base

    def read(self, payload: JsonObject) -> list[WebhookItem]:
        """Return what an update holds; updates of other kinds hold nothing.

        Raises:
            MalformedWebhook: If it is no update.
        """
        update = read_update(payload)
        try:
            item = self._read(update, payload)
        except ValidationError as error:
            raise MalformedWebhook(f"it holds no {error.title} that can be read") from None
        return [] if item is None else [item]

    def _read(self, update: Update, payload: JsonObject) -> WebhookItem | None:
        if update.message is not None:
            return self._read_message(update.message, payload)
        if update.edited_message is not None:
            return self._read_edit(update.edited_message, update.update_id, payload)
        if update.callback_query is not None:
            return self._read_press(update.callback_query, payload)
        if update.message_reaction is not None:
            return self._read_reaction(update.message_reaction, update.update_id, payload)
        if update.my_chat_member is not None:
            return self._read_membership(update.my_chat_member, payload)
        return None

    def _read_message(self, message: Message, payload: JsonObject) -> WebhookItem | None:
        if message.migrate_to_chat_id is not None:
            return self._changed(
                str(message.chat.id),
                "address_changed",
                payload,
                address=str(message.migrate_to_chat_id),
            )
        sender, content = sender_of(message), self._content(message)
        if sender is None or content is None:
            return None
        name = join_id(message.chat.id, message.message_id)
        return InboundMessage(
            channel_id=self._channel_id,
            sender_id=sender,
            content=content,
            provider_message_id=name,
            external_id=name,
            idempotency_key=name,
            thread_id=_thread_of(message),
            timestamp=read_moment(message.date),
            raw_payload=payload,
            metadata=describe(message),
        )

    def _read_edit(
        self, message: Message, update_id: int, payload: JsonObject
    ) -> WebhookItem | None:
        sender, content = sender_of(message), self._content(message)
        if sender is None or content is None:
            return None
        return MessageEdited(
            channel_id=self._channel_id,
            sender_id=sender,
            provider_message_id=join_id(message.chat.id, message.message_id),
            content=content,
            external_id=str(update_id),
            timestamp=read_moment(message.edit_date or message.date),
            raw=payload,
        )

    def _content(self, message: Message) -> EventContent | None:
        if is_for_others(message, self._bot):
            return None
        return read_content(message, self._api_base)

    def _read_press(self, query: CallbackQuery, payload: JsonObject) -> WebhookItem | None:
        """Read a pressed button as its words, said by who pressed it."""
        message = query.message
        if query.data is None or message is None:
            return None
        return InboundMessage(
            channel_id=self._channel_id,
            sender_id=str(query.sender.id),
            content=TextContent(body=_label_of(message, query.data)),
            external_id=f"callback:{query.id}",
            idempotency_key=f"callback:{query.id}",
            thread_id=_thread_of(message),
            raw_payload=payload,
            metadata={
                **describe_sender(query.sender, message.chat),
                "payload": query.data,
                "reply_to": join_id(message.chat.id, message.message_id),
            },
        )

    def _read_reaction(
        self, change: ReactionChange, update_id: int, payload: JsonObject
    ) -> WebhookItem | None:
        actor = change.user or change.actor_chat
        if actor is None:
            return None
        return MessageReacted(
            channel_id=self._channel_id,
            sender_id=str(actor.id),
            provider_message_id=join_id(change.chat.id, change.message_id),
            emoji=_sign_of(change.new_reaction),
            external_id=str(update_id),
            timestamp=read_moment(change.date),
            raw=payload,
        )

    def _read_membership(self, change: MembershipChange, payload: JsonObject) -> WebhookItem | None:
        was, is_gone = (
            change.old_chat_member.status in GONE,
            change.new_chat_member.status in GONE,
        )
        if was == is_gone:
            return None
        private = change.chat.type == "private"
        names = ("opted_in", "opted_out") if private else ("bot_added", "bot_removed")
        return self._changed(str(change.chat.id), names[is_gone], payload)

    def _changed(
        self, sender_id: str, change: str, payload: JsonObject, **details: str
    ) -> ContactChanged:
        return ContactChanged(
            channel_id=self._channel_id,
            sender_id=sender_id,
            change=change,
            details=dict(details),
            raw=payload,
        )


def _thread_of(message: Message) -> str | None:
    return str(message.message_thread_id) if message.is_topic_message else None


def _label_of(message: Message, data: str) -> str:
    """Return the words on the button that says `data`; old messages have lost their buttons."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else []
    labels = (button.text for row in rows for button in row if button.callback_data == data)
    return next(labels, data)


def _sign_of(reactions: list[Reaction]) -> str:
    if not reactions:
        return ""
    last = reactions[-1]
    if last.type == "paid":
        return PAID_REACTION
    return last.emoji or f"custom:{last.custom_emoji_id}"
