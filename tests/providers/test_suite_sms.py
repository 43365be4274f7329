"""The suite of providers over those that send text messages."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from channels_app.providers.base.webhook import ContactChanged, WebhookRequest
from channels_app.providers.twilio.config import TwilioConfig
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.testing.fakes import (
    sinch_webhooks,
    telnyx_webhooks,
    twilio_answers,
)
from channels_app.testing.fakes.server import Response
from channels_app.testing.fakes.sinch import API_TOKEN, FakeSinch
from channels_app.testing.fakes.sinch import refusal as sinch_refusal
from channels_app.testing.fakes.telnyx import API_KEY, FakeTelnyx, refusal, too_many_requests
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import error_response
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER, SID, TwilioWebhooks
from channels_app.testing.fakes.voicemeup import (
    AUTH_TOKEN,
    FakeVoiceMeUp,
    inbound,
    inbound_mms,
)
from channels_app.testing.fakes.voicemeup import refusal as voicemeup_refusal
from channels_app.testing.provider_suite import (
    Expected,
    Proof,
    ProviderCase,
    ProviderSuite,
    Sample,
    Trouble,
)
from rooms.domain.content import CompositeContent, MediaContent, TextContent
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.message import InboundMessage
from tests.providers.posting import JPEG, PICTURE, URL, WORDS, answers, posts, sets, without
from tests.providers.sinch.account import make_sms as make_sinch
from tests.providers.telnyx.account import make_sms as make_telnyx
from tests.providers.voicemeup.account import WEBHOOK_TOKEN
from tests.providers.voicemeup.account import make_sms as make_voicemeup

LONG = TextContent(body="a" * 4000)
TWO = CompositeContent(parts=[TextContent(body="Look"), PICTURE])
HELLO = Expected(
    InboundMessage, sender_id=CUSTOMER, content=TextContent(body="Bonjour"), event_type="message"
)
SEEN = Expected(
    InboundMessage,
    sender_id=CUSTOMER,
    content=MediaContent(url=JPEG, mime_type="image/jpeg", caption="look"),
)


def report(message_id: str, status: str, **facts: Any) -> Expected:
    return Expected(
        DeliveryStatus, message_id=message_id, status=status, recipient=CUSTOMER, **facts
    )


# -- Twilio

TWILIO = TwilioWebhooks(URL)


# Of twilio-python's own tests of its validator.
TWILIO_VECTOR = WebhookRequest(
    "POST",
    "https://mycompany.com/myapp.php?foo=1&bar=2",
    {"x-twilio-signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
    b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234"
    b"&From=%2B14158675309&To=%2B18005551212",
)


def make_twilio(vendor: FakeTwilio, **config: Any) -> TwilioSMSProvider:
    account = {
        "account_sid": twilio_answers.ACCOUNT_SID,
        "auth_token": twilio_answers.AUTH_TOKEN,
        "from_number": twilio_answers.NUMBER,
        "base_url": vendor.url,
    }
    return TwilioSMSProvider(TwilioConfig.model_validate(account | config))


def twilio_webhook(make: str, *args: str, **fields: str) -> Any:
    return posts(lambda: getattr(TWILIO, make)(*args, **fields))


TWILIO_WEBHOOKS = (
    Sample("text", twilio_webhook("inbound_text"), (HELLO,)),
    Sample("picture", twilio_webhook("inbound_media", JPEG, text="look"), (SEEN,)),
    Sample(
        "stop",
        twilio_webhook("inbound_text", "STOP"),
        (
            Expected(ContactChanged, sender_id=CUSTOMER, change="opted_out"),
            Expected(InboundMessage),
        ),
    ),
    Sample("delivered", twilio_webhook("status", SID, "delivered"), (report(SID, "delivered"),)),
    Sample(
        "failed",
        twilio_webhook("status", SID, "undelivered", ErrorCode="30003"),
        (report(SID, "failed", error_code="30003"),),
    ),
    Sample("nothing", twilio_webhook("inbound_text", ""), ()),
)
TWILIO_TROUBLES = {
    "opted out": Trouble(SendOutcome.OPTED_OUT, sets("opted_out", CUSTOMER)),
    "wrong token": Trouble(SendOutcome.AUTH, config={"auth_token": "wrong-token"}),
    "unknown sender": Trouble(SendOutcome.REJECTED, config={"from_number": "+15145550000"}),
    "too fast": answers(
        SendOutcome.THROTTLED, error_response(429, 20429, "Slow", Retry_After="7"), wait=7.0
    ),
    "down": answers(SendOutcome.TRANSIENT, error_response(503, 20503, "Down")),
    "broken": answers(SendOutcome.UNKNOWN, error_response(500, 20500, "Oops")),
    "window closed": answers(SendOutcome.WINDOW_CLOSED, error_response(400, 63016, "Late")),
}


class TestTwilio(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTwilio,
        make_provider=make_twilio,
        to=CUSTOMER,
        contents=(WORDS, LONG, PICTURE, TWO),
        troubles=TWILIO_TROUBLES,
        proof=Proof(
            posts(TWILIO.inbound_text),
            carried_by=("x-twilio-signature",),
            unconfigured={"auth_token": ""},
            vectors=((TWILIO_VECTOR, {"auth_token": "12345"}),),
        ),
        webhooks=TWILIO_WEBHOOKS,
        secrets=(twilio_answers.AUTH_TOKEN, "wrong-token"),
    )


# -- Telnyx

FILE = {"url": JPEG, "content_type": "image/jpeg", "size": 3}
FINAL = "message.finalized"
# Computed by another implementation, for the key whose seed is the bytes from 0 to 31.
TELNYX_VECTOR = WebhookRequest(
    "POST",
    URL,
    {
        "telnyx-timestamp": "1767225600",
        "telnyx-signature-ed25519": "w9TRWL8lGhA1V+KmZC5wbt48fq+X2Dql5Eh4MLmox"
        "ZhFizn++kr7ZP31IUpUX9OJyWpoH8Ko7joZ92GsfajmCg==",
    },
    b'{"data":{"event_type":"message.received"}}',
    received_at=datetime(2026, 1, 1, tzinfo=UTC),
)


class TestTelnyx(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTelnyx,
        make_provider=lambda vendor, **config: make_telnyx(vendor.api, **config),
        to=CUSTOMER,
        contents=(WORDS, LONG, PICTURE, TWO),
        troubles={
            "opted out": Trouble(SendOutcome.OPTED_OUT, sets("blocked", CUSTOMER)),
            "wrong key": Trouble(SendOutcome.AUTH, config={"api_key": "KEYwrong"}),
            "no number": Trouble(SendOutcome.REJECTED, to="not a number"),
            "too fast": answers(SendOutcome.THROTTLED, too_many_requests(7), wait=7.0),
            "down": answers(SendOutcome.TRANSIENT, refusal(503, "50000", "Down").response),
            "broken": answers(SendOutcome.UNKNOWN, refusal(500, "10007", "Oops").response),
        },
        proof=Proof(
            posts(telnyx_webhooks.inbound_sms),
            carried_by=("telnyx-signature-ed25519", "telnyx-timestamp"),
            unconfigured=without("public_key"),
            stale=posts(lambda: telnyx_webhooks.signed(b"{}", timestamp=1767225600)),
            vectors=((TELNYX_VECTOR, {}),),
        ),
        webhooks=(
            Sample("text", posts(telnyx_webhooks.inbound_sms), (HELLO,)),
            Sample(
                "picture",
                posts(lambda: telnyx_webhooks.inbound_sms("look", media=[FILE])),
                (
                    Expected(
                        InboundMessage,
                        sender_id=CUSTOMER,
                        content=MediaContent(
                            url=JPEG, mime_type="image/jpeg", caption="look", size_bytes=3
                        ),
                    ),
                ),
            ),
            Sample(
                "delivered to one of two",
                posts(
                    lambda: telnyx_webhooks.status(
                        FINAL, "m1", {CUSTOMER: "delivered", "+15145550124": "delivery_failed"}
                    )
                ),
                (
                    report("m1", "delivered"),
                    Expected(DeliveryStatus, status="failed", recipient="+15145550124"),
                ),
            ),
            Sample(
                "stop",
                posts(lambda: telnyx_webhooks.inbound_sms("STOP", autoresponse_type="STOP")),
                (Expected(ContactChanged, change="opted_out"), Expected(InboundMessage)),
            ),
        ),
        secrets=(API_KEY, "KEYwrong"),
    )


# -- Sinch

UPLOADED = {"url": JPEG, "content_type": "image/jpeg", "status": "Uploaded", "code": 0}
LOST = {"url": "", "content_type": "image/jpeg", "status": "Failed", "code": 1}
PARTS = [
    {"code": 0, "status": "Delivered", "count": 1, "recipients": ["15145550123"]},
    {"code": 402, "status": "Aborted", "count": 1, "recipients": ["15145550124"]},
]


class TestSinch(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeSinch,
        make_provider=lambda vendor, **config: make_sinch(vendor.url, **config),
        to=CUSTOMER,
        contents=(WORDS, LONG, PICTURE, TWO),
        troubles={
            "wrong token": Trouble(SendOutcome.AUTH, config={"api_token": "wrong-token"}),
            "foreign sender": Trouble(SendOutcome.REJECTED, sets("senders", "15145550000")),
            "too fast": answers(
                SendOutcome.THROTTLED, Response(429, {}, {"Retry-After": "7"}), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, sinch_refusal(503, "down", "Down").response),
            "broken": answers(SendOutcome.UNKNOWN, sinch_refusal(500, "oops", "Oops").response),
        },
        proof=Proof(
            posts(sinch_webhooks.inbound_text),
            carried_by=(
                "x-sinch-webhook-signature",
                "x-sinch-webhook-signature-nonce",
                "x-sinch-webhook-signature-timestamp",
            ),
            unconfigured=without("webhook_secret"),
            stale=posts(lambda: sinch_webhooks.signed(b"{}", timestamp=1767225600)),
        ),
        webhooks=(
            Sample("text", posts(sinch_webhooks.inbound_text), (HELLO,)),
            Sample(
                "picture, and one that was lost",
                posts(lambda: sinch_webhooks.inbound_media([UPLOADED, LOST], message="look")),
                (SEEN,),
            ),
            Sample(
                "delivered",
                posts(lambda: sinch_webhooks.recipient_report("b1", "Delivered")),
                (report("b1", "delivered"),),
            ),
            Sample(
                "batch of two",
                posts(lambda: sinch_webhooks.batch_report("b1", PARTS)),
                (
                    report("b1", "delivered"),
                    Expected(DeliveryStatus, status="failed", recipient="+15145550124"),
                ),
            ),
        ),
        secrets=(API_TOKEN, "wrong-token", sinch_webhooks.WEBHOOK_SECRET),
    )


# -- VoiceMeUp

VMU_TO = "+14185550123"
VMU_URL = f"{URL}?{urlencode({'token': WEBHOOK_TOKEN})}"


class TestVoiceMeUp(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeVoiceMeUp,
        make_provider=lambda vendor, **config: make_voicemeup(vendor.url, **config),
        to=VMU_TO,
        contents=(WORDS, LONG, PICTURE, TWO),
        troubles={
            "no number": Trouble(SendOutcome.REJECTED, to="+12"),
            "error in a success": answers(
                SendOutcome.REJECTED, voicemeup_refusal("no_credit", "No").response
            ),
            "closed door": answers(SendOutcome.AUTH, Response(403, "?")),
            "too fast": answers(
                SendOutcome.THROTTLED, Response(429, "?", {"Retry-After": "7"}), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, Response(503, "?")),
            "broken": answers(SendOutcome.UNKNOWN, Response(500, "?")),
        },
        proof=Proof(
            posts(inbound, VMU_URL),
            carried_by=("?token",),
            covers_body=False,
            unconfigured=without("webhook_token"),
        ),
        webhooks=(
            Sample(
                "text",
                posts(inbound, VMU_URL),
                (Expected(InboundMessage, sender_id=VMU_TO, content=TextContent(body="Salut")),),
            ),
            Sample("form", posts(lambda: inbound(form=True), VMU_URL), (Expected(InboundMessage),)),
            Sample(
                "words of a picture",
                posts(lambda: inbound_mms("look", JPEG, "image/jpeg")[0], VMU_URL),
                (Expected(InboundMessage, content=TextContent(body="look")),),
            ),
            Sample(
                "picture",
                posts(lambda: inbound_mms("look", JPEG, "image/jpeg")[1], VMU_URL),
                (Expected(InboundMessage, content=PICTURE),),
            ),
            Sample("our own", posts(lambda: inbound(direction="outbound"), VMU_URL), ()),
        ),
        secrets=(AUTH_TOKEN, WEBHOOK_TOKEN),
    )
