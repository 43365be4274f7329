"""What people of the site say outside of it: it is shown, and agents fall silent."""

import asyncio
from typing import Any

import pytest

from hooks import HookResult
from rooms import (
    ChannelNotRegisteredError,
    ChannelType,
    DeliveryState,
    EchoMessage,
    EventStatus,
    OwnerKind,
    ParticipantRole,
    RoomEvent,
    SystemContent,
    TextContent,
)
from rooms.domain.enums import ChannelDirection
from rooms.domain.provider_message import ProviderMessage
from rooms.domain.sender import ALIASES
from rooms.testing.rig import Recorder, ScriptedAgent, Turn, bodies
from tests.scene import ROOM, Scene
from tests.steps import until, watch
from tests.viewers import Pen, Viewer

ANA, OURS = "+15550100", "+15550199"
SOMEBODY = f"phone:{OURS}"


def echo(body: str = "I look into it", **fields: Any) -> EchoMessage:
    told = {
        "channel_id": "phone",
        "recipient_id": ANA,
        "sender_id": OURS,
        "content": TextContent(body=body),
        "provider_message_id": "E1",
        "raw_payload": {"type": "text"},
    }
    return EchoMessage.model_validate(told | fields)


@pytest.fixture
async def phone(scene: Scene) -> Recorder:
    """The channel by which Ana has asked something."""
    phone = Recorder("phone", channel_type=ChannelType.WHATSAPP, recipient_key="phone_number")
    await scene.add(phone, metadata={"phone_number": ANA})
    await scene.say("where is it?", channel="phone", sender=ANA)
    return phone


async def owner_of(scene: Scene) -> tuple[OwnerKind, str | None, int]:
    room = await scene.kit.get_room(ROOM)
    return room.owner_kind, room.owner_id, room.owner_epoch


async def said(scene: Scene) -> list[str]:
    """Return what was said, without the notes of the house."""
    return bodies([row for row in await scene.rows() if not isinstance(row.content, SystemContent)])


async def take(scene: Scene, message: EchoMessage) -> RoomEvent:
    event = await scene.kit.process_echo(message)
    assert event is not None
    return event


# -- the words


async def test_echo_goes_to_the_other_channels_and_not_back(scene: Scene, phone: Recorder) -> None:
    event = await take(scene, echo())

    await scene.person.until_delivered(2)
    assert bodies(scene.person.delivered) == ["where is it?", "I look into it"]
    assert phone.attempted == []
    assert (await scene.rows())[-1] == event


async def test_echo_is_written_by_staff(scene: Scene, phone: Recorder) -> None:
    event = await take(scene, echo(metadata={"_internal": 1, "voice": True}))

    source = event.source
    assert (source.channel_id, source.direction) == ("phone", ChannelDirection.OUTBOUND)
    assert (source.participant_id, source.provider_message_id) == (SOMEBODY, "E1")
    assert source.raw_payload == {"type": "text"}
    assert event.metadata == {"echo": True, "voice": True}
    colleague = await scene.kit.store.get_participant(ROOM, SOMEBODY)
    assert colleague is not None
    assert colleague.role is ParticipantRole.AGENT


async def test_reports_and_answers_find_an_echo(scene: Scene, phone: Recorder) -> None:
    event = await take(scene, echo())

    known = await scene.kit.store.get_provider_message("phone", "E1")
    assert known is not None
    assert (known.event_id, known.address) == (event.id, ANA)
    assert known.direction is ChannelDirection.OUTBOUND


async def test_no_agent_is_asked_about_an_echo(scene: Scene, phone: Recorder) -> None:
    bot = await scene.add(ScriptedAgent("bot", "Gladly!"))

    await take(scene, echo())
    await scene.kit.hand_back(ROOM, user_id="ann")
    await scene.say("thanks", channel="phone", sender=ANA)

    assert bodies([asked.event for asked in bot.asked]) == ["thanks"]
    assert "I look into it" in bot.asked[0].prompt
    assert bodies(phone.delivered) == ["Gladly!"]


async def test_hook_may_block_an_echo_but_not_unsay_it(scene: Scene, phone: Recorder) -> None:
    scene.before_broadcast(HookResult.block("rude"))

    event = await take(scene, echo())

    assert event.status is EventStatus.BLOCKED
    assert (await owner_of(scene))[0] is OwnerKind.HUMAN


# -- the owner


async def test_echo_takes_the_room_over(scene: Scene, phone: Recorder) -> None:
    told = watch(scene.kit, "room_owner_changed")

    await take(scene, echo())

    assert await owner_of(scene) == (OwnerKind.HUMAN, SOMEBODY, 1)
    [news] = told
    assert (news.data["owner_id"], news.data["code"]) == (SOMEBODY, "taken_over")


async def test_answer_that_is_shown_ends_before_the_echo(scene: Scene, phone: Recorder) -> None:
    viewer, pen = await scene.add(Viewer()), Pen()
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say("and when?", channel="phone", sender=ANA))
    pen.write("It ")
    await until(lambda: bool(viewer.streams and viewer.streams[0].deltas))

    await take(scene, echo())
    pen.write("shipped")
    pen.lay_down()
    await saying

    partial, boundary, words = (await scene.rows())[-3:]
    assert (bodies([partial]), partial.metadata["interrupted"]) == (["It "], True)
    assert isinstance(boundary.content, SystemContent)
    assert (boundary.content.code, bodies([words])) == ("taken_over", ["I look into it"])
    assert [(shown.text, shown.event) for shown in viewer.streams] == [("It ", partial)]
    [job] = await scene.kit.store.list_lane(ROOM, "bot")
    assert job.state is DeliveryState.DISCARDED


@pytest.mark.parametrize("owner", ["queue", "paused"])
async def test_whoever_answers_by_telephone_has_the_room(
    scene: Scene, phone: Recorder, owner: str
) -> None:
    if owner == "queue":
        await scene.kit.queue_room(ROOM, reason="angry")
    else:
        await scene.kit.pause_ai(ROOM, user_id="bob")

    await take(scene, echo())

    assert await owner_of(scene) == (OwnerKind.HUMAN, SOMEBODY, 2)


async def test_room_that_a_person_has_stays_theirs(scene: Scene, phone: Recorder) -> None:
    await scene.kit.take_over(ROOM, user_id="ann")

    await take(scene, echo())

    assert await owner_of(scene) == (OwnerKind.HUMAN, "ann", 1)
    assert await said(scene) == ["where is it?", "I look into it"]


# -- once


async def test_echo_that_comes_again_takes_nothing_over_again(
    scene: Scene, phone: Recorder
) -> None:
    await take(scene, echo())
    await scene.kit.hand_back(ROOM, user_id="ann")

    assert await scene.kit.process_echo(echo()) is None

    assert await owner_of(scene) == (OwnerKind.AI, None, 2)
    assert await said(scene) == ["where is it?", "I look into it"]


async def test_echo_that_comes_twice_at_once_is_said_once(scene: Scene, phone: Recorder) -> None:
    await asyncio.gather(*(scene.kit.process_echo(echo()) for _ in range(5)))

    assert await said(scene) == ["where is it?", "I look into it"]
    assert await owner_of(scene) == (OwnerKind.HUMAN, SOMEBODY, 1)


async def test_echo_whose_process_died_is_finished_by_the_next(
    scene: Scene, phone: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(messages: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(scene.kit.store, "note_provider_messages", die)
        with pytest.raises(RuntimeError, match="killed"):
            await scene.kit.process_echo(echo())
    await scene.kit.hand_back(ROOM, user_id="ann")

    assert await scene.kit.process_echo(echo()) is None

    known = await scene.kit.store.get_provider_message("phone", "E1")
    assert known is not None
    assert known.room_id == ROOM
    assert await owner_of(scene) == (OwnerKind.AI, None, 2)


async def test_message_of_ours_is_no_echo(scene: Scene, phone: Recorder) -> None:
    event = await scene.kit.send_event(ROOM, "person", TextContent(body="hello"))
    ours = ProviderMessage(
        channel_id="phone", provider_message_id="E1", event_id=event.id, room_id=ROOM
    )
    await scene.kit.store.note_provider_messages([ours])

    assert await scene.kit.process_echo(echo("hello")) is None

    assert await owner_of(scene) == (OwnerKind.AI, None, 0)
    assert await said(scene) == ["where is it?", "hello"]


# -- whose room


async def test_further_address_of_the_recipient_finds_the_room(
    scene: Scene, phone: Recorder
) -> None:
    event = await take(scene, echo(recipient_id="99@lid", metadata={ALIASES: [ANA]}))

    assert event.room_id == ROOM
    assert ALIASES not in event.metadata


async def test_words_to_somebody_else_are_nobodys_business(scene: Scene, phone: Recorder) -> None:
    assert await scene.kit.process_echo(echo(recipient_id="+15550777")) is None

    assert await said(scene) == ["where is it?"]
    assert len(await scene.kit.store.list_rooms()) == 1
    assert await owner_of(scene) == (OwnerKind.AI, None, 0)


async def test_words_to_somebody_else_are_not_shown_to_who_has_not_written_yet(
    scene: Scene,
) -> None:
    """The router would give the channel's only room to anybody."""
    phone = Recorder("phone", channel_type=ChannelType.WHATSAPP, recipient_key="phone_number")
    await scene.add(phone, metadata={"phone_number": ANA})

    assert await scene.kit.process_echo(echo(recipient_id="+15550777")) is None
    assert (await take(scene, echo())).room_id == ROOM


async def test_closed_room_stays_closed(scene: Scene, phone: Recorder) -> None:
    await scene.kit.close_room(ROOM)

    assert await scene.kit.process_echo(echo()) is None
    assert await said(scene) == ["where is it?"]


async def test_channel_that_was_detached_stays_away(scene: Scene, phone: Recorder) -> None:
    await scene.kit.detach_channel(ROOM, "phone")

    assert await scene.kit.process_echo(echo()) is None
    assert [each.channel_id for each in await scene.kit.list_bindings(ROOM)] == ["person"]


async def test_channel_of_an_echo_must_be_registered(scene: Scene) -> None:
    with pytest.raises(ChannelNotRegisteredError):
        await scene.kit.process_echo(echo(channel_id="gone"))
