"""Saying things in chats, by a client that is connected."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.media import MediaUnavailable, download
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.neonize import building, extra, jids
from channels_app.providers.neonize.errors import read_send_error, read_upload_error
from channels_app.providers.neonize.outgoing import (
    Deletion,
    Edit,
    File,
    Part,
    Reaction,
    Step,
    Unsendable,
    reply_target_of,
    steps_of,
)
from rooms.domain.content import LocationContent, TextContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.media import DATA_SCHEME, FileBytes, read_data_url

MOST_REMEMBERED = 1000
MAY_BE_REPEATED = (SendOutcome.THROTTLED, SendOutcome.TRANSIENT)


class KnownMessages:
    """The last messages of an account, so that answers can quote them and echoes are known."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Any, Any]] = OrderedDict()

    def note(self, message_id: str, writer: Any, message: Any) -> None:
        """Remember a message and who wrote it."""
        self._known[message_id] = (writer, message)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)

    def find(self, message_id: str) -> tuple[Any, Any] | None:
        """Return who wrote a message, and the message."""
        return self._known.get(message_id)


class Speaker:
    """Says things for one account.

    Args:
        client: Connected, as neonize's `NewAClient`.
        me: The account's own id.
        known: What was said before.
    """

    def __init__(self, client: Any, me: Any, known: KnownMessages) -> None:
        self._client = client
        self._me = me
        self._known = known

    async def do(self, task: JsonObject, now: datetime) -> ProviderResult:
        """Do one of the tasks that the provider gives: `send`, `react`, `typing` or `read`."""
        try:
            match task["do"]:
                case "send":
                    return await self._send(
                        RoomEvent.model_validate(task["event"]), task["to"], now
                    )
                case "react":
                    reaction = Reaction(task["id"], task["emoji"], task["sender"])
                    await self._take(reaction, jids.jid_of(task["chat"]), "", now)
                case "typing":
                    await self._show_typing(task)
                case "read":
                    await self._mark_read(task)
        except jids.NoAddress as error:
            return refused(SendOutcome.REJECTED, "bad_address", str(error))
        except SendProblem as problem:
            return problem.result
        return accepted()

    async def _send(self, event: RoomEvent, to: str, now: datetime) -> ProviderResult:
        """Say what an event says, in as many messages as that takes.

        Once a part is out, the event must not be sent again as a whole: what could be repeated is
        then reported as unknown, with the ids of the parts that are out.
        """
        chat, sent = jids.jid_of(to), list[str]()
        try:
            for position, step in enumerate(steps_of(event, now)):
                quoted = "" if position else reply_target_of(event)
                sent.append(await self._take(step, chat, quoted, now))
        except Unsendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        except SendProblem as problem:
            return _broken_off(problem.result, sent)
        return accepted(*sent)

    async def _show_typing(self, task: JsonObject) -> None:
        words = extra.words()
        state = "CHAT_PRESENCE_COMPOSING" if task["is_typing"] else "CHAT_PRESENCE_PAUSED"
        is_recording = task["media"] == "audio"
        media = "CHAT_PRESENCE_MEDIA_AUDIO" if is_recording else "CHAT_PRESENCE_MEDIA_TEXT"
        chat = jids.jid_of(task["to"])
        await self._call(
            self._client.send_chat_presence(
                chat, words.ChatPresence[state], words.ChatPresenceMedia[media]
            )
        )

    async def _mark_read(self, task: JsonObject) -> None:
        chat = jids.jid_of(task["chat"])
        writer = jids.jid_of(task["sender"]) if task["sender"] else chat
        receipt = extra.words().ReceiptType.READ
        await self._call(
            self._client.mark_read(*task["ids"], chat=chat, sender=writer, receipt=receipt)
        )

    async def _take(self, step: Step, chat: Any, quoted: str, now: datetime) -> str:
        match step:
            case Reaction():
                return await self._say(self._build_reaction(step, chat, now), chat)
            case Edit():
                words = building.build_text(step.words)
                change = self._client.edit_message(chat, step.message_id, words)
                return str((await self._call(change)).ID)
            case Deletion():
                taken = self._client.revoke_message(chat, self._me, step.message_id)
                return str((await self._call(taken)).ID)
        message = self._quoting(await self._build(step), quoted)
        return await self._say(message, chat)

    def _build_reaction(self, reaction: Reaction, chat: Any, now: datetime) -> Any:
        if not reaction.sender:
            return building.build_reaction(reaction, chat, None, now)
        # In groups people go by ids that hide their numbers; a message that is known tells which.
        known = self._known.find(reaction.message_id)
        writer = known[0] if known else jids.jid_of(reaction.sender)
        return building.build_reaction(reaction, chat, writer, now)

    async def _say(self, message: Any, chat: Any) -> str:
        response = await self._call(self._client.send_message(chat, message))
        self._known.note(response.ID, self._me, message)
        return str(response.ID)

    async def _build(self, part: Part) -> Any:
        match part:
            case TextContent():
                return building.build_text(part.body)
            case LocationContent():
                return building.build_place(part)
        fetched = await _fetch(part)
        media = extra.words().MediaType[building.kind_of(part).upload]
        try:
            uploaded = await self._client.upload(fetched.content, media)
        except extra.problems().NeonizeError as error:
            raise SendProblem(read_upload_error(error)) from None
        return building.build_file(part, fetched, uploaded)

    def _quoting(self, message: Any, message_id: str) -> Any:
        known = self._known.find(message_id)
        if known is None:
            return message
        writer, words = known
        return building.quote(message, message_id, writer, words)

    async def _call(self, calling: Any) -> Any:
        try:
            return await calling
        except extra.problems().NeonizeError as error:
            raise SendProblem(read_send_error(error)) from None


async def _fetch(file: File) -> FileBytes:
    """Return the bytes of a file that goes out.

    Raises:
        SendProblem: If it cannot be had.
    """
    try:
        if file.url.startswith(DATA_SCHEME):
            return await asyncio.to_thread(read_data_url, file.url)
        fetched = await download(file.url)
        return FileBytes(fetched.content, fetched.mime_type)
    except MediaUnavailable as problem:
        outcome = SendOutcome.TRANSIENT if problem.retryable else SendOutcome.REJECTED
        raise SendProblem(refused(outcome, "media_unavailable", str(problem))) from None
    except ValueError as error:
        raise SendProblem(refused(SendOutcome.REJECTED, "bad_media", str(error))) from None


def _broken_off(result: ProviderResult, sent: Sequence[str]) -> ProviderResult:
    if not sent:
        return result
    outcome = result.outcome or SendOutcome.UNKNOWN
    return refused(
        SendOutcome.UNKNOWN if outcome in MAY_BE_REPEATED else outcome,
        result.code or "broken_off",
        result.error or "a part was not sent",
        sent_ids=sent,
    )
