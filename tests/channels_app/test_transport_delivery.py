"""What a transport channel passes to its provider, and what it makes of the answer."""

from typing import Any

import pytest

from channels_app import (
    EmailChannel,
    MockEmailProvider,
    MockRCSProvider,
    MockSMSProvider,
    RCSChannel,
    SMSChannel,
    TransportChannel,
)
from channels_app.providers.base.outcomes import refused
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import MediaContent
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType, ChannelType
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.output import ChannelOutput
from tests.channels_app.values import make_binding, make_context, make_event

PHONE = "+15550100009"


async def deliver(channel: TransportChannel, **metadata: Any) -> ChannelOutput:
    binding = make_binding(channel.channel_id, metadata=metadata)
    return await channel.deliver(make_event(), binding, make_context(binding))


async def failure_of(channel: TransportChannel, **metadata: Any) -> DeliveryFailedError:
    with pytest.raises(DeliveryFailedError) as caught:
        await deliver(channel, **metadata)
    return caught.value


async def test_event_goes_to_the_address_in_the_binding() -> None:
    provider = MockSMSProvider()

    await deliver(SMSChannel("sms", provider=provider), phone_number=PHONE)

    assert [call["to"] for call in provider.sent] == [PHONE]


async def test_output_carries_what_the_provider_answered() -> None:
    output = await deliver(SMSChannel("sms", provider=MockSMSProvider()), phone_number=PHONE)

    assert output.provider_result == ProviderResult(
        success=True, provider_message_id="mock-sms-1", recipient="+15550100009"
    )


async def test_fixed_option_wins_over_the_binding() -> None:
    provider = MockSMSProvider()
    channel = SMSChannel("sms", provider=provider, from_number="+15550100001")

    await deliver(channel, phone_number=PHONE, from_="+15550100002")

    assert provider.sent[0]["from_"] == "+15550100001"


async def test_open_option_is_read_from_each_binding_at_delivery() -> None:
    provider = MockEmailProvider()
    channel = EmailChannel("mail", provider=provider)

    await deliver(channel, email_address="a@shop.example", subject="Your order")
    await deliver(channel, email_address="b@shop.example", subject="Your return")
    await deliver(channel, email_address="c@shop.example")

    assert [call["subject"] for call in provider.sent] == ["Your order", "Your return", None]


@pytest.mark.parametrize("fallback", [True, False])
async def test_fallback_reaches_the_provider_as_it_was_set(*, fallback: bool) -> None:
    provider = MockRCSProvider()

    await deliver(RCSChannel("rcs", provider=provider, fallback=fallback), phone_number=PHONE)

    assert provider.sent[0]["fallback"] is fallback


@pytest.mark.parametrize("value", [False, 0, ""])
async def test_falsy_options_are_fixed_values(value: object) -> None:
    provider = MockSMSProvider()
    channel = TransportChannel(
        "push", ChannelType.PUSH, provider=provider, defaults={"from_": value}
    )

    await deliver(channel, recipient_id="r1", from_="from the binding")

    assert provider.sent[0]["from_"] == value


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"phone_number": ""},
        {"phone_number": None},
        {"recipient_id": PHONE},  # the key of another channel type
    ],
)
async def test_missing_recipient_fails_without_a_call(metadata: dict[str, Any]) -> None:
    provider = MockSMSProvider()

    error = await failure_of(SMSChannel("sms", provider=provider), **metadata)

    assert (error.code, error.retryable) == ("missing_recipient", False)
    assert "'phone_number'" in str(error)
    assert provider.log.calls == []


async def test_channel_without_a_provider_does_nothing() -> None:
    assert await deliver(SMSChannel("sms")) == ChannelOutput.empty()


@pytest.mark.parametrize(
    ("result", "code", "retryable", "retry_after"),
    [
        # what the provider says about it is kept
        (
            ProviderResult(
                success=False,
                error="too fast",
                metadata={"code": "throttled", "retryable": True, "retry_after": 2.5},
            ),
            "throttled",
            True,
            2.5,
        ),
        # a permanent refusal
        (
            ProviderResult(success=False, error="opted_out", metadata={"retryable": False}),
            "opted_out",
            False,
            None,
        ),
        # a provider that says nothing may be asked again
        (ProviderResult(success=False), "provider_failure", True, None),
    ],
)
async def test_refusal_becomes_a_delivery_error(
    result: ProviderResult, code: str, *, retryable: bool, retry_after: float | None
) -> None:
    provider = MockSMSProvider()
    provider.fail_with(result)

    error = await failure_of(SMSChannel("sms", provider=provider), phone_number=PHONE)

    assert (error.code, error.retryable, error.retry_after) == (code, retryable, retry_after)


@pytest.mark.parametrize(
    ("outcome", "retryable", "unknown", "blamed"),
    [
        (SendOutcome.THROTTLED, True, False, False),
        (SendOutcome.TRANSIENT, True, False, True),
        (SendOutcome.UNKNOWN, True, True, True),
        (SendOutcome.REJECTED, False, False, False),
        (SendOutcome.OPTED_OUT, False, False, False),
        (SendOutcome.WINDOW_CLOSED, False, False, False),
        (SendOutcome.AUTH, False, False, True),
    ],
)
async def test_outcome_says_what_to_do_and_who_is_to_blame(
    outcome: SendOutcome, *, retryable: bool, unknown: bool, blamed: bool
) -> None:
    provider = MockSMSProvider()
    provider.fail_with(refused(outcome, "21610", "no", retry_after=3.0))

    error = await failure_of(SMSChannel("sms", provider=provider), phone_number=PHONE)

    assert (error.code, error.retry_after) == ("21610", 3.0)
    assert (error.retryable, error.outcome_unknown) == (retryable, unknown)
    assert error.blames_vendor is blamed


async def test_channel_shows_no_more_than_its_vendor_can() -> None:
    class Plain(MockSMSProvider):
        def capabilities(self) -> ChannelCapabilities:
            return ChannelCapabilities(max_length=1000, supports_media=True)

    shown = SMSChannel("sms", provider=Plain()).capabilities()

    assert (shown.max_length, shown.media_types) == (1000, [ChannelMediaType.TEXT])
    assert (shown.supports_media, shown.supports_read_receipts) == (True, False)


async def test_exception_of_a_provider_is_passed_on() -> None:
    provider = MockSMSProvider()
    provider.fail_with(ConnectionError("line cut"))

    with pytest.raises(ConnectionError, match="line cut"):
        await deliver(SMSChannel("sms", provider=provider), phone_number=PHONE)


async def test_foreign_provider_needs_nothing_but_send() -> None:
    class PigeonPost:
        async def send(self, event: object, to: str) -> ProviderResult:
            return ProviderResult(success=True, provider_message_id=f"pigeon to {to}")

    channel = TransportChannel("pigeon", ChannelType.PUSH, provider=PigeonPost())
    output = await deliver(channel, recipient_id="loft 3")
    await channel.close()

    assert channel.provider_name == "PigeonPost"
    assert output.provider_result is not None
    assert output.provider_result.provider_message_id == "pigeon to loft 3"


async def test_closing_the_channel_closes_its_provider() -> None:
    class Closing(MockSMSProvider):
        closed = False

        async def close(self) -> None:
            self.closed = True

    provider = Closing()

    await SMSChannel("sms", provider=provider).close()

    assert provider.closed


async def test_file_without_an_address_fails_without_a_call() -> None:
    provider = MockSMSProvider()
    file = MediaContent(url="media:8a1b", mime_type="image/png")
    binding = make_binding("sms", metadata={"phone_number": PHONE})

    with pytest.raises(DeliveryFailedError, match="PUBLIC_URL") as caught:
        await SMSChannel("sms", provider=provider).deliver(
            make_event(file), binding, make_context(binding)
        )

    assert (caught.value.code, caught.value.retryable) == ("file_unreachable", False)
    assert provider.sent == []
