"""Every vendor whose webhooks we take, with honest webhooks that hostile ones are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from channels_app import (
    EmailChannel,
    HTTPChannel,
    MessengerChannel,
    RCSChannel,
    SMSChannel,
    TeamsChannel,
    TelegramChannel,
    WhatsAppChannel,
)
from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import WebhookRequest
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from channels_app.providers.elasticemail.email import ElasticEmailProvider
from channels_app.providers.http_webhook.config import HTTPProviderConfig
from channels_app.providers.http_webhook.provider import WebhookHTTPProvider
from channels_app.providers.meta.config import MessengerConfig, WhatsAppCloudConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.email import SendGridProvider
from channels_app.providers.sinch.config import SinchConfig
from channels_app.providers.sinch.sms import SinchSMSProvider
from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.email import SMTPProvider
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.providers.teams.config import TeamsConfig
from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.providers.telegram.config import TelegramConfig
from channels_app.providers.telnyx.config import TelnyxConfig, TelnyxRCSConfig
from channels_app.providers.telnyx.rcs import TelnyxRCSProvider
from channels_app.providers.telnyx.sms import TelnyxSMSProvider
from channels_app.providers.twilio.config import (
    TwilioConfig,
    TwilioRCSConfig,
    TwilioWhatsAppConfig,
)
from channels_app.providers.twilio.rcs import TwilioRCSProvider
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.providers.twilio.whatsapp import TwilioWhatsAppProvider
from channels_app.providers.voicemeup.config import VoiceMeUpConfig
from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider
from channels_app.testing.fakes import (
    elasticemail_webhooks,
    http_webhook,
    sendgrid_webhooks,
    sinch,
    sinch_webhooks,
    teams_tokens,
    telegram,
    telnyx,
    telnyx_desk,
    telnyx_webhooks,
    twilio_answers,
    voicemeup,
)
from tests.webhooks import honest_mails, honest_messages
from tests.webhooks.honest_messages import PAGE_ID, PHONE_NUMBER_ID, WABA_ID, Posted

SITE = "http://testserver"
NOWHERE = "http://127.0.0.1:9"
FROM_EMAIL = "support@example.org"


@dataclass(frozen=True)
class Vendor:
    """A provider behind a channel, and what its vendor posts when it means well."""

    channel: TransportChannel
    provider: Provider
    honest: tuple[Posted, ...] = field(repr=False)

    @property
    def path(self) -> str:
        """Where the vendor posts to."""
        return f"/webhooks/{self.channel.channel_type}/{self.provider.slug}/{self.channel_id}"

    @property
    def channel_id(self) -> str:
        return self.channel.channel_id

    def request(self, body: bytes, headers: Mapping[str, str], query: str = "") -> WebhookRequest:
        """Return a request as it would arrive."""
        url = f"{SITE}{self.path}{'?' if query else ''}{query}"
        lower = {name.lower(): value for name, value in headers.items()}
        return WebhookRequest("POST", url, lower, body)


def make_vendors(*, openid_url: str = NOWHERE) -> list[Vendor]:
    """Make one of each; Teams' keys are looked for at `openid_url`."""
    return [*_by_phone(), *_by_app(openid_url), *_by_mail()]


def _by_phone() -> Iterator[Vendor]:
    token = SecretStr(twilio_answers.AUTH_TOKEN)
    number, sid = twilio_answers.NUMBER, twilio_answers.ACCOUNT_SID
    service = twilio_answers.SERVICE_SID
    texts = TwilioSMSProvider(TwilioConfig(account_sid=sid, auth_token=token, from_number=number))
    yield Vendor(SMSChannel("tw", provider=texts), texts, honest_messages.twilio())
    rich = TwilioRCSProvider(
        TwilioRCSConfig(account_sid=sid, auth_token=token, messaging_service_sid=service)
    )
    yield Vendor(RCSChannel("tw-rcs", provider=rich), rich, honest_messages.twilio())
    chats = TwilioWhatsAppProvider(
        TwilioWhatsAppConfig(account_sid=sid, auth_token=token, from_number=number)
    )
    yield Vendor(WhatsAppChannel("tw-wa", provider=chats), chats, honest_messages.twilio())
    yield from _telnyx()
    sinch_sms = SinchSMSProvider(
        SinchConfig(
            service_plan_id=sinch.PLAN_ID,
            api_token=SecretStr(sinch.API_TOKEN),
            from_number=sinch_webhooks.NUMBER,
            webhook_secret=SecretStr(sinch_webhooks.WEBHOOK_SECRET),
        )
    )
    yield Vendor(SMSChannel("si", provider=sinch_sms), sinch_sms, honest_messages.sinch())
    vmu = VoiceMeUpSMSProvider(
        VoiceMeUpConfig(
            username=voicemeup.USERNAME,
            auth_token=SecretStr(voicemeup.AUTH_TOKEN),
            from_number=voicemeup.NUMBER,
            webhook_token=SecretStr("token"),
        )
    )
    yield Vendor(SMSChannel("vm", provider=vmu), vmu, honest_messages.voicemeup())


def _telnyx() -> Iterator[Vendor]:
    key = SecretStr(telnyx.API_KEY)
    texts = TelnyxSMSProvider(
        TelnyxConfig(
            api_key=key,
            from_number=telnyx_desk.NUMBER,
            public_key=telnyx_webhooks.PUBLIC_KEY,
        )
    )
    yield Vendor(SMSChannel("tx", provider=texts), texts, honest_messages.telnyx())
    rich = TelnyxRCSProvider(
        TelnyxRCSConfig(
            api_key=key, agent_id=telnyx_desk.AGENT_ID, public_key=telnyx_webhooks.PUBLIC_KEY
        )
    )
    yield Vendor(RCSChannel("tx-rcs", provider=rich), rich, honest_messages.telnyx())


def _by_app(openid_url: str) -> Iterator[Vendor]:
    secret = SecretStr("app-secret")
    whatsapp = WhatsAppCloudProvider(
        WhatsAppCloudConfig(
            access_token=secret,
            phone_number_id=PHONE_NUMBER_ID,
            waba_id=WABA_ID,
            app_secret=secret,
            verify_token=secret,
        )
    )
    yield Vendor(WhatsAppChannel("wa", provider=whatsapp), whatsapp, honest_messages.whatsapp())
    messenger = FacebookMessengerProvider(
        MessengerConfig(
            page_access_token=secret, page_id=PAGE_ID, app_secret=secret, verify_token=secret
        )
    )
    yield Vendor(MessengerChannel("ms", provider=messenger), messenger, honest_messages.messenger())
    bot = TelegramBotProvider(
        TelegramConfig(
            bot_token=SecretStr(telegram.TOKEN), webhook_secret=SecretStr(telegram.SECRET)
        )
    )
    yield Vendor(TelegramChannel("tg", provider=bot), bot, honest_messages.telegram())
    teams = BotFrameworkTeamsProvider(
        TeamsConfig(
            app_id=teams_tokens.APP_ID,
            app_password=SecretStr(teams_tokens.PASSWORD),
            openid_url=openid_url,
            timeout=5,
        )
    )
    yield Vendor(TeamsChannel("teams", provider=teams), teams, honest_messages.teams())
    hook = WebhookHTTPProvider(
        HTTPProviderConfig(webhook_url=NOWHERE, secret=SecretStr(http_webhook.SECRET))
    )
    yield Vendor(HTTPChannel("ht", provider=hook), hook, honest_messages.http())


def _by_mail() -> Iterator[Vendor]:
    key = SecretStr("key")
    sendgrid = SendGridProvider(
        SendGridConfig(
            api_key=key,
            from_email=FROM_EMAIL,
            event_public_key=sendgrid_webhooks.EVENT_PUBLIC_KEY,
            parse_public_key=sendgrid_webhooks.PARSE_PUBLIC_KEY,
        )
    )
    yield Vendor(EmailChannel("sg", provider=sendgrid), sendgrid, honest_mails.sendgrid())
    elastic = ElasticEmailProvider(
        ElasticEmailConfig(
            api_key=key,
            from_email=FROM_EMAIL,
            webhook_secret=SecretStr(elasticemail_webhooks.SECRET),
            webhook_token=SecretStr(elasticemail_webhooks.URL_TOKEN),
        )
    )
    yield Vendor(EmailChannel("el", provider=elastic), elastic, honest_mails.elasticemail())
    smtp = SMTPProvider(
        SMTPConfig(
            from_email=FROM_EMAIL,
            reply_address="reply@in.example.org",
            reply_secrets=[SecretStr("reply-secret")],
            authserv_id="mx.example.org",
            webhook_secrets=[SecretStr(http_webhook.SECRET)],
        )
    )
    yield Vendor(EmailChannel("sm", provider=smtp), smtp, honest_mails.smtp())
