"""RCS through Twilio."""

import pytest
from pydantic import SecretStr

from channels_app.providers.twilio.config import TwilioRCSConfig
from channels_app.providers.twilio.rcs import TwilioRCSProvider
from channels_app.testing.fakes.server import Fault
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    RCS_AGENT,
    SERVICE_SID,
    error_response,
)
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER
from rooms.domain.content import RichContent
from rooms.domain.delivery import SendOutcome
from tests.channels_app.values import make_event


async def test_with_a_fallback_the_plain_number_is_addressed(
    twilio: FakeTwilio, rcs: TwilioRCSProvider
) -> None:
    result = await rcs.send(make_event(), CUSTOMER)

    form = twilio.sent[0].form
    assert (form.To, form.MessagingServiceSid, form.From) == (CUSTOMER, SERVICE_SID, None)
    assert result.success
    assert not result.metadata["channel_confirmed"]


async def test_without_a_fallback_nothing_but_rcs_is(
    twilio: FakeTwilio, rcs: TwilioRCSProvider
) -> None:
    result = await rcs.send(make_event(), CUSTOMER, fallback=False)

    assert twilio.sent[0].form.To == f"rcs:{CUSTOMER}"
    assert (result.channel_used, result.fallback) == ("rcs", False)
    assert result.metadata["channel_confirmed"]
    assert result.provider_message_ids == [twilio.sent[0].sid]


async def test_sender_and_fallback_can_be_named(twilio: FakeTwilio) -> None:
    provider = TwilioRCSProvider(
        TwilioRCSConfig(
            account_sid=ACCOUNT_SID,
            auth_token=SecretStr(AUTH_TOKEN),
            messaging_service_sid=SERVICE_SID,
            rcs_sender=RCS_AGENT,
            fallback_from=NUMBER,
            base_url=twilio.url,
        )
    )

    await provider.send(make_event(), f"rcs:{CUSTOMER}")
    await provider.send(make_event(), CUSTOMER, fallback=False)
    await provider.close()

    first, second = (sent.form for sent in twilio.sent)
    assert (first.To, first.FallbackFrom, first.From) == (CUSTOMER, NUMBER, None)
    assert (second.FallbackFrom, second.From) == (None, RCS_AGENT)
    assert provider.sender_id == RCS_AGENT


def test_the_service_stands_for_a_sender_that_is_not_named(rcs: TwilioRCSProvider) -> None:
    assert rcs.sender_id == SERVICE_SID
    assert rcs.supports_fallback


async def test_a_refusal_keeps_its_meaning(twilio: FakeTwilio, rcs: TwilioRCSProvider) -> None:
    twilio.fail_next(Fault(error_response(429, 20429, "slow down", Retry_After="3")))

    result = await rcs.send(make_event(), CUSTOMER)

    assert (result.success, result.outcome) == (False, SendOutcome.THROTTLED)
    assert (result.code, result.retry_after) == ("20429", 3.0)


async def test_what_needs_a_template_is_refused(twilio: FakeTwilio, rcs: TwilioRCSProvider) -> None:
    result = await rcs.send(make_event(RichContent(body="hi")), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "unsupported_content")
    assert not twilio.requests


async def test_twilio_cannot_be_asked_whether_a_phone_has_rcs(rcs: TwilioRCSProvider) -> None:
    with pytest.raises(NotImplementedError, match="fallback=True"):
        await rcs.check_capability(CUSTOMER)
