"""Edits, deletions and reactions that come from a vendor, by the vendor's own ids."""

import logging
from dataclasses import dataclass
from hashlib import sha256

from channels_app.providers.base.webhook import MessageDeleted, MessageEdited, MessageReacted
from rooms.domain.content import DeleteContent, EditContent, EventContent, ReactionContent
from rooms.domain.echo import EchoMessage, author_of
from rooms.domain.enums import EventType
from rooms.domain.errors import ChannelNotFoundError, RoomClosedError
from rooms.domain.message import InboundMessage
from rooms.kit import RoomKit
from rooms.pipeline.edits import REACTIONS
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.channels.webhooks")

Change = MessageEdited | MessageDeleted | MessageReacted


@dataclass(frozen=True)
class Target:
    """The event that a change is about."""

    event_id: str
    room_id: str


class UnknownTarget(LookupError):
    """A change names a message that we do not know, yet or any more."""


class Changes:
    """Lets changes happen to the events of a kit's rooms; each happens once."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self._store = kit.store

    async def find(self, item: Change | EchoMessage) -> Target | None:
        """Return the event that is known by the id of an item's message, or None."""
        known = await self._store.get_provider_message(item.channel_id, item.provider_message_id)
        if known is None or known.event_id is None or known.room_id is None:
            return None
        return Target(known.event_id, known.room_id)

    async def make(self, item: Change, provider: str) -> None:
        """Let a customer change a message.

        Raises:
            UnknownTarget: If it is not known.
        """
        target = await self.find(item)
        if target is None:
            raise UnknownTarget(
                f"no message {item.provider_message_id!r} is known at channel {item.channel_id!r}"
            )
        for event_type, content in await self._contents(item, target):
            await self._kit.process_inbound(
                InboundMessage(
                    channel_id=item.channel_id,
                    sender_id=item.sender_id,
                    event_type=event_type,
                    content=content,
                    external_id=item.external_id,
                    idempotency_key=_key_of(item, provider, content),
                    timestamp=item.timestamp,
                    raw_payload=item.raw,
                ),
                room_id=target.room_id,
            )

    async def make_ours(self, item: Change, provider: str) -> None:
        """Let somebody of ours change a message outside of the site, as far as it is theirs."""
        target = await self.find(item)
        if target is None:
            return
        author = author_of(item.channel_id, item.sender_id)
        for event_type, content in await self._contents(item, target, author=author):
            try:
                with return_at_commit():
                    await self._kit.send_event(
                        target.room_id,
                        item.channel_id,
                        content,
                        event_type,
                        participant_id=author,
                        idempotency_key=_key_of(item, provider, content),
                    )
            except (PermissionError, ChannelNotFoundError, RoomClosedError) as refusal:
                facts = {"channel_id": item.channel_id, "room_id": target.room_id}
                logger.info("change made outside has no effect: %s", refusal, extra=facts)

    async def _contents(
        self, item: Change, target: Target, *, author: str | None = None
    ) -> list[tuple[EventType, EventContent]]:
        match item:
            case MessageEdited():
                edit = EditContent(target_event_id=target.event_id, new_content=item.content)
                return [(EventType.EDIT, edit)]
            case MessageDeleted():
                return [(EventType.DELETE, DeleteContent(target_event_id=target.event_id))]
            case MessageReacted(emoji=""):
                names = {author} if author else await self._names_of(item, target)
                return await self._withdrawals(target, names)
        reaction = ReactionContent(target_event_id=target.event_id, emoji=item.emoji)
        return [(EventType.REACTION, reaction)]

    async def _withdrawals(
        self, target: Target, names: set[str]
    ) -> list[tuple[EventType, EventContent]]:
        """Return what takes somebody's reactions back: vendors do not say which they were."""
        event = await self._store.get_event(target.event_id)
        reactions = event.metadata.get(REACTIONS, {}) if event else {}
        return [
            (
                EventType.REACTION,
                ReactionContent(target_event_id=target.event_id, emoji=emoji, action="remove"),
            )
            for emoji, people in reactions.items()
            if names.intersection(people)
        ]

    async def _names_of(self, item: Change, target: Target) -> set[str]:
        """Return by which ids a customer may stand below a message."""
        people = await self._store.list_participants(target.room_id)
        return {item.sender_id, *(p.id for p in people if p.external_id == item.sender_id)}


def _key_of(item: Change, provider: str, content: EventContent) -> str:
    """Return the key under which a change happens once; the vendor's own id of it, if it has one.

    Without one the moment and the words tell two changes of one message apart.
    """
    told = item.external_id or f"{item.timestamp}:{content.model_dump_json()}"
    digest = sha256(f"{item.provider_message_id}:{told}".encode()).hexdigest()
    return f"{provider}:{type(item).__name__}:{digest[:32]}"
