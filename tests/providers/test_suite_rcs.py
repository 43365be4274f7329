"""The suite of providers over those that send RCS messages."""

from typing import Any

from channels_app.providers.twilio.config import TwilioRCSConfig
from channels_app.providers.twilio.rcs import TwilioRCSProvider
from channels_app.testing.fakes import telnyx_webhooks, twilio_answers
from channels_app.testing.fakes.telnyx import API_KEY, FakeTelnyx, refusal, too_many_requests
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import error_response
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER, TwilioWebhooks
from channels_app.testing.provider_suite import (
    Expected,
    Proof,
    ProviderCase,
    ProviderSuite,
    Sample,
    Trouble,
)
from rooms.domain.content import Button, LocationContent, MediaContent, RichContent, TextContent
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.message import InboundMessage
from tests.providers.posting import JPEG, PICTURE, URL, WORDS, answers, posts, sets, without
from tests.providers.telnyx.account import make_rcs as make_telnyx

TWILIO = TwilioWebhooks(URL)
CHOICE = RichContent(body="Which?", buttons=[Button(label="Yes", value="yes")])


def make_twilio(vendor: FakeTwilio, **config: Any) -> TwilioRCSProvider:
    account = {
        "account_sid": twilio_answers.ACCOUNT_SID,
        "auth_token": twilio_answers.AUTH_TOKEN,
        "messaging_service_sid": twilio_answers.SERVICE_SID,
        "base_url": vendor.url,
    }
    return TwilioRCSProvider(TwilioRCSConfig.model_validate(account | config))


class TestTwilioRCS(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTwilio,
        make_provider=make_twilio,
        to=CUSTOMER,
        contents=(WORDS, PICTURE),
        troubles={
            "opted out": Trouble(SendOutcome.OPTED_OUT, sets("opted_out", CUSTOMER)),
            "wrong token": Trouble(SendOutcome.AUTH, config={"auth_token": "wrong-token"}),
            "no service": Trouble(
                SendOutcome.REJECTED, config={"messaging_service_sid": "MG" + "0" * 31 + "9"}
            ),
            "too fast": answers(
                SendOutcome.THROTTLED, error_response(429, 20429, "Slow", Retry_After="7"), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, error_response(503, 20503, "Down")),
            "broken": answers(SendOutcome.UNKNOWN, error_response(500, 20500, "Oops")),
        },
        proof=Proof(
            posts(TWILIO.inbound_rcs),
            carried_by=("x-twilio-signature",),
            unconfigured={"auth_token": ""},
        ),
        webhooks=(
            Sample(
                "text",
                posts(TWILIO.inbound_rcs),
                (
                    Expected(
                        InboundMessage, sender_id=CUSTOMER, content=TextContent(body="Bonjour")
                    ),
                ),
            ),
            Sample(
                "tapped suggestion",
                posts(lambda: TWILIO.inbound_rcs("", ButtonText="Yes", ButtonPayload="yes")),
                (Expected(InboundMessage, content=TextContent(body="Yes")),),
            ),
            Sample(
                "read",
                posts(lambda: TWILIO.status("SM1", "read", sender="rcs:agent")),
                (Expected(DeliveryStatus, message_id="SM1", status="read", recipient=CUSTOMER),),
            ),
        ),
        secrets=(twilio_answers.AUTH_TOKEN, "wrong-token"),
    )


USER_FILE = {
    "payload": {
        "file_uri": JPEG,
        "mime_type": "image/jpeg",
        "file_name": "a.jpg",
        "file_size_bytes": 3,
    }
}


class TestTelnyxRCS(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTelnyx,
        make_provider=lambda vendor, **config: make_telnyx(vendor.api, **config),
        to=CUSTOMER,
        contents=(WORDS, PICTURE, CHOICE),
        troubles={
            "opted out": Trouble(SendOutcome.OPTED_OUT, sets("blocked", CUSTOMER)),
            "wrong key": Trouble(SendOutcome.AUTH, config={"api_key": "KEYwrong"}),
            "unknown agent": Trouble(SendOutcome.REJECTED, config={"agent_id": "Nobody"}),
            "too fast": answers(SendOutcome.THROTTLED, too_many_requests(7), wait=7.0),
            "down": answers(SendOutcome.TRANSIENT, refusal(503, "50000", "Down").response),
            "broken": answers(SendOutcome.UNKNOWN, refusal(500, "10007", "Oops").response),
        },
        proof=Proof(
            posts(lambda: telnyx_webhooks.inbound_rcs({"text": "hi"})),
            carried_by=("telnyx-signature-ed25519", "telnyx-timestamp"),
            unconfigured=without("public_key"),
            stale=posts(lambda: telnyx_webhooks.signed(b"{}", timestamp=1767225600)),
        ),
        webhooks=(
            Sample(
                "text",
                posts(lambda: telnyx_webhooks.inbound_rcs({"text": "hi"})),
                (Expected(InboundMessage, sender_id=CUSTOMER, content=TextContent(body="hi")),),
            ),
            Sample(
                "picture",
                posts(lambda: telnyx_webhooks.inbound_rcs({"user_file": USER_FILE})),
                (
                    Expected(
                        InboundMessage,
                        content=MediaContent(
                            url=JPEG, mime_type="image/jpeg", filename="a.jpg", size_bytes=3
                        ),
                    ),
                ),
            ),
            Sample(
                "place",
                posts(
                    lambda: telnyx_webhooks.inbound_rcs(
                        {"location": {"latitude": 45.5, "longitude": -73.5}}
                    )
                ),
                (
                    Expected(
                        InboundMessage, content=LocationContent(latitude=45.5, longitude=-73.5)
                    ),
                ),
            ),
            Sample(
                "read",
                posts(
                    lambda: telnyx_webhooks.status(
                        "message.read", "m1", {CUSTOMER: "read"}, kind="RCS"
                    )
                ),
                (Expected(DeliveryStatus, message_id="m1", status="read", recipient=CUSTOMER),),
            ),
        ),
        secrets=(API_KEY, "KEYwrong"),
    )
