"""The suite of providers over those that send WhatsApp messages."""

from typing import Any

from channels_app.providers.base.webhook import (
    ContactChanged,
    EchoChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
)
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.providers.twilio.config import TwilioWhatsAppConfig
from channels_app.providers.twilio.whatsapp import TwilioWhatsAppProvider
from channels_app.testing.fakes import meta_whatsapp_webhooks as wa
from channels_app.testing.fakes import twilio_answers
from channels_app.testing.fakes.meta import error_body
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.server import Response
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
from rooms.domain.content import (
    Button,
    CompositeContent,
    LocationContent,
    MediaContent,
    RichContent,
    TextContent,
)
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.echo import EchoMessage
from rooms.domain.message import InboundMessage
from tests.providers.posting import JPEG, PICTURE, URL, WORDS, answers, posts, sets, without

WA_ID = CUSTOMER.removeprefix("+")
PLACE = LocationContent(latitude=45.5, longitude=-73.5, label="Here")
CHOICE = RichContent(body="Which?", buttons=[Button(label="Yes", value="yes")])
PAIR = CompositeContent(parts=[TextContent(body="Look"), PICTURE])

# -- Meta

HOOKS = FakeWhatsAppCloud().hooks
MIXED = HOOKS.value(wa.text("hi"), wa.text("you", message_id="wamid.IN2"))
BATCH = HOOKS.post(MIXED, HOOKS.value(statuses=[wa.status("wamid.OUT1", "read")]))


def make_cloud(vendor: FakeWhatsAppCloud, **config: Any) -> WhatsAppCloudProvider:
    account = {
        "access_token": vendor.token,
        "phone_number_id": vendor.phone_number_id,
        "waba_id": vendor.hooks.waba_id,
        "app_secret": vendor.app_secret,
        "verify_token": vendor.verify_token,
        "api_base": vendor.url,
    }
    return WhatsAppCloudProvider(WhatsAppCloudConfig.model_validate(account | config))


def refuses(outcome: SendOutcome, code: int, status: int = 400) -> Trouble:
    return answers(outcome, Response(status, error_body(code)))


def inbound(message: wa.Json) -> Any:
    return posts(lambda: HOOKS.inbound(message))


class TestWhatsAppCloud(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeWhatsAppCloud,
        make_provider=make_cloud,
        to=CUSTOMER,
        contents=(WORDS, PICTURE, PLACE, CHOICE, PAIR),
        troubles={
            "window closed": Trouble(SendOutcome.WINDOW_CLOSED, sets("closed", WA_ID)),
            "not on WhatsApp": Trouble(SendOutcome.REJECTED, sets("not_on_whatsapp", WA_ID)),
            "wrong token": Trouble(SendOutcome.AUTH, config={"access_token": "wrong-token"}),
            "opted out": refuses(SendOutcome.OPTED_OUT, 131050),
            "too fast": answers(
                SendOutcome.THROTTLED,
                Response(400, error_body(130429), {"Retry-After": "7"}),
                wait=7.0,
            ),
            "down": refuses(SendOutcome.TRANSIENT, 131016, 503),
            "broken": answers(SendOutcome.UNKNOWN, Response(500, "<html>")),
        },
        proof=Proof(
            posts(lambda: HOOKS.inbound_text("hi")),
            carried_by=("x-hub-signature-256",),
            unconfigured=without("app_secret"),
        ),
        webhooks=(
            Sample(
                "text",
                posts(lambda: HOOKS.inbound_text("hi")),
                (Expected(InboundMessage, sender_id=CUSTOMER, content=TextContent(body="hi")),),
            ),
            Sample(
                "voice", inbound(wa.media("audio", "1", "audio/ogg")), (Expected(InboundMessage),)
            ),
            Sample(
                "pushed button",
                inbound(wa.button_reply("yes", "Yes")),
                (Expected(InboundMessage, content=TextContent(body="Yes")),),
            ),
            Sample(
                "edit",
                inbound(wa.edit("wamid.IN1", {"type": "text", "text": {"body": "new"}})),
                (
                    Expected(
                        MessageEdited,
                        provider_message_id="wamid.IN1",
                        content=TextContent(body="new"),
                    ),
                ),
            ),
            Sample(
                "deletion",
                inbound(wa.revoke("wamid.IN1")),
                (Expected(MessageDeleted, provider_message_id="wamid.IN1"),),
            ),
            Sample(
                "reaction",
                inbound(wa.reaction("wamid.OUT1", "👍")),
                (Expected(MessageReacted, provider_message_id="wamid.OUT1", emoji="👍"),),
            ),
            Sample(
                "new number",
                inbound(wa.number_changed("15145550124")),
                (Expected(ContactChanged, change="address_changed", sender_id=CUSTOMER),),
            ),
            Sample(
                "failed",
                posts(lambda: HOOKS.status("wamid.OUT1", "failed", error={"code": 131047})),
                (Expected(DeliveryStatus, status="failed", error_code="131047"),),
            ),
            Sample(
                "batch",
                posts(lambda: BATCH),
                (
                    Expected(InboundMessage, external_id="wamid.IN1"),
                    Expected(InboundMessage, external_id="wamid.IN2"),
                    Expected(DeliveryStatus, message_id="wamid.OUT1", status="read"),
                ),
            ),
            Sample(
                "written in the app",
                posts(lambda: HOOKS.echo("hi")),
                (Expected(EchoMessage, recipient_id=CUSTOMER, content=TextContent(body="hi")),),
            ),
            Sample(
                "taken back in the app",
                posts(lambda: HOOKS.echoed("revoke", {"original_message_id": "wamid.ECHO1"})),
                (Expected(EchoChanged, recipient_id=CUSTOMER),),
            ),
        ),
        secrets=("EAAtest", "fake-app-secret", "fake-verify-token", "wrong-token"),
    )


# -- Twilio

TWILIO = TwilioWebhooks(URL)


def make_twilio(vendor: FakeTwilio, **config: Any) -> TwilioWhatsAppProvider:
    account = {
        "account_sid": twilio_answers.ACCOUNT_SID,
        "auth_token": twilio_answers.AUTH_TOKEN,
        "from_number": twilio_answers.WHATSAPP_NUMBER,
        "base_url": vendor.url,
    }
    return TwilioWhatsAppProvider(TwilioWhatsAppConfig.model_validate(account | config))


class TestTwilioWhatsApp(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTwilio,
        make_provider=make_twilio,
        to=CUSTOMER,
        contents=(WORDS, PICTURE, PLACE),
        troubles={
            "opted out": Trouble(SendOutcome.OPTED_OUT, sets("opted_out", f"whatsapp:{CUSTOMER}")),
            "wrong token": Trouble(SendOutcome.AUTH, config={"auth_token": "wrong-token"}),
            "unknown sender": Trouble(SendOutcome.REJECTED, config={"from_number": "+15145550000"}),
            "window closed": answers(SendOutcome.WINDOW_CLOSED, error_response(400, 63016, "Late")),
            "too fast": answers(
                SendOutcome.THROTTLED, error_response(429, 20429, "Slow", Retry_After="7"), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, error_response(503, 20503, "Down")),
            "broken": answers(SendOutcome.UNKNOWN, error_response(500, 20500, "Oops")),
        },
        proof=Proof(
            posts(TWILIO.inbound_whatsapp),
            carried_by=("x-twilio-signature",),
            unconfigured={"auth_token": ""},
        ),
        webhooks=(
            Sample(
                "text",
                posts(TWILIO.inbound_whatsapp),
                (
                    Expected(
                        InboundMessage, sender_id=CUSTOMER, content=TextContent(body="Bonjour")
                    ),
                ),
            ),
            Sample(
                "place",
                posts(lambda: TWILIO.inbound_whatsapp("", Latitude="45.5", Longitude="-73.5")),
                (
                    Expected(
                        InboundMessage, content=LocationContent(latitude=45.5, longitude=-73.5)
                    ),
                ),
            ),
            Sample(
                "picture",
                posts(
                    lambda: TWILIO.inbound_whatsapp(
                        "", NumMedia="1", MediaUrl0=JPEG, MediaContentType0="image/jpeg"
                    )
                ),
                (Expected(InboundMessage, content=MediaContent(url=JPEG, mime_type="image/jpeg")),),
            ),
            Sample(
                "read",
                posts(
                    lambda: TWILIO.status(
                        "SM1", "delivered", EventType="READ", to=f"whatsapp:{CUSTOMER}"
                    )
                ),
                (Expected(DeliveryStatus, message_id="SM1", status="read", recipient=CUSTOMER),),
            ),
        ),
        secrets=(twilio_answers.AUTH_TOKEN, "wrong-token"),
    )
