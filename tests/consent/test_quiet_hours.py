"""Quiet hours on a whole kit: what nobody asked for waits as a row, and answers do not."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from rooms import DeleteContent, EventType, TextContent
from rooms.domain.contact_rules import ContactRules
from rooms.domain.enums import LaneScope
from rooms.domain.job import DeliveryState
from rooms.domain.json import JsonObject
from rooms.domain.quiet_hours import QuietHours
from rooms.domain.standing import ConsentRules
from rooms.kit import RoomKit
from rooms.pipeline.quiet_hours import QUIET_HOURS
from rooms.testing.rig import ScriptedAgent
from tests.consent.conftest import Desk, build_desk
from tests.kit_fixtures import MakeKit

HOUR = timedelta(hours=1)


def around_now(**more: object) -> ContactRules:
    """Return quiet hours that began an hour ago and end in an hour."""
    now = datetime.now(UTC).replace(microsecond=0)
    hours: JsonObject = {"start": (now - HOUR).time(), "until": (now + HOUR).time(), **more}
    return ContactRules(quiet_hours=QuietHours.model_validate(hours))


@pytest.fixture
def night(make_kit: MakeKit) -> Desk:
    return build_desk(make_kit(contact_rules=around_now()))


async def release(desk: Desk, room_id: str) -> None:
    """Let the night end: what is held is due, and somebody sweeps."""
    await desk.kit.store.release_deliveries(room_id, error_code=QUIET_HOURS)
    await desk.kit.pipeline.resuming.take_up()
    await desk.rest()


async def test_message_waits_until_the_end(night: Desk) -> None:
    job = await night.say(await night.open(), "An offer")

    assert night.sent == []
    assert (job.state, job.error_code, job.attempts) == (DeliveryState.WAITING, QUIET_HOURS, 0)
    ends_in = job.due_at - datetime.now(UTC)
    assert HOUR - timedelta(minutes=1) < ends_in <= HOUR
    assert "held back until" in (job.error_message or "")


async def test_waiting_keeps_no_process_busy(night: Desk) -> None:
    job = await night.say(await night.open(), "An offer")

    assert not night.kit.pipeline.leases.holds(job.id)
    assert job.lease_until is None or job.lease_until <= datetime.now(UTC)


async def test_another_process_sends_it_in_the_morning(night: Desk, make_kit: MakeKit) -> None:
    room_id = await night.open()
    await night.say(room_id, "First")
    await night.say(room_id, "Second")
    morning = build_desk(make_kit())

    await release(morning, room_id)

    assert morning.sent == ["First", "Second"]


async def test_what_is_still_too_early_is_held_again(night: Desk) -> None:
    room_id = await night.open()
    await night.say(room_id, "An offer")

    await release(night, room_id)

    [job] = [j for j in await night.kit.store.list_deliveries(room_id) if j.channel_id == "sms"]
    assert (night.sent, job.state) == ([], DeliveryState.WAITING)


async def test_message_of_the_person_lets_everything_go_in_order(night: Desk) -> None:
    room_id = await night.open()
    await night.say(room_id, "An offer")
    night.kit.register_channel(ScriptedAgent("bot", "Here I am"))
    await night.kit.attach_channel(room_id, "bot")

    await night.hear("Tell me more", room_id=room_id)
    await night.kit.pipeline.resuming.take_up()
    await night.rest()

    assert night.sent == ["An offer", "Here I am"]


async def test_who_has_just_written_is_answered_at_once(night: Desk) -> None:
    room_id = await night.open()
    await night.hear("Hello?", room_id=room_id)

    job = await night.say(room_id, "Good evening")

    assert (job.state, night.sent) == (DeliveryState.SENT, ["Good evening"])


async def test_who_wrote_long_ago_is_not(make_kit: MakeKit) -> None:
    desk = build_desk(make_kit(contact_rules=around_now(answer_minutes=0)))
    room_id = await desk.open()
    await desk.hear("Hello?", room_id=room_id)

    assert (await desk.say(room_id, "An offer")).state is DeliveryState.WAITING


async def test_what_the_desk_says_itself_asks_for_nothing(night: Desk) -> None:
    room_id = await night.open()
    await night.say(room_id, "First")

    await night.say(room_id, "Second")

    assert night.sent == []


async def test_stop_is_confirmed_at_night_and_ends_what_waits(night: Desk) -> None:
    room_id = await night.open()
    await night.say(room_id, "An offer")

    await night.hear("STOP", room_id=room_id)
    await night.kit.pipeline.resuming.take_up()
    await night.rest()

    assert night.sent == [ConsentRules().stop_reply]
    [offer, _] = [
        j for j in await night.kit.store.list_deliveries(room_id) if j.channel_id == "sms"
    ]
    assert (offer.state, offer.error_code) == (DeliveryState.FAILED, "opted_out")


async def test_recipients_own_zone_counts(night: Desk) -> None:
    far_away = "Pacific/Kiritimati" if datetime.now(UTC).hour != 10 else "America/Montreal"

    job = await night.say(await night.open(time_zone=far_away), "Good day")

    assert job.state is DeliveryState.SENT


async def test_other_channels_speak(make_kit: MakeKit) -> None:
    rules = around_now(channel_types=frozenset({"whatsapp"}))
    desk = build_desk(make_kit(contact_rules=rules))

    assert (await desk.say(await desk.open(), "An offer")).state is DeliveryState.SENT


async def test_other_rooms_do_not_wait(night: Desk) -> None:
    await night.say(await night.open(), "An offer")
    other = await night.open()
    await night.hear("Hello", room_id=other)

    assert (await night.say(other, "Hi")).state is DeliveryState.SENT


async def test_lane_of_the_whole_room_waits_with_it(
    make_kit: MakeKit, store_class: type[object]
) -> None:
    store = store_class(lane_scope=LaneScope.ROOM)  # type: ignore[call-arg]
    kit: RoomKit = make_kit(store=store, lane_scope=LaneScope.ROOM, contact_rules=around_now())
    desk = build_desk(kit)
    room_id = await desk.open()
    await desk.say(room_id, "An offer")
    await desk.hear("Hello", room_id=room_id)
    await kit.pipeline.resuming.take_up()
    await desk.rest()

    assert desk.sent == ["An offer"]


async def test_what_was_deleted_meanwhile_is_not_sent_in_the_morning(
    night: Desk, make_kit: MakeKit
) -> None:
    room_id = await night.open()
    say = partial(night.kit.send_event, room_id, "desk", participant_id="clerk")
    event = await say(TextContent(body="Too hasty"))
    await night.rest()
    await say(DeleteContent(target_event_id=event.id), event_type=EventType.DELETE)
    await night.rest()
    morning = build_desk(make_kit())

    await release(morning, room_id)

    assert "Too hasty" not in morning.sent
    assert (await night.delivery_of(event)).state is DeliveryState.DISCARDED
