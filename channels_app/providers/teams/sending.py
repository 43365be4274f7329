"""Carrying an event to a conversation: said, changed or taken back."""

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.teams.activities import WORDS_ONLY, build_activity
from channels_app.providers.teams.connector import Connector, read_object
from channels_app.providers.teams.errors import ACTIVITY_GONE, CONVERSATION_GONE, LOST
from channels_app.providers.teams.references import References
from channels_app.providers.teams.targets import reply_target_of, target_of
from channels_app.providers.teams.wire import scoped_id
from rooms.domain.content import DeleteContent, EditContent, EventContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.pipeline.transcode import DefaultTranscoder

NO_REFERENCE = "no_conversation_reference"


class Messages:
    """The messages of one bot."""

    def __init__(self, connector: Connector, references: References) -> None:
        self._connector = connector
        self._references = references

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Carry an event to a conversation."""
        reference = await self._references.find(to)
        if reference is None:
            words = "Teams: the bot has not heard from this conversation, or was taken out of it"
            return refused(SendOutcome.REJECTED, NO_REFERENCE, words)
        try:
            return await self._carry(event, to, str(reference.get("serviceUrl") or ""))
        except SendProblem as problem:
            await self._forget_if_lost(to, problem.result)
            return problem.result

    async def _carry(self, event: RoomEvent, to: str, service_url: str) -> ProviderResult:
        target, content = target_of(event), event.content
        if target is not None and isinstance(content, EditContent):
            changed = build_activity(content.new_content)
            where = (service_url, to, "activities", target)
            await self._connector.call("PUT", *where, json=changed)
            return accepted()  # the message stays that of the event which said it first
        if target is not None and isinstance(content, DeleteContent):
            return await self._take_back(service_url, to, target)
        return await self._say(event, to, service_url)

    async def _take_back(self, service_url: str, to: str, target: str) -> ProviderResult:
        """Delete a message; one that is gone already is what was wanted."""
        try:
            await self._connector.call("DELETE", service_url, to, "activities", target)
        except SendProblem as problem:
            if problem.result.code != ACTIVITY_GONE:
                raise
        return accepted()

    async def _say(self, event: RoomEvent, to: str, service_url: str) -> ProviderResult:
        activity = build_activity(_said(event.content))
        answered = reply_target_of(event)
        path = (to, "activities", answered) if answered else (to, "activities")
        if answered:
            activity["replyToId"] = answered
        answer = await self._connector.call("POST", service_url, *path, json=activity)
        message_id = _id_in(read_object(answer))
        return accepted(*([scoped_id(to, message_id)] if message_id else []))

    async def _forget_if_lost(self, to: str, result: ProviderResult) -> None:
        if result.code == CONVERSATION_GONE:
            await self._references.store.delete(to)  # a thread can go without its channel
        elif result.code in LOST:
            await self._references.forget(to)


def _said(content: EventContent) -> EventContent:
    """Return what is said of a change whose message is not known any more."""
    if not isinstance(content, EditContent | DeleteContent):
        return content
    return DefaultTranscoder().transcode(content, WORDS_ONLY) or content


def _id_in(answer: JsonObject) -> str:
    message_id = answer.get("id")
    return message_id if isinstance(message_id, str) else ""
