"""The suite of providers over those that people have an app for, and over plain webhooks."""

from typing import Any

from channels_app.providers.base.webhook import (
    ContactChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    MessagesRead,
    SenderTyping,
)
from channels_app.providers.http_webhook.config import HTTPProviderConfig
from channels_app.providers.http_webhook.provider import WebhookHTTPProvider
from channels_app.providers.meta.config import MessengerConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.config import TeamsConfig
from channels_app.testing.fakes import http_webhook, teams_activities, teams_tokens, telegram
from channels_app.testing.fakes.http_webhook import FakeReceiver
from channels_app.testing.fakes.meta import error_body
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from channels_app.testing.fakes.server import Response
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_connector import refusal
from channels_app.testing.fakes.telegram import FakeTelegram, error, flood
from channels_app.testing.fakes.telegram_updates import TelegramUpdates
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
from tests.providers.posting import JPEG, PICTURE, WORDS, answers, posts, request, sets, without
from tests.providers.telegram.bots import CHAT, make_bot

CHOICE = RichContent(body="Which?", buttons=[Button(label="Yes", value="yes")])
PLACE = LocationContent(latitude=45.5, longitude=-73.5)
HI = TextContent(body="hi")

# -- Messenger

PAGE = FakeMessenger().hooks


def make_messenger(vendor: FakeMessenger, **config: Any) -> FacebookMessengerProvider:
    account = {
        "page_access_token": vendor.token,
        "page_id": vendor.page_id,
        "app_secret": vendor.app_secret,
        "verify_token": vendor.verify_token,
        "api_base": vendor.url,
    }
    return FacebookMessengerProvider(MessengerConfig.model_validate(account | config))


def meta_refuses(outcome: SendOutcome, code: int, status: int = 400, **more: Any) -> Trouble:
    return answers(outcome, Response(status, error_body(code, **more)))


def page_posts(*events: dict[str, Any]) -> Any:
    return posts(lambda: PAGE.post(*events))


class TestMessenger(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeMessenger,
        make_provider=make_messenger,
        to=PSID,
        contents=(WORDS, PICTURE, CHOICE, CompositeContent(parts=[WORDS, PICTURE])),
        troubles={
            "window closed": Trouble(SendOutcome.WINDOW_CLOSED, sets("closed", PSID)),
            "nobody": Trouble(SendOutcome.REJECTED, sets("unknown", PSID)),
            "wrong token": Trouble(SendOutcome.AUTH, config={"page_access_token": "wrong-token"}),
            "opted out": meta_refuses(SendOutcome.OPTED_OUT, 200, 403, subcode=1545041),
            "too fast": answers(
                SendOutcome.THROTTLED,
                Response(400, error_body(613), {"Retry-After": "7"}),
                wait=7.0,
            ),
            "down": meta_refuses(SendOutcome.TRANSIENT, 2, 500),
            "perhaps sent": meta_refuses(SendOutcome.UNKNOWN, 1, 500, subcode=1357046),
        },
        proof=Proof(
            posts(lambda: PAGE.inbound_text("hi")),
            carried_by=("x-hub-signature-256",),
            unconfigured=without("app_secret"),
        ),
        webhooks=(
            Sample(
                "text",
                page_posts(PAGE.text("hi")),
                (Expected(InboundMessage, sender_id=PSID, content=HI),),
            ),
            Sample(
                "picture",
                page_posts(PAGE.files(("image", JPEG))),
                (Expected(InboundMessage, sender_id=PSID),),
            ),
            Sample(
                "pushed button", page_posts(PAGE.postback("p", "t")), (Expected(InboundMessage),)
            ),
            Sample(
                "reaction",
                page_posts(PAGE.reaction("m_OUT1", "👍")),
                (Expected(MessageReacted, provider_message_id="m_OUT1", emoji="👍"),),
            ),
            Sample("edit", page_posts(PAGE.edit("m_IN1", "new")), (Expected(MessageEdited),)),
            Sample(
                "batch: delivered and read",
                page_posts(PAGE.delivery("m_OUT1"), PAGE.read()),
                (
                    Expected(DeliveryStatus, message_id="m_OUT1", status="delivered"),
                    Expected(MessagesRead, status="read"),
                ),
            ),
            Sample(
                "written in the page's inbox",
                page_posts(PAGE.echo("hi")),
                (Expected(EchoMessage, recipient_id=PSID, content=HI),),
            ),
            Sample(
                "our own words",
                page_posts(PAGE.echo_of_ours("m_OUT1", "hi", "roomkit:e1")),
                (Expected(DeliveryStatus, message_id="m_OUT1", status="sent"),),
            ),
            Sample("another app", posts(lambda: PAGE.standby(PAGE.text("hi"))), ()),
        ),
        secrets=("EAAtest", "fake-app-secret", "fake-verify-token", "wrong-token"),
    )


# -- Telegram

UPDATES = TelegramUpdates(telegram.SECRET)
TOKEN = telegram.TOKEN.partition(":")[2]


def update(make: str, *args: Any, **fields: Any) -> Any:
    return posts(lambda: getattr(UPDATES, make)(*args, **fields))


class TestTelegram(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTelegram,
        make_provider=lambda vendor, **config: make_bot(vendor.url, **config),
        to=CHAT,
        contents=(WORDS, PICTURE, PLACE, CHOICE, TextContent(body="a" * 9000)),
        troubles={
            "blocked": Trouble(
                SendOutcome.OPTED_OUT,
                lambda vendor: vendor.forbidden.update({42: "bot was blocked by the user"}),
            ),
            "no chat": Trouble(SendOutcome.REJECTED, to="43"),
            "not a bot": answers(SendOutcome.AUTH, error(401, "Unauthorized")),
            "too fast": answers(SendOutcome.THROTTLED, flood(7), wait=7.0),
            "down": answers(SendOutcome.TRANSIENT, error(503, "Service Unavailable")),
            "broken": answers(SendOutcome.UNKNOWN, error(502, "Bad Gateway")),
        },
        proof=Proof(
            update("inbound_text"),
            carried_by=("x-telegram-bot-api-secret-token",),
            covers_body=False,
            unconfigured=without("webhook_secret"),
        ),
        webhooks=(
            Sample(
                "text",
                update("inbound_text", "hi"),
                (Expected(InboundMessage, sender_id="42", external_id="42:7", content=HI),),
            ),
            Sample("photo", update("inbound_photo"), (Expected(InboundMessage, sender_id="42"),)),
            Sample(
                "place",
                update("inbound_location", 45.5, -73.5),
                (Expected(InboundMessage, content=PLACE),),
            ),
            Sample(
                "pressed button",
                update("inbound_button", "yes"),
                (Expected(InboundMessage, content=TextContent(body="Oui")),),
            ),
            Sample(
                "edit",
                update("inbound_edit", "new"),
                (Expected(MessageEdited, provider_message_id="42:7"),),
            ),
            Sample(
                "reaction",
                update("inbound_reaction", "👍"),
                (Expected(MessageReacted, provider_message_id="42:8", emoji="👍"),),
            ),
            Sample(
                "blocked",
                update("inbound_membership", "member", "kicked"),
                (Expected(ContactChanged, change="opted_out", sender_id="42"),),
            ),
            Sample(
                "moved group",
                update("inbound", migrate_to_chat_id=-100),
                (Expected(ContactChanged, change="address_changed"),),
            ),
        ),
        secrets=(TOKEN, telegram.SECRET),
    )


# -- Teams

ANA = teams_activities.ANA["id"]
CHAT_ID = teams_activities.PERSONAL["id"]


def make_teams(vendor: FakeTeams, **config: Any) -> BotFrameworkTeamsProvider:
    bot = {
        "app_id": teams_tokens.APP_ID,
        "app_password": teams_tokens.PASSWORD,
        "tenant_id": vendor.tokens.tenant_id,
        "service_hosts": (vendor.url,),
        "login_url": vendor.url,
        "openid_url": vendor.openid_url,
    }
    return BotFrameworkTeamsProvider(TeamsConfig.model_validate(bot | config))


async def be_heard(provider: BotFrameworkTeamsProvider, vendor: FakeTeams) -> None:
    """Let the bot know Ana's chat."""
    place = {"serviceUrl": vendor.service_url, "recipient": vendor.bot}
    await provider.save_conversation_reference({**teams_activities.inbound_text(), **place})


def activity(make: str, *args: Any) -> Any:
    return lambda vendor: request(vendor.post(getattr(teams_activities, make)(*args)))


def old_activity(vendor: FakeTeams) -> Any:
    return request(vendor.post(teams_activities.inbound_text(), exp=1767225600))


class TestTeams(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeTeams,
        make_provider=make_teams,
        prepare=be_heard,
        calls_before=1,
        to=CHAT_ID,
        contents=(WORDS, CHOICE, MediaContent(url=JPEG, mime_type="image/jpeg")),
        troubles={
            "blocked": Trouble(
                SendOutcome.OPTED_OUT, lambda vendor: setattr(vendor.personal, "state", "blocked")
            ),
            "unknown chat": Trouble(SendOutcome.REJECTED, to="19:nobody@thread.v2"),
            "wrong password": Trouble(SendOutcome.AUTH, config={"app_password": "wrong-password"}),
            "too fast": answers(
                SendOutcome.THROTTLED,
                refusal(429, "Throttled", "m", **{"Retry-After": "7"}),
                before=1,
                wait=7.0,
            ),
            "down": answers(SendOutcome.TRANSIENT, Response(503), before=1),
            "broken": answers(SendOutcome.UNKNOWN, refusal(500, "Error", "m"), before=1),
        },
        proof=Proof(
            activity("inbound_text"),
            carried_by=("authorization",),
            covers_body=False,
            stale=old_activity,
        ),
        webhooks=(
            Sample(
                "text",
                activity("inbound_text", "hi"),
                (Expected(InboundMessage, sender_id=ANA, content=HI),),
            ),
            Sample("file", activity("inbound_file"), (Expected(InboundMessage, sender_id=ANA),)),
            Sample("edit", activity("inbound_edit"), (Expected(MessageEdited, sender_id=ANA),)),
            Sample("deletion", activity("inbound_delete"), (Expected(MessageDeleted),)),
            Sample(
                "reaction",
                activity("inbound_reaction", "like"),
                (Expected(MessageReacted, emoji="👍"),),
            ),
            Sample("typing", activity("inbound_typing"), (Expected(SenderTyping),)),
            Sample(
                "read",
                activity("inbound_read"),
                (Expected(DeliveryStatus, status="read"), Expected(MessagesRead)),
            ),
            Sample(
                "taken off",
                activity("inbound_installation", "remove"),
                (Expected(ContactChanged, change="bot_removed"),),
            ),
        ),
        secrets=(teams_tokens.PASSWORD, "wrong-password", "eyJ0eXAiOiJKV1QifQ.access"),
    )


# -- webhooks

SITE = FakeReceiver(http_webhook.SECRET)


def make_http(vendor: FakeReceiver, **config: Any) -> WebhookHTTPProvider:
    receiver = {
        "webhook_url": vendor.hook,
        "secret": http_webhook.SECRET,
        "allow_private_hosts": True,
        "allow_http": True,
    }
    return WebhookHTTPProvider(HTTPProviderConfig.model_validate(receiver | config))


FILE = {"type": "media", "url": JPEG, "mime_type": "image/jpeg"}


class TestHTTP(ProviderSuite):
    case = ProviderCase(
        make_vendor=lambda: FakeReceiver(http_webhook.SECRET),
        make_provider=make_http,
        to="u1",
        contents=(WORDS, PICTURE, PLACE, CHOICE),
        troubles={
            "wrong secret": Trouble(SendOutcome.AUTH, config={"secret": "wrong-secret"}),
            "gone": answers(SendOutcome.REJECTED, Response(410)),
            "too fast": answers(
                SendOutcome.THROTTLED, Response(429, None, {"Retry-After": "7"}), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, Response(503)),
            "broken": answers(SendOutcome.UNKNOWN, Response(500)),
        },
        proof=Proof(
            posts(SITE.inbound_text),
            carried_by=("webhook-signature", "webhook-id", "webhook-timestamp"),
            unconfigured=without("secret"),
            stale=posts(lambda: SITE.inbound({"sender_id": "u1", "body": "x"}, stamp=1767225600)),
        ),
        webhooks=(
            Sample(
                "text",
                posts(lambda: SITE.inbound_text("hi")),
                (Expected(InboundMessage, sender_id="u1", external_id="m-1", content=HI),),
            ),
            Sample(
                "picture",
                posts(lambda: SITE.inbound({"sender_id": "u1", "content": FILE})),
                (Expected(InboundMessage, content=PICTURE, provider_message_id="msg_1"),),
            ),
        ),
        secrets=(http_webhook.SECRET, http_webhook.SECRET.removeprefix("whsec_"), "wrong-secret"),
    )
