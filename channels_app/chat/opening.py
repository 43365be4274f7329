"""Finding a visitor's conversation, or opening one."""

import logging

from channels_app.conf import ChatOptions
from channels_app.stores.agent_configs import AgentConfigStore
from rooms.domain.commit import CommitUnit, RoomAddress
from rooms.domain.enums import ChannelCategory, ChannelType
from rooms.domain.errors import ChannelNotRegisteredError
from rooms.domain.participant import Participant
from rooms.domain.room import Room
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

logger = logging.getLogger("roomkit.channels.chat")

# More open chats than this one visitor hardly has; older ones are not looked through.
MAX_CANDIDATES = 10


async def open_chat(
    kit: RoomKit, visitor_id: str, options: ChatOptions, *, room_id: str | None = None
) -> Room:
    """Return the visitor's newest open room on the chat's channel, made if there is none.

    Where the agent is switched off in the admin, or there is none of its id, people answer from the
    beginning.

    Where the site's router follows people over channels, somebody who is known goes on in the room
    in which they wrote last. Two windows that ask at once get the same room.

    Args:
        kit: Makes the room.
        visitor_id: The visitor, who becomes its first participant.
        options: Which channel and which agent the room gets.
        room_id: What a new room is called; None gives it a fresh id that nobody can guess.

    Raises:
        ChannelNotRegisteredError: If the chat's channel is unknown to this process.
    """
    async with kit.lock_manager.locked_key(f"chat:{visitor_id}"):
        return (
            await _find(kit, visitor_id, options)
            or await _join(kit, visitor_id, options)
            or await _create(kit, visitor_id, options, room_id)
        )


async def participant_of(kit: RoomKit, room_id: str, visitor_id: str) -> str:
    """Return as whom a visitor takes part in a room: as somebody known there, or as itself."""
    snapshot = await kit.store.load_snapshot(room_id)
    known = snapshot.addresses if snapshot else ()
    found = (
        row.participant_id
        for row in known
        if (row.channel_type, row.address) == (ChannelType.WEBSOCKET, visitor_id)
    )
    return next(filter(None, found), visitor_id)


async def _find(kit: RoomKit, visitor_id: str, options: ChatOptions) -> Room | None:
    room_ids = await kit.store.find_room_ids_by_address(
        ChannelType.WEBSOCKET,
        visitor_id,
        organization_id=_organization(kit, options),
        limit=MAX_CANDIDATES,
    )
    for room_id in room_ids:
        if await kit.store.get_binding(room_id, options.channel) is not None:
            return await kit.store.get_room(room_id)
    return None


async def _join(kit: RoomKit, visitor_id: str, options: ChatOptions) -> Room | None:
    """Let a visitor who is known into the room of that person, which has begun elsewhere."""
    room_id = await kit.pipeline.router.find_room_of_person(
        ChannelType.WEBSOCKET, visitor_id, _organization(kit, options)
    )
    snapshot = await kit.store.load_snapshot(room_id) if room_id else None
    identity = await kit.store.resolve_identity(
        ChannelType.WEBSOCKET, visitor_id, _organization(kit, options)
    )
    if snapshot is None or identity is None or options.channel in snapshot.detached:
        return None
    room, people = snapshot.context.room, snapshot.context.participants
    person = next((each.id for each in people if each.identity_id == identity.id), None)
    if snapshot.context.get_binding(options.channel) is None:
        await kit.attach_channel(room.id, options.channel)
    address = _address(room.id, visitor_id, options.channel, participant_id=person)
    await kit.store.commit([CommitUnit(room_id=room.id, addresses=(address,))])
    return room


async def _create(kit: RoomKit, visitor_id: str, options: ChatOptions, room_id: str | None) -> Room:
    room = await kit.create_room(room_id, organization_id=_organization(kit, options))
    await kit.attach_channel(room.id, options.channel)
    if options.agent is not None:
        room = await _let_answer(kit, room, options.agent)
    await kit.store.commit([_first_entry(room.id, visitor_id, options.channel)])
    return room


async def _let_answer(kit: RoomKit, room: Room, agent_id: str) -> Room:
    """Attach who answers first; where that is nobody, let the room wait for people."""
    try:
        await kit.attach_channel(room.id, agent_id, category=ChannelCategory.INTELLIGENCE)
    except ChannelNotRegisteredError:
        reason = await _why_absent(kit, room.id, agent_id)
        return await kit.queue_room(room.id, reason=reason)
    return room


async def _why_absent(kit: RoomKit, room_id: str, agent_id: str) -> str:
    """Say why nobody answers: the agent of the admin is not in force, or there is none at all."""
    store = kit.store
    if isinstance(store, OrmStore) and await AgentConfigStore(store.threads).has(agent_id):
        return "agent_off"
    logger.error(
        "the agent that ROOMKIT['CHAT'] names does not exist: people have to answer",
        extra={"channel_id": agent_id, "room_id": room_id},
    )
    return "agent_missing"


def _organization(kit: RoomKit, options: ChatOptions) -> str | None:
    return kit.pipeline.parts.channels.organization_of(options.channel)


def _first_entry(room_id: str, visitor_id: str, channel_id: str) -> CommitUnit:
    """Let the visitor into the room before the first word, so that its socket may open it."""
    visitor = Participant(
        id=visitor_id, room_id=room_id, channel_id=channel_id, connected_via=[channel_id]
    )
    address = _address(room_id, visitor_id, channel_id, participant_id=visitor_id)
    return CommitUnit(room_id=room_id, participants=(visitor,), addresses=(address,))


def _address(
    room_id: str, visitor_id: str, channel_id: str, *, participant_id: str | None
) -> RoomAddress:
    return RoomAddress(
        room_id=room_id,
        channel_id=channel_id,
        channel_type=ChannelType.WEBSOCKET,
        address=visitor_id,
        participant_id=participant_id,
    )
