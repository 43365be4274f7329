"""What Telegram posts to a bot's webhook.

Shapes from "Telegram Bot API", sections Update, Message, CallbackQuery, MessageReactionUpdated and
ChatMemberUpdated, as written down in aiogram 3.31.0 (`aiogram.types.*`). Telegram signs nothing: it
sends the secret that `setWebhook` was given in `X-Telegram-Bot-Api-Secret-Token`. There are no
delivery reports, and no word of a deleted message.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

WebhookPost: TypeAlias = tuple[dict[str, str], bytes]
Json: TypeAlias = dict[str, Any]

SENT_AT = 1767225600
ANA: Mapping[str, Any] = {
    "id": 42,
    "is_bot": False,
    "first_name": "Ana",
    "username": "ana_m",
    "language_code": "fr",
}
BOT: Mapping[str, Any] = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Demo",
    "username": "demo_bot",
}


class TelegramUpdates:
    """Makes webhook requests as headers and body; update ids count up from 900001.

    Args:
        secret: The secret token that the webhook was set with.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._next_id = 900001

    def post(self, **update: Any) -> WebhookPost:
        """Return a request with any update."""
        body = {"update_id": self._next_id, **update}
        self._next_id += 1
        return self.headers(), json.dumps(body).encode()

    def headers(self) -> dict[str, str]:
        """Return the headers of any request."""
        return {
            "Content-Type": "application/json",
            "X-Telegram-Bot-Api-Secret-Token": self._secret,
        }

    # -- messages

    def inbound(
        self, *, message_id: int = 7, chat: Json | None = None, **fields: Any
    ) -> WebhookPost:
        """Return a message with any content, by default in Ana's private chat."""
        return self.post(message=self.message(message_id=message_id, chat=chat, **fields))

    def message(self, *, message_id: int = 7, chat: Json | None = None, **fields: Any) -> Json:
        """Return a Message object; `sender` replaces Ana."""
        sender = fields.pop("sender", ANA)
        return {
            "message_id": message_id,
            "date": SENT_AT,
            "chat": chat or {"id": 42, "type": "private", "first_name": "Ana"},
            "from": dict(sender),
            **fields,
        }

    def inbound_text(self, text: str = "Salut", **fields: Any) -> WebhookPost:
        """Return a text message."""
        return self.inbound(text=text, **fields)

    def inbound_photo(self, **fields: Any) -> WebhookPost:
        """Return a photo in two sizes, the large one last."""
        sizes = [
            {
                "file_id": f"AgAC_{name}",
                "file_unique_id": name,
                "width": w,
                "height": w,
                "file_size": w,
            }
            for name, w in (("small", 90), ("large", 1280))
        ]
        return self.inbound(photo=sizes, **fields)

    def inbound_voice(self, **fields: Any) -> WebhookPost:
        """Return a voice note of four seconds."""
        voice = {
            "file_id": "AwAC_voice",
            "file_unique_id": "voice",
            "duration": 4,
            "mime_type": "audio/ogg",
            "file_size": 9000,
        }
        return self.inbound(voice=voice, **fields)

    def inbound_document(self, **fields: Any) -> WebhookPost:
        """Return a PDF file."""
        document = {
            "file_id": "BQAC_pdf",
            "file_unique_id": "pdf",
            "file_name": "devis.pdf",
            "mime_type": "application/pdf",
            "file_size": 12345,
        }
        return self.inbound(document=document, **fields)

    def inbound_location(self, latitude: float, longitude: float, **fields: Any) -> WebhookPost:
        """Return a place."""
        return self.inbound(location={"latitude": latitude, "longitude": longitude}, **fields)

    def inbound_edit(self, text: str, *, message_id: int = 7, **fields: Any) -> WebhookPost:
        """Return that a text message was changed."""
        changed = self.message(message_id=message_id, text=text, edit_date=SENT_AT + 60, **fields)
        return self.post(edited_message=changed)

    # -- everything else

    def inbound_button(self, data: str, *, message_id: int = 8, label: str = "Oui") -> WebhookPost:
        """Return that Ana pressed a button under one of the bot's messages."""
        keyboard = {"inline_keyboard": [[{"text": label, "callback_data": data}]]}
        question = self.message(
            message_id=message_id, text="D'accord ?", sender=BOT, reply_markup=keyboard
        )
        query = {"id": f"cq-{self._next_id}", "from": dict(ANA), "chat_instance": "-77"}
        return self.post(callback_query={**query, "message": question, "data": data})

    def inbound_reaction(self, *emoji: str, message_id: int = 8, before: str = "") -> WebhookPost:
        """Return that Ana's reaction to a message is now `emoji`; none takes it away."""
        return self.post(
            message_reaction={
                "chat": {"id": 42, "type": "private", "first_name": "Ana"},
                "message_id": message_id,
                "user": dict(ANA),
                "date": SENT_AT,
                "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
                "new_reaction": [{"type": "emoji", "emoji": sign} for sign in emoji],
            }
        )

    def inbound_membership(
        self, before: str, after: str, *, chat: Json | None = None
    ) -> WebhookPost:
        """Return that the bot's own standing in a chat changed, such as `member` to `kicked`."""
        return self.post(
            my_chat_member={
                "chat": chat or {"id": 42, "type": "private", "first_name": "Ana"},
                "from": dict(ANA),
                "date": SENT_AT,
                "old_chat_member": {"user": dict(BOT), "status": before},
                "new_chat_member": {"user": dict(BOT), "status": after, "until_date": 0},
            }
        )
