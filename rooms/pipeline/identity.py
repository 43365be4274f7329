"""Finding out who a sender is, before the room lock (RFC §7)."""

import asyncio
import hashlib
import logging
from collections.abc import Collection
from dataclasses import replace

from hooks.results import InjectedEvent
from hooks.triggers import HookTrigger
from rooms.channel import Channel
from rooms.domain.commit import RoomSnapshot
from rooms.domain.enums import IdentificationStatus
from rooms.domain.event import RoomEvent
from rooms.domain.identity import Identity, IdentityHookResult, IdentityResult
from rooms.domain.message import InboundMessage
from rooms.domain.sender import aliases_of, is_unproved
from rooms.identity.base import IdentityResolver
from rooms.pipeline.draft import Refused
from rooms.pipeline.injections import Injections
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import Sender, conversation_of, is_guest, known_participant

logger = logging.getLogger("roomkit.identity")

HOOK_FOR_STATUS = {
    IdentificationStatus.AMBIGUOUS: HookTrigger.ON_IDENTITY_AMBIGUOUS,
    IdentificationStatus.PENDING: HookTrigger.ON_IDENTITY_AMBIGUOUS,
    IdentificationStatus.UNKNOWN: HookTrigger.ON_IDENTITY_UNKNOWN,
    IdentificationStatus.REJECTED: HookTrigger.ON_IDENTITY_UNKNOWN,
}


class Identification:
    """Asks the resolver, then the identity hooks, and says who the sender is.

    Without a resolver, for channel types it is not meant for, and for senders who are identified
    participants already, nobody is asked.
    """

    def __init__(
        self,
        parts: Parts,
        injections: Injections,
        resolver: IdentityResolver | None,
        channel_types: Collection[str] | None,
    ) -> None:
        self._parts = parts
        self._injections = injections
        self._resolver = resolver
        self._channel_types = None if channel_types is None else frozenset(channel_types)

    async def identify(
        self, message: InboundMessage, event: RoomEvent, snapshot: RoomSnapshot, channel: Channel
    ) -> Sender:
        """Return what is known about the sender of `message`.

        Raises:
            Refused: If the sender was challenged or rejected.
        """
        conversation = conversation_of(message, channel)
        sender = Sender(
            address=message.sender_id,
            channel_id=channel.channel_id,
            channel_type=str(channel.channel_type),
            conversation=None if conversation == message.sender_id else conversation,
            aliases=aliases_of(message.metadata),
            is_proved=not is_unproved(message.metadata),
            is_guest=is_guest(message, channel, snapshot),
        )
        if self._resolver is None or not self._applies(channel, snapshot, sender):
            return sender
        result = await self._look_up(self._resolver, message, snapshot, sender)
        if result.status is IdentificationStatus.IDENTIFIED:
            return await self._identified(sender, event.room_id, result, resolved_by="auto")
        if result.status is IdentificationStatus.CHALLENGE_SENT:
            raise Refused(result.message or "identity_challenge_sent")
        return await self._ask_hooks(sender, event, snapshot, result)

    def asks_about(self, channel: Channel) -> bool:
        """Tell whether senders of a channel may have to be looked up at all."""
        if self._resolver is None or channel.sender_is_participant:
            return False
        return self._channel_types is None or channel.channel_type in self._channel_types

    def _applies(self, channel: Channel, snapshot: RoomSnapshot, sender: Sender) -> bool:
        if not self.asks_about(channel):
            return False
        known = known_participant(snapshot, sender)
        is_known = known is not None and known.identification is IdentificationStatus.IDENTIFIED
        return not is_known or not sender.is_proved

    async def _look_up(
        self,
        resolver: IdentityResolver,
        message: InboundMessage,
        snapshot: RoomSnapshot,
        sender: Sender,
    ) -> IdentityResult:
        """Ask the resolver; of an address that is not proved to be the sender's it knows nothing.

        Hooks are asked all the same: they may challenge or refuse whoever is not known.
        """
        if sender.is_proved:
            result = await self._resolve(resolver, message, snapshot)
        else:
            result = IdentityResult(
                status=IdentificationStatus.UNKNOWN, message="sender_unverified"
            )
        return result.model_copy(
            update={
                "address": result.address or message.sender_id,
                "channel_type": result.channel_type or str(message.channel_type or ""),
            }
        )

    async def _resolve(
        self, resolver: IdentityResolver, message: InboundMessage, snapshot: RoomSnapshot
    ) -> IdentityResult:
        room_id = snapshot.context.room.id
        try:
            async with asyncio.timeout(self._parts.limits.identity_timeout):
                return await resolver.resolve(message, snapshot.context)
        except TimeoutError:
            return await self._unresolved(message, room_id, "identity_timeout")
        except Exception as error:  # RFC §7.4: a resolver's failure must not lose the message
            logger.exception("identity resolver failed", extra={"room_id": room_id})
            return await self._unresolved(message, room_id, "identity_error", error=str(error))

    async def _unresolved(
        self, message: InboundMessage, room_id: str, news: str, **data: str
    ) -> IdentityResult:
        await self._parts.news.emit(news, room_id=room_id, channel_id=message.channel_id, **data)
        return IdentityResult(status=IdentificationStatus.UNKNOWN)

    async def _ask_hooks(
        self, sender: Sender, event: RoomEvent, snapshot: RoomSnapshot, result: IdentityResult
    ) -> Sender:
        answer = await self._parts.hooks.run_first(
            event.room_id,
            HOOK_FOR_STATUS[result.status],
            event,
            snapshot.context,
            result,
            answer_type=IdentityHookResult,
        )
        if answer is not None:
            return await self._obey(sender, event, answer, result)
        if result.status is IdentificationStatus.REJECTED:
            raise Refused(result.message or "identity_rejected")
        if result.status is IdentificationStatus.UNKNOWN:
            return sender
        return _pending(sender, IdentityHookResult.pending(), result)

    async def _obey(
        self, sender: Sender, event: RoomEvent, answer: IdentityHookResult, result: IdentityResult
    ) -> Sender:
        if answer.status is IdentificationStatus.IDENTIFIED and answer.identity is not None:
            identity = answer.identity
            if answer.create_identity:
                identity = await self._enter(identity, sender)
            found = result.model_copy(update={"identity": identity})
            return await self._identified(sender, event.room_id, found, resolved_by="hook")
        if answer.status is IdentificationStatus.CHALLENGE_SENT:
            if answer.inject is not None:
                await self._injections.inject(event.room_id, _once(answer.inject, event))
            raise Refused(answer.message or "identity_challenge_sent")
        if answer.status is IdentificationStatus.REJECTED:
            raise Refused(answer.reason or "identity_rejected")
        return _pending(sender, answer, result)

    async def _enter(self, identity: Identity, sender: Sender) -> Identity:
        """Store a new person, or return the one somebody has just entered in the same way."""
        store = self._parts.store
        try:
            return await store.create_identity(identity)
        except ValueError:
            known = await store.get_identity(identity.id) or await store.resolve_identity(
                sender.channel_type, sender.address, identity.organization_id
            )
            if known is None:
                raise
            return known

    async def _identified(
        self, sender: Sender, room_id: str, result: IdentityResult, *, resolved_by: str
    ) -> Sender:
        if result.identity is None:
            return sender
        identity = await self._survivor_of(result.identity)
        await self._parts.news.emit(
            "identity_resolved",
            room_id=room_id,
            channel_id=sender.channel_id,
            identity_id=identity.id,
        )
        return replace(
            sender,
            status=IdentificationStatus.IDENTIFIED,
            identity=identity,
            resolved_by=resolved_by,
        )

    async def _survivor_of(self, identity: Identity) -> Identity:
        """Return who goes on for a person: who keeps another directory may not know of a merge.

        That directory may also give our ids to people of another organization.
        """
        living = await self._parts.store.find_living_identity(identity.id)
        if living is None or living.id == identity.id:
            return identity
        is_theirs = living.organization_id == identity.organization_id
        return living if is_theirs else identity


def _once(question: InjectedEvent[RoomEvent], asked: RoomEvent) -> InjectedEvent[RoomEvent]:
    """Return a question under a key of the message that it holds back.

    That message leaves nothing by which a vendor's second try of it would be known.
    """
    if not asked.idempotency_key:
        return question
    digest = hashlib.sha256(asked.idempotency_key.encode()).hexdigest()
    key = question.event.idempotency_key or f"identity_challenge:{digest}"
    keyed = question.event.model_copy(update={"idempotency_key": key})
    return question.model_copy(update={"event": keyed})


def _pending(sender: Sender, answer: IdentityHookResult, result: IdentityResult) -> Sender:
    candidates = answer.candidates if answer.candidates is not None else result.candidates
    return replace(
        sender,
        status=IdentificationStatus.PENDING,
        display_name=answer.display_name,
        candidates=tuple(person.id for person in candidates),
    )
