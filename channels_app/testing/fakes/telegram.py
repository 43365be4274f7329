"""Telegram's Bot API on loopback.

Addresses, envelopes and error sentences are those of "Telegram Bot API", section Making requests,
and of the server's own answers as quoted in the issues of tdlib/telegram-bot-api. The numbers in
`error_code` and the sentences are not promised by Telegram; clients live by them all the same.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response
from channels_app.testing.fakes.telegram_objects import ApiError, Wire
from channels_app.testing.fakes.telegram_schema import METHODS
from channels_app.testing.fakes.telegram_updates import BOT, SENT_AT, TelegramUpdates

TOKEN = "123456:AAFakeTokenForTestsOnly_0123456789abc"
SECRET = "a-fixed_webhook-secret"

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_PATH = re.compile(r"^/bot(?P<token>\d+:[\w-]+)/(?P<method>\w+)$")
_FILE_PATH = re.compile(r"^/file/bot(?P<token>\d+:[\w-]+)/(?P<path>.+)$")


@dataclass(frozen=True)
class SentMessage:
    """A message that Telegram took, or what was done to one; `fields` are as they were posted."""

    method: str
    chat_id: int | str | None
    message_id: int | None
    fields: dict[str, Any]


def error(status: int, description: str, *, parameters: dict[str, int] | None = None) -> Response:
    """Return Telegram's error envelope."""
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return Response(status, {**body, "parameters": parameters} if parameters else body)


def flood(retry_after: int) -> Response:
    """Return the answer to too many requests; seconds to wait."""
    return error(
        429,
        f"Too Many Requests: retry after {retry_after}",
        parameters={"retry_after": retry_after},
    )


class FakeTelegram(FakeVendor):
    """The Bot API of one bot.

    Attributes:
        chats: The chats that the bot may write to.
        forbidden: What is said instead, by chat, such as `bot was blocked by the user`.
        migrated: The supergroup that each group has become.
        files: The bytes of each file id.
        sent: What was taken, oldest first.
        webhook: What `setWebhook` was told last.
        pending: How many updates wait for the webhook.
        webhook_error: What went wrong with it last, in Telegram's words.
        updates: Makes the webhook requests of this bot.
    """

    def __init__(self, *, token: str = TOKEN, secret: str = SECRET) -> None:
        super().__init__()
        self.token = token
        self.chats: set[int | str] = {42, -100123}
        self.forbidden: dict[int | str, str] = {}
        self.migrated: dict[int | str, int] = {}
        self.files: dict[str, bytes] = {}
        self.sent: list[SentMessage] = []
        self.webhook: dict[str, Any] = {}
        self.pending = 0
        self.webhook_error = ""
        self.updates = TelegramUpdates(secret)
        self._messages: dict[tuple[int | str, int], dict[str, Any]] = {}
        self._last_ids: Counter[int | str] = Counter()

    def answer(self, request: Request) -> Response:
        """Serve a method or a file."""
        if match := _FILE_PATH.match(request.path):
            self._check_token(match["token"])
            return self._file(request, match["path"])
        if not (match := _PATH.match(request.path)):
            raise Refused(error(404, "Not Found"))
        self._check_token(match["token"])
        method = match["method"]
        if method not in METHODS:
            raise Refused(error(404, "Not Found"))
        fields = self._read(request, METHODS[method])
        return self._serve(method, fields)

    # -- reading

    def _check_token(self, token: str) -> None:
        if token != self.token:
            raise Refused(error(401, "Unauthorized"))

    def _read(self, request: Request, model: type[Wire]) -> dict[str, Any]:
        content_type = request.headers.get("content-type", "").partition(";")[0]
        if request.method != "POST" or content_type != "application/json" or request.query:
            raise _bad("post the parameters as JSON: this server reads no other form")
        try:
            return model.model_validate_json(request.body).model_dump(exclude_unset=True)
        except ValidationError as invalid:
            raise _bad(_first_reason(invalid)) from invalid

    def _serve(self, method: str, fields: dict[str, Any]) -> Response:
        if method == "getFile":
            return self._describe_file(fields["file_id"])
        if method == "getMe":
            return _ok({**BOT, "can_join_groups": True, "can_read_all_group_messages": False})
        if method == "getWebhookInfo":
            return _ok(self._describe_webhook())
        if method == "setWebhook":
            self.webhook = fields
        elif "chat_id" in fields:
            self._check_chat(fields["chat_id"])
        if method in ("setWebhook", "sendChatAction", "answerCallbackQuery"):
            return self._note(method, fields, None)
        if "message_id" in fields:
            return self._change(method, fields)
        return self._send(method, fields)

    def _check_chat(self, chat_id: int | str) -> None:
        if chat_id in self.migrated:
            raise Refused(
                error(
                    400,
                    "Bad Request: group chat was upgraded to a supergroup chat",
                    parameters={"migrate_to_chat_id": self.migrated[chat_id]},
                )
            )
        if chat_id in self.forbidden:
            raise Refused(error(403, f"Forbidden: {self.forbidden[chat_id]}"))
        if chat_id not in self.chats:
            raise _bad("chat not found")

    # -- doing

    def _send(self, method: str, fields: dict[str, Any]) -> Response:
        chat = fields["chat_id"]
        reply = fields.get("reply_parameters") or {}
        if reply and not reply.get("allow_sending_without_reply"):
            self._require(chat, reply["message_id"], "message to be replied not found")
        if method != "sendMediaGroup":
            return _ok(self._store(method, chat, fields))
        return _ok([self._store(method, chat, {**fields, "media": [m]}) for m in fields["media"]])

    def _store(self, method: str, chat: int | str, fields: dict[str, Any]) -> dict[str, Any]:
        # Ids count per chat: two chats have the same ones.
        self._last_ids[chat] += 1
        message_id = self._last_ids[chat]
        self._messages[chat, message_id] = dict(fields)
        self.sent.append(SentMessage(method, chat, message_id, fields))
        return self._show(chat, message_id)

    def _show(self, chat: int | str, message_id: int) -> dict[str, Any]:
        """Return a Message object, as far as a sender reads it."""
        message = self._messages[chat, message_id]
        return {
            "message_id": message_id,
            "from": dict(BOT),
            "chat": {"id": chat, "type": "private"},
            "date": SENT_AT,
            **{key: message[key] for key in ("text", "caption") if key in message},
        }

    def _change(self, method: str, fields: dict[str, Any]) -> Response:
        chat, message_id = fields["chat_id"], fields["message_id"]
        verb = {"deleteMessage": "delete", "setMessageReaction": "react"}.get(method, "edit")
        message = self._require(chat, message_id, f"message to {verb} not found")
        if verb == "delete":
            del self._messages[chat, message_id]
        elif verb == "edit":
            changeable = {"text", "caption"}
            change = {key: value for key, value in fields.items() if key in changeable}
            if all(message.get(key) == value for key, value in change.items()):
                raise _bad(NOT_MODIFIED)
            message.update(change)
            self._note(method, fields, message_id)
            return _ok(self._show(chat, message_id))
        return self._note(method, fields, message_id)

    def _require(self, chat: int | str, message_id: int, otherwise: str) -> dict[str, Any]:
        try:
            return self._messages[chat, message_id]
        except KeyError:
            raise _bad(otherwise) from None

    def _note(self, method: str, fields: dict[str, Any], message_id: int | None) -> Response:
        self.sent.append(SentMessage(method, fields.get("chat_id"), message_id, fields))
        return _ok(True)

    def _describe_webhook(self) -> dict[str, Any]:
        url = self.webhook.get("url", "")
        info = {"url": url, "has_custom_certificate": False, "pending_update_count": self.pending}
        if not self.webhook_error:
            return info
        return {**info, "last_error_date": SENT_AT, "last_error_message": self.webhook_error}

    # -- files

    def _describe_file(self, file_id: str) -> Response:
        if file_id not in self.files:
            raise _bad("invalid file_id")
        return _ok(
            {
                "file_id": file_id,
                "file_unique_id": file_id[-8:],
                "file_size": len(self.files[file_id]),
                "file_path": f"documents/{file_id}",
            }
        )

    def _file(self, request: Request, path: str) -> Response:
        content = self.files.get(path.rpartition("/")[2])
        if request.method != "GET" or content is None:
            raise Refused(error(404, "Not Found"))
        return Response(200, content)


def _ok(result: Any) -> Response:
    return Response(200, {"ok": True, "result": result})


def _bad(reason: str) -> Refused:
    return Refused(error(400, f"Bad Request: {reason}"))


def _first_reason(invalid: ValidationError) -> str:
    """Return Telegram's own sentence where there is one."""
    problem = invalid.errors()[0]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, ApiError):
        return str(cause)
    field = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "missing":
        known = {"text": "message text is empty", "chat_id": "chat_id is empty"}
        return known.get(field, f'parameter "{field}" is required')
    return f"can't parse field {field!r}: {problem['msg']}"
