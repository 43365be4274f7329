"""One person is one record in a room, however they reach it (RFC §5.6)."""

import logging

import pytest

from hooks import HookTrigger
from rooms import (
    EventType,
    IdentificationStatus,
    Identity,
    IdentityHookResult,
    IdentityResult,
    MockIdentityResolver,
    Participant,
    ParticipantNotFoundError,
    ParticipantStatus,
    RoomContext,
    RoomEvent,
)
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import spy, stored

NOOR = Identity(id="noor", display_name="Noor")


async def people(scene: Scene) -> list[Participant]:
    return await scene.kit.store.list_participants(ROOM)


@pytest.fixture
async def joined(scene: Scene) -> Scene:
    """A scene with a member who came through `person`, and a second way in."""
    await scene.add(Recorder("second"))
    await scene.kit.add_member(ROOM, "eva", "person", display_name="Eva")
    return scene


def types(events: list[RoomEvent]) -> list[EventType]:
    return [event.type for event in events if event.type.name.startswith("PARTICIPANT")]


@pytest.mark.rfc("0.47")
async def test_joining_is_recorded_and_told_once(scene: Scene) -> None:
    told = spy(scene.kit, HookTrigger.ON_PARTICIPANT_JOINED)

    person = await scene.kit.add_member(ROOM, "eva", "person", display_name="Eva")
    await scene.kit.add_member(ROOM, "eva", "person")

    assert (person.channel_id, person.connected_via) == ("person", ["person"])
    assert types(await scene.full()) == [EventType.PARTICIPANT_JOINED]
    assert len(await told.until(1)) == 1


@pytest.mark.rfc("0.47")
async def test_second_channel_joins_the_same_record_quietly(
    joined: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="roomkit")
    before = await joined.full()

    person = await joined.kit.ensure_participant(ROOM, "second", "eva")

    assert (person.channel_id, person.connected_via) == ("person", ["person", "second"])
    assert await people(joined) == [person]
    assert await joined.full() == before
    assert {"person", "second"} <= _named_in(caplog.records)


def _named_in(records: list[logging.LogRecord]) -> set[str]:
    """Return the words of the records' messages and of their own fields."""
    words: set[str] = set()
    for record in records:
        words |= set(record.getMessage().replace("'", " ").split())
        words |= {value for value in vars(record).values() if isinstance(value, str)}
    return words


@pytest.mark.rfc("0.47")
@pytest.mark.parametrize("status", [ParticipantStatus.LEFT, ParticipantStatus.BANNED])
async def test_leaving_keeps_the_record(joined: Scene, status: ParticipantStatus) -> None:
    told = spy(joined.kit, HookTrigger.ON_PARTICIPANT_LEFT)

    await joined.kit.remove_member(ROOM, "eva", status)

    [person] = await people(joined)
    assert person.status is status
    assert types(await joined.full())[-1] is EventType.PARTICIPANT_LEFT
    assert len(await told.until(1)) == 1
    assert await joined.kit.list_members(ROOM) == []
    assert await joined.kit.list_members(ROOM, include_left=True) == [person]


@pytest.mark.rfc("0.47")
async def test_coming_back_may_be_through_another_door(joined: Scene) -> None:
    [before] = await people(joined)
    await joined.kit.remove_member(ROOM, "eva")

    person = await joined.kit.add_member(ROOM, "eva", "second")

    assert person.status is ParticipantStatus.ACTIVE
    assert person.joined_at == before.joined_at
    assert (person.channel_id, person.connected_via) == ("second", ["second", "person"])


@pytest.mark.rfc("0.47")
async def test_new_name_is_recorded_and_told(joined: Scene) -> None:
    told = spy(joined.kit, HookTrigger.ON_PARTICIPANT_UPDATED)

    person = await joined.kit.rename_member(ROOM, "eva", "Eva Maria")

    assert person.display_name == "Eva Maria"
    assert types(await joined.full())[-1] is EventType.PARTICIPANT_UPDATED
    assert len(await told.until(1)) == 1


@pytest.mark.rfc("0.47")
async def test_same_name_changes_nothing_and_tells_nobody(joined: Scene) -> None:
    told = spy(joined.kit, HookTrigger.ON_PARTICIPANT_UPDATED)
    before = (await joined.full(), await people(joined))

    await joined.kit.rename_member(ROOM, "eva", "Eva")

    assert (await joined.full(), await people(joined)) == before
    assert len(told) == 0


@pytest.mark.rfc("0.47")
async def test_nobody_can_be_renamed_or_removed_by_a_wrong_id(joined: Scene) -> None:
    with pytest.raises(ParticipantNotFoundError, match="zoe"):
        await joined.kit.rename_member(ROOM, "zoe", "Zoe")
    with pytest.raises(ParticipantNotFoundError, match="zoe"):
        await joined.kit.remove_member(ROOM, "zoe")


@pytest.mark.rfc("0.47")
async def test_agents_are_not_participants(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot", "answer"))

    await scene.say()

    assert "bot" not in [person.id for person in await people(scene)]


@pytest.mark.rfc("0.47")
async def test_person_found_by_identity_on_a_second_channel_is_the_same_record(
    make_kit: MakeKit,
) -> None:
    resolver = MockIdentityResolver(mapping={"+1": NOOR, "noor@example.com": NOOR})
    scene = Scene(make_kit(identity_resolver=resolver))
    await scene.kit.store.create_identity(NOOR)
    await scene.open()
    await scene.add(Recorder("second"))

    one = stored(await scene.say(sender="+1"))
    two = stored(await scene.say(channel="second", sender="noor@example.com"))

    [person] = await people(scene)
    assert person.connected_via == ["person", "second"]
    assert one.source.participant_id == two.source.participant_id == person.id
    assert EventType.PARTICIPANT_UPDATED not in types(await scene.full())


@pytest.mark.rfc("0.47")
async def test_first_message_of_an_identified_person_is_a_joining(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(identity_resolver=MockIdentityResolver(mapping={"person-1": NOOR})))
    await scene.kit.store.create_identity(NOOR)
    await scene.open()

    await scene.say()
    await scene.say()

    [person] = await people(scene)
    assert (person.identity_id, person.display_name) == ("noor", "Noor")
    assert person.identification is IdentificationStatus.IDENTIFIED
    assert types(await scene.full()) == [EventType.PARTICIPANT_JOINED]


@pytest.mark.rfc("0.47")
async def test_unknown_person_may_be_entered_by_a_hook(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(identity_resolver=MockIdentityResolver()))
    await scene.open()

    @scene.kit.identity_hook(HookTrigger.ON_IDENTITY_UNKNOWN)
    async def enter(
        event: RoomEvent, context: RoomContext, result: IdentityResult
    ) -> IdentityHookResult:
        return IdentityHookResult.create(Identity(id="new", display_name=result.address))

    await scene.say(sender="+1")

    [person] = await people(scene)
    assert (person.identity_id, person.display_name) == ("new", "+1")
    assert await scene.kit.store.get_identity("new") is not None
