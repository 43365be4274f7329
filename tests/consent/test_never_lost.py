"""An opt-out counts wherever it is said, and is lifted only by who means it."""

from datetime import timedelta

import pytest

from channels_app import (
    EmailChannel,
    MockEmailProvider,
    MockWhatsAppProvider,
    WhatsAppChannel,
)
from rooms import InboundMessage, RateLimit, RoomEvent, TextContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.standing import OptOutReason, fold_address
from rooms.pipeline.consent import point_of
from tests.consent.conftest import ANN, Desk, build_desk
from tests.kit_fixtures import MakeKit

GROUP = "group-7"


async def is_out(desk: Desk, channel_id: str = "sms", address: str = ANN) -> bool:
    channels = desk.kit.pipeline.parts.channels
    point = point_of(channels, channels.require(channel_id), address)
    return (await desk.kit.store.get_standing(point)).opted_out_at is not None


async def test_stop_over_the_rate_limit_is_obeyed_and_confirmed(make_kit: MakeKit) -> None:
    desk = build_desk(make_kit(inbound_rate_limit=RateLimit(max_per_minute=1)))
    await desk.hear("Hello")
    assert (await desk.hear("Hello?")).reason == "rate_limited"

    await desk.hear("STOP")

    assert await is_out(desk)
    assert len(desk.sent) == 1


@pytest.mark.parametrize("is_attached", [True, False])
async def test_stop_into_a_closed_room_is_obeyed(desk: Desk, *, is_attached: bool) -> None:
    room_id = await desk.open() if is_attached else (await desk.kit.create_room()).id
    await desk.kit.close_room(room_id)

    result = await desk.hear("STOP", room_id=room_id)

    assert (result.blocked, result.reason) == (True, "room_closed")
    assert await is_out(desk)


async def test_stop_in_a_group_stops_the_group_as_well(desk: Desk) -> None:
    await desk.hear("STOP", metadata={"phone_number": GROUP})

    assert await is_out(desk)
    assert await is_out(desk, address=GROUP)


async def test_start_of_another_member_does_not_bring_the_group_back(desk: Desk) -> None:
    await desk.hear("STOP", metadata={"phone_number": GROUP})

    await desk.hear("START", metadata={"phone_number": GROUP}, sender_id="+15145550177")
    assert await is_out(desk, address=GROUP)

    await desk.hear("START", metadata={"phone_number": GROUP})
    assert not await is_out(desk, address=GROUP)


async def test_note_of_absence_lifts_nothing(desk: Desk) -> None:
    desk.kit.register_channel(EmailChannel("mail", provider=MockEmailProvider()))
    channels = desk.kit.pipeline.parts.channels
    point = point_of(channels, channels.require("mail"), "ann@example.org")
    await desk.kit.store.opt_out(point, reason=OptOutReason.VENDOR, by="report")

    await desk.kit.process_inbound(
        InboundMessage(
            channel_id="mail",
            sender_id="ann@example.org",
            content=TextContent(body="I am away"),
            metadata={"auto_submitted": "auto-replied"},
        )
    )

    assert await is_out(desk, "mail", "ann@example.org")


@pytest.mark.parametrize(
    ("family", "address", "folded"),
    [
        ("sms", "15145550123", ANN),
        ("sms", "+1 (514) 555-0123", ANN),
        ("sms", "0015145550123", ANN),
        ("sms", "rcs:+15145550123", ANN),
        ("whatsapp", "whatsapp:+15145550123", ANN),
        ("whatsapp", "whatsapp:US.1349", "US.1349"),
        ("whatsapp", "5215512345678", "+525512345678"),
        ("whatsapp", "+525512345678", "+525512345678"),
        ("whatsapp", "5491123456789", "+541123456789"),
        ("sms", "12345", "+12345"),
        ("sms", "ACME", "ACME"),
        ("email", "Ann+News@Example.ORG ", "ann+news@example.org"),
        ("telegram", "-100123", "-100123"),
    ],
)
def test_address_counts_however_it_is_spelt(family: str, address: str, folded: str) -> None:
    assert fold_address(family, address) == folded


async def test_who_is_answered_elsewhere_is_not_written_to_there_either(desk: Desk) -> None:
    """A mail may ask for answers at another address, and it is that one which unsubscribes."""
    provider = MockEmailProvider()
    desk.kit.register_channel(EmailChannel("mail", provider=provider))
    room = await desk.kit.create_room()
    await desk.kit.attach_channel(room.id, "desk")
    told = {"email_address": "ann@example.org", "reply_to": "office@example.org"}
    await desk.kit.attach_channel(room.id, "mail", metadata=told)
    channels = desk.kit.pipeline.parts.channels
    point = point_of(channels, channels.require("mail"), "office@example.org")
    await desk.kit.store.opt_out(point, reason=OptOutReason.COMPLAINT, by="report")

    job = await desk.say(room.id, "News")

    assert (job.error_code, provider.sent) == ("opted_out", [])


async def test_address_that_was_refused_is_the_one_that_is_marked(desk: Desk) -> None:
    provider = MockEmailProvider()
    provider.fail_with(ProviderResult(success=False, outcome=SendOutcome.OPTED_OUT))
    desk.kit.register_channel(EmailChannel("mail", provider=provider))
    room = await desk.kit.create_room()
    await desk.kit.attach_channel(room.id, "desk")
    told = {"email_address": "ann@example.org", "reply_to": "office@example.org"}
    await desk.kit.attach_channel(room.id, "mail", metadata=told)

    await desk.say(room.id, "News")

    assert await is_out(desk, "mail", "office@example.org")
    assert not await is_out(desk, "mail", "ann@example.org")


class WithWindow(MockWhatsAppProvider):
    """Takes free words for a day."""

    def reply_window(self, event: RoomEvent) -> timedelta:
        return timedelta(days=1)


async def test_words_to_a_group_open_the_groups_window_alone(desk: Desk) -> None:
    desk.kit.register_channel(WhatsAppChannel("wa", provider=WithWindow()))
    channels = desk.kit.pipeline.parts.channels
    wa = channels.require("wa")
    ann, group = (point_of(channels, wa, address) for address in (ANN, GROUP))

    await desk.hear("Hello", channel_id="wa", metadata={"phone_number": GROUP})

    assert (await desk.kit.store.get_standing(group)).last_inbound_at is not None
    assert (await desk.kit.store.get_standing(ann)).last_inbound_at is None
