"""Words of consent on a whole kit: obeyed, confirmed once, whatever goes wrong in between."""

import pytest

from channels_app import EmailChannel, MockEmailProvider, MockSMSProvider, SMSChannel
from hooks import HookResult, HookTrigger
from rooms import InboundMessage, RoomContext, RoomEvent, TextContent
from rooms.domain.contact_rules import ContactRules
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelType
from rooms.domain.job import DeliveryState
from rooms.domain.policies import RetryPolicy
from rooms.domain.standing import (
    ConsentRules,
    ConsentWord,
    ContactPoint,
    OptOutReason,
    Standing,
)
from rooms.pipeline.consent import point_of
from rooms.testing.rig import Recorder, ScriptedAgent
from tests.consent.conftest import ANN, Desk, build_desk
from tests.kit_fixtures import MakeKit

RULES = ConsentRules()


async def is_out(desk: Desk, channel_id: str = "sms", address: str = ANN) -> bool:
    channels = desk.kit.pipeline.parts.channels
    point = point_of(channels, channels.require(channel_id), address)
    return (await desk.kit.store.get_standing(point)).opted_out_at is not None


async def test_agent_is_not_asked_about_a_word(desk: Desk) -> None:
    agent = ScriptedAgent("bot", "How can I help?")
    desk.kit.register_channel(agent)
    room_id = await desk.open()
    await desk.kit.attach_channel(room_id, "bot")

    await desk.hear("STOP", room_id=room_id)

    assert agent.asked == []
    assert desk.sent == [RULES.stop_reply]


async def test_word_that_was_cut_off_is_confirmed_when_it_comes_again(desk: Desk) -> None:
    channels = desk.kit.pipeline.parts.channels
    point = point_of(channels, channels.require("sms"), ANN)
    await desk.kit.store.opt_out(point, reason=OptOutReason.KEYWORD, by="m1")

    await desk.hear("STOP", key="m1")

    assert desk.sent == [RULES.stop_reply]


async def test_only_the_first_stop_is_confirmed(desk: Desk) -> None:
    for key in ("m1", "m2", "m2"):
        await desk.hear("STOP", key=key)

    assert desk.sent == [RULES.stop_reply]


async def test_word_that_a_hook_blocks_is_obeyed_and_confirmed(desk: Desk) -> None:
    @desk.kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def block(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("no")

    await desk.hear("STOP")

    assert desk.sent == [RULES.stop_reply]
    assert await is_out(desk)


async def test_client_cannot_mark_its_message(desk: Desk) -> None:
    agent = ScriptedAgent("bot", "Hello")
    desk.kit.register_channel(agent)
    room_id = await desk.open()
    await desk.kit.attach_channel(room_id, "bot")

    result = await desk.hear("Hello?", room_id=room_id, metadata={"consent": "stop"})

    assert result.event is not None
    assert "consent" not in result.event.metadata
    assert len(agent.asked) == 1


async def test_what_the_vendor_has_answered_is_not_answered_again(desk: Desk) -> None:
    await desk.hear("BASTA", consent_word=ConsentWord.STOP)

    assert desk.sent == []
    assert await is_out(desk)


class StoppedMeanwhile(MockSMSProvider):
    """Is busy once, and while it is the recipient opts out."""

    desk: Desk

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        channels = self.desk.kit.pipeline.parts.channels
        point = point_of(channels, channels.require("sms"), to)
        await self.desk.kit.store.opt_out(point, reason=OptOutReason.KEYWORD, by="m1")
        return await super().send(event, to, from_)


async def test_every_attempt_asks_anew(make_kit: MakeKit) -> None:
    provider = StoppedMeanwhile()
    provider.desk = desk = build_desk(make_kit(), provider)
    provider.fail_with(
        ProviderResult(success=False, outcome=SendOutcome.TRANSIENT, error="busy"), times=2
    )
    room_id = await desk.open(retry_policy=RetryPolicy(base_delay_seconds=0.01))

    job = await desk.say(room_id, "Offer")

    assert (job.state, job.error_code, job.attempts) == (DeliveryState.FAILED, "opted_out", 1)


async def test_opted_out_recipients_do_not_open_the_breaker(desk: Desk) -> None:
    room_id = await desk.open()
    await desk.hear("STOP", room_id=room_id)
    for _ in range(8):
        await desk.say(room_id, "Offer")
    await desk.hear("START", room_id=room_id)

    job = await desk.say(room_id, "Welcome")

    assert job.state is DeliveryState.SENT


async def test_vendors_refusal_opts_out_at_all_numbers(desk: Desk) -> None:
    desk.kit.register_channel(SMSChannel("second", provider=desk.provider))
    gone = ProviderResult(success=False, outcome=SendOutcome.OPTED_OUT, code="21610")
    desk.provider.fail_with(gone)
    await desk.say(await desk.open(), "Offer")

    job = await desk.say(await desk.open(channel_id="second"), "Offer")

    assert (job.error_code, len(desk.provider.log.calls)) == ("opted_out", 1)


async def test_organizations_do_not_share_opt_outs(desk: Desk) -> None:
    channel = SMSChannel("acme", provider=desk.provider)
    desk.kit.register_channel(channel, organization_id="acme")
    await desk.hear("STOP")
    room = await desk.kit.create_room(organization_id="acme")
    await desk.kit.attach_channel(room.id, "desk")
    await desk.kit.attach_channel(room.id, "acme", metadata={"phone_number": ANN})

    job = await desk.say(room.id, "Hello")

    assert job.state is DeliveryState.SENT


# -- where there are no words


async def write_mail(desk: Desk, text: str) -> None:
    await desk.kit.process_inbound(
        InboundMessage(
            channel_id="mail", sender_id="Ann@example.org", content=TextContent(body=text)
        )
    )


@pytest.fixture
def mail(desk: Desk) -> MockEmailProvider:
    provider = MockEmailProvider()
    desk.kit.register_channel(EmailChannel("mail", provider=provider))
    return provider


@pytest.mark.parametrize(
    ("reason", "is_lifted"), [(OptOutReason.VENDOR, True), (OptOutReason.COMPLAINT, False)]
)
async def test_message_lifts_what_the_vendor_told_but_no_complaint(
    desk: Desk, mail: MockEmailProvider, reason: OptOutReason, is_lifted: bool
) -> None:
    channels = desk.kit.pipeline.parts.channels
    point = point_of(channels, channels.require("mail"), "ann@example.org")
    await desk.kit.store.opt_out(point, reason=reason, by="report")

    await write_mail(desk, "May I ask something?")

    assert await is_out(desk, "mail", "ann@example.org") is not is_lifted


async def test_mail_that_says_stop_is_a_mail(desk: Desk, mail: MockEmailProvider) -> None:
    await write_mail(desk, "STOP")

    assert not await is_out(desk, "mail", "ann@example.org")


async def test_sites_own_words_and_answers(make_kit: MakeKit) -> None:
    consent = ConsentRules(stop_words=frozenset({"BAJA"}), stop_reply="Adios")
    desk = build_desk(make_kit(contact_rules=ContactRules(consent=consent)))

    await desk.hear("baja")

    assert desk.sent == ["Adios"]


async def test_web_page_needs_no_clearance(desk: Desk) -> None:
    """Whoever has no address cannot be opted out; nobody is asked about them."""
    asked = []

    async def get_standing(point: ContactPoint) -> Standing:
        asked.append(point)
        return Standing()

    page = Recorder("page", channel_type=ChannelType.WEBSOCKET)
    desk.kit.register_channel(page)
    room_id = await desk.open(channel_id="page")
    desk.kit.store.get_standing = get_standing  # type: ignore[method-assign]  # counts the reads

    await desk.say(room_id, "Hello")

    assert (asked, len(page.delivered)) == ([], 1)
