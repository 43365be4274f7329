"""The Bot Connector of the fake Teams: conversations, their members, and the bot's messages.

Sources: "API reference" of the Bot Framework REST documentation and `ConversationsOperations` of
the SDK `botframework-connector` 4.17.1 (paths, methods, statuses); "Status codes from bot
conversational APIs" in "Messages in bot conversations" (codes and words of refusals, message
splitting); "Format your bot messages" (the limit of 100 KB, counted as UTF-16). `unconfirmed`: the
words of a 400 for a field, and what a split message is answered.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote

from pydantic import ValidationError

from channels_app.testing.fakes.server import Refused, Request, Response
from channels_app.testing.fakes.teams_schema import Activity, NewConversation
from rooms.domain.json import JsonObject

MAX_BYTES = 100 * 1024
PAGE_SIZE = 50

REFUSALS = {
    "blocked": (403, "ConversationBlockedByUser", "User blocked the conversation with the bot."),
    "left": (403, "BotNotInConversationRoster", "The bot isn't part of the conversation roster."),
    "disabled": (403, "BotDisabledByAdmin", "The tenant admin disabled this bot"),
    "gone": (404, "ConversationNotFound", "Conversation not found."),
}

T = TypeVar("T")


@dataclass
class FakeConversation:
    """A conversation that the bot may be in.

    Attributes:
        members: Who is in it, as the service lists them (`TeamsChannelAccount`).
        state: `open`, or a key of `REFUSALS`.
    """

    id: str
    members: list[JsonObject] = field(default_factory=list)
    state: str = "open"


@dataclass
class SentActivity:
    """A message as its reader sees it now; `versions` are what it said before."""

    conversation_id: str
    id: str
    activity: Activity
    is_deleted: bool = False
    versions: list[Activity] = field(default_factory=list)


def refusal(status: int, code: str, message: str, **headers: str) -> Response:
    """Return an error in the Connector's envelope (`ErrorResponse`)."""
    return Response(status, {"error": {"code": code, "message": message}}, headers)


class FakeConnector:
    """Keeps what a bot posts.

    Attributes:
        sent: The messages it took, oldest first; edits and deletions change them in place.
        typing: The conversations that were told that the bot types.
        conversations: By id; a thread of a known channel needs no entry of its own.
    """

    def __init__(self, bot_id: str, tenant_id: str) -> None:
        self.sent: list[SentActivity] = []
        self.typing: list[str] = []
        self.conversations: dict[str, FakeConversation] = {}
        self._bot_id = bot_id
        self._tenant_id = tenant_id

    def add_conversation(self, conversation_id: str, members: Iterable[JsonObject] = ()) -> None:
        """Put the bot into a conversation."""
        self.conversations[conversation_id] = FakeConversation(conversation_id, list(members))

    def answer(self, request: Request, path: str) -> Response:
        """Take a request; `path` is what follows `/v3/conversations`."""
        parts = [unquote(part) for part in path.split("/")[1:]]
        if not parts:
            return self._create(request)
        members = self._conversation(parts[0]).members
        match request.method, parts[1:]:
            case "GET", ["pagedmembers"]:
                return _page_of(members, request)
            case "GET", ["members", member_id]:
                return _member_of(members, member_id)
            case "POST", ["activities", *target] if len(target) < 2:
                return self._send(request, parts[0], *target)
            case (("PUT" | "DELETE"), ["activities", target]):
                return self._change(request, self._message(parts[0], target))
        raise Refused(Response(405, {"message": "The resource does not support this method."}))

    # -- conversations

    def _conversation(self, conversation_id: str) -> FakeConversation:
        known = self.conversations.get(conversation_id.partition(";messageid=")[0])
        state = known.state if known else "gone"
        if known is None or state != "open":
            raise Refused(refusal(*REFUSALS[state]))
        return known

    def _create(self, request: Request) -> Response:
        if request.method != "POST":
            raise Refused(Response(405))
        wanted = _read(request, NewConversation.model_validate_json)
        if wanted.bot.id != self._bot_id:
            raise _bad(f"bot.id {wanted.bot.id} is not the caller")
        channel = wanted.channel_data.channel if wanted.channel_data else None
        if channel is not None:
            return self._start_thread(channel.id, wanted)
        return self._start_chat(wanted)

    def _start_thread(self, channel_id: str, wanted: NewConversation) -> Response:
        self._conversation(channel_id)
        if wanted.activity is None or not wanted.is_group or wanted.members:
            raise _bad("a thread of a channel is a group's, without members, with its first words")
        message = self._keep(channel_id, wanted.activity)
        message.conversation_id = f"{channel_id};messageid={message.id}"
        return Response(201, {"id": message.conversation_id, "activityId": message.id})

    def _start_chat(self, wanted: NewConversation) -> Response:
        tenant = wanted.tenant_id
        if tenant is None and wanted.channel_data and wanted.channel_data.tenant:
            tenant = wanted.channel_data.tenant.id
        if tenant != self._tenant_id:
            raise _bad(f"the bot is not installed in tenant {tenant}")
        if wanted.is_group or len(wanted.members) != 1:
            raise _bad("a bot opens chats with one person only")
        conversation_id = f"a:with-{wanted.members[0].id}"
        self.add_conversation(conversation_id, [{"id": wanted.members[0].id}])
        return Response(201, {"id": conversation_id})

    # -- messages

    def _send(self, request: Request, conversation_id: str, target: str | None = None) -> Response:
        activity = _read(request, Activity.model_validate_json)
        if target and activity.reply_to_id not in (None, target):
            raise _bad("replyToId is not the activity of the path")
        if activity.type == "typing":
            self.typing.append(conversation_id)
            return Response(202)
        message = self._keep(conversation_id, activity)
        is_split = bool(activity.text and activity.attachments)
        return Response(201, {} if is_split else {"id": message.id})

    def _change(self, request: Request, message: SentActivity) -> Response:
        if request.method == "DELETE":
            message.is_deleted = True
            return Response()
        activity = _read(request, Activity.model_validate_json)
        if activity.type != "message":
            raise _bad("only messages can be updated")
        message.versions.append(message.activity)
        message.activity = activity
        return Response(200, {"id": message.id})

    def _keep(self, conversation_id: str, activity: Activity) -> SentActivity:
        message_id = str(1767225700000 + len(self.sent))
        self.sent.append(SentActivity(conversation_id, message_id, activity))
        return self.sent[-1]

    def _message(self, conversation_id: str, message_id: str) -> SentActivity:
        for message in self.sent:
            is_it = (message.conversation_id, message.id) == (conversation_id, message_id)
            if is_it and not message.is_deleted:
                return message
        raise Refused(refusal(404, "ActivityNotFoundInConversation", "Conversation not found."))


def _read(request: Request, validate: Callable[[bytes], T]) -> T:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refused(Response(415, {"message": "The request's media type is not supported."}))
    try:
        if len(request.body.decode().encode("utf-16-le")) > MAX_BYTES:
            raise Refused(refusal(413, "MessageSizeTooBig", "Message size too large."))
        return validate(request.body)
    except ValueError as error:
        raise _bad(_words_of(error)) from error


def _words_of(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors(include_url=False))


def _bad(message: str) -> Refused:
    return Refused(refusal(400, "Bad Argument", message))


def _page_of(members: list[JsonObject], request: Request) -> Response:
    query = dict(request.query)
    if unknown := query.keys() - {"pageSize", "continuationToken"}:
        raise _bad(f"unknown parameters {sorted(unknown)}")
    start = int(query.get("continuationToken", 0))
    size = int(query.get("pageSize", PAGE_SIZE))
    page: JsonObject = {"members": members[start : start + size]}
    if start + size < len(members):
        page["continuationToken"] = str(start + size)
    return Response(body=page)


def _member_of(members: list[JsonObject], member_id: str) -> Response:
    for member in members:
        if member_id in (member["id"], member.get("aadObjectId")):
            return Response(body=member)
    raise Refused(refusal(404, "MemberNotFoundInConversation", "Member not found."))
