"""The names that a user of RoomKit's library moves with: importable, and called in the same way.

Each line of the tables is a promise: a class or function of the package, its parameters with their
defaults, in order. Ours may take more, never less.
"""

import inspect

import pytest

import channels_app
from rooms import RoomKit
from tests.architecture.promises import REQUIRED, Promised, broken, by_name, fields_of, lines, read

CONFIGS = """
TwilioConfig(account_sid, auth_token, from_number, messaging_service_sid=None, timeout=10.0)
TwilioRCSConfig(account_sid, auth_token, messaging_service_sid, timeout=10.0)
TelnyxConfig(api_key, from_number, messaging_profile_id=None, timeout=10.0)
TelnyxRCSConfig(api_key, agent_id, messaging_profile_id=None, timeout=10.0)
SinchConfig(service_plan_id, api_token, from_number, region='us', webhook_secret=None, timeout=10.0)
VoiceMeUpConfig(username, auth_token, from_number, environment='production', timeout=10.0)
ElasticEmailConfig(api_key, from_email, from_name=None, is_transactional=True, timeout=30.0)
HTTPProviderConfig(webhook_url, secret=None, timeout=30.0, headers={})
MessengerConfig(page_access_token, app_secret=None, api_version='v21.0', timeout=30.0)
TelegramConfig(bot_token, webhook_secret=None, timeout=30.0)
TeamsConfig(app_id, app_password=None, tenant_id='common', certificate_thumbprint=None, \
certificate_private_key=None, certificate_public=None)
RCSDeliveryResult(success, channel_used='rcs', fallback=False, provider_message_id=None, error=None)
"""
# ElasticEmailConfig has a `base_url` too. Its default there is version 2 of the vendor's API, which
# wants the key in the body and answers failures with 200; ours speaks version 4 only.

PROPERTIES = {
    "TwilioConfig": "api_url",
    "TwilioRCSConfig": "api_url",
    "SinchConfig": "api_url",
    "VoiceMeUpConfig": "base_url",
    "MessengerConfig": "base_url",
    "TelegramConfig": "base_url",
    "TeamsConfig": "uses_certificate_auth",
    "SMSProvider": "name from_number",
    "RCSProvider": "name sender_id supports_fallback",
    "EmailProvider": "name",
    "WhatsAppProvider": "name",
    "MessengerProvider": "name",
    "TeamsProvider": "name",
    "TelegramProvider": "name",
    "HTTPProvider": "name",
    "BotFrameworkTeamsProvider": "conversation_store",
    "WebhookMeta": "is_inbound is_status",
}

FUNCTIONS = """
extract_sms_meta(provider, payload)
is_valid_phone(number, default_region='US')
normalize_phone(number, default_region='US')
parse_twilio_webhook(payload, channel_id)
parse_twilio_rcs_webhook(payload, channel_id)
parse_telnyx_webhook(payload, channel_id, *, strict=True)
parse_telnyx_rcs_webhook(payload, channel_id, *, strict=True)
parse_sinch_webhook(payload, channel_id)
parse_voicemeup_webhook(payload, channel_id)
configure_voicemeup_mms(*, timeout_seconds=5.0, on_timeout=None)
parse_messenger_webhook(payload, channel_id)
parse_teams_webhook(payload, channel_id)
parse_teams_activity(payload)
parse_teams_reactions(payload)
is_bot_added(payload, bot_id=None)
parse_telegram_webhook(payload, channel_id)
parse_http_webhook(payload, channel_id)
WebhookMeta(provider, sender, recipient, body, external_id, timestamp, raw, media_urls=..., \
direction=None, event_type=None)
"""

SEND = "async send(event, to)"
SEND_SMS = "async send(event, to, from_=None)"
SEND_RCS = "async send(event, to, *, fallback=True)"
SEND_MAIL = "async send(event, to, from_=None, subject=None)"
TIMED = "verify_signature(payload, signature, timestamp=None)"
UNTIMED = "verify_signature(payload, signature)"
CLOSE = "async close()"
READ = "async parse_webhook(payload)"
CAPABLE = "async check_capability(phone_number)"
REFERENCES = (
    "async save(conversation_id, reference)",
    "async get(conversation_id)",
    "async delete(conversation_id)",
    "async list_all()",
)
PARTS = "(*, timeout_seconds=5.0, on_timeout=None)"

METHODS = {
    "SMSProvider": (SEND_SMS, READ, TIMED, CLOSE),
    "RCSProvider": (SEND_RCS, CAPABLE, READ, TIMED, CLOSE),
    "EmailProvider": (SEND_MAIL, "async parse_inbound(payload)", CLOSE),
    "WhatsAppProvider": (
        *(SEND, READ, CLOSE),
        "async send_template(to, template_name, params=None)",
        "async send_reaction(chat, sender, message_id, emoji)",
    ),
    "MessengerProvider": (SEND, UNTIMED, CLOSE),
    "TeamsProvider": (SEND, UNTIMED, CLOSE),
    "TelegramProvider": (SEND, UNTIMED, CLOSE),
    "HTTPProvider": (SEND, CLOSE),
    "TwilioSMSProvider": (
        *("__init__(config)", SEND_SMS, CLOSE),
        "verify_signature(payload, signature, timestamp=None, url=None)",
    ),
    "TwilioRCSProvider": ("__init__(config)", SEND_RCS, CLOSE),
    "TelnyxSMSProvider": ("__init__(config, public_key=None)", SEND_SMS, TIMED, CLOSE),
    "TelnyxRCSProvider": ("__init__(config, public_key=None)", SEND_RCS, CAPABLE, TIMED, CLOSE),
    "SinchSMSProvider": ("__init__(config)", SEND_SMS, TIMED, CLOSE),
    "VoiceMeUpSMSProvider": (
        *("__init__(config)", SEND_SMS, CLOSE, f"configure_mms{PARTS}"),
        "parse_mms_webhook(payload, channel_id)",
    ),
    "ElasticEmailProvider": ("__init__(config)", SEND_MAIL, CLOSE),
    "WebhookHTTPProvider": ("__init__(config)", SEND, CLOSE),
    "FacebookMessengerProvider": ("__init__(config)", SEND, UNTIMED, CLOSE),
    "TelegramBotProvider": ("__init__(config)", SEND, UNTIMED, CLOSE),
    "BotFrameworkTeamsProvider": (
        *("__init__(config, *, conversation_store=None)", SEND, UNTIMED, CLOSE),
        "async save_conversation_reference(activity_dict)",
        "async create_personal_conversation(service_url, user_id, *, tenant_id=None)",
        "async create_channel_conversation(service_url, channel_id, *, tenant_id=None)",
    ),
    "ConversationReferenceStore": REFERENCES,
    "InMemoryConversationReferenceStore": ("__init__()", *REFERENCES),
    "MockSMSProvider": ("__init__()", SEND_SMS),
    "MockRCSProvider": (
        "__init__(sender_id='mock_rcs_agent', *, simulate_fallback=False, simulate_failure=False)",
        *(SEND_RCS, CAPABLE),
    ),
    "MockEmailProvider": ("__init__()", SEND_MAIL),
    "MockWhatsAppProvider": ("__init__()", SEND),
    "MockMessengerProvider": ("__init__()", SEND),
    "MockTeamsProvider": ("__init__()", SEND),
    "MockTelegramProvider": ("__init__()", SEND),
    "MockHTTPProvider": ("__init__()", SEND),
    "WebhookMeta": ("to_status()", "to_inbound(channel_id)"),
}

# What the library's documents name without a signature.
OWED = (
    *("SendGridProvider", "SendGridConfig", "SMTPProvider", "SMTPConfig"),
    *("WhatsAppCloudProvider", "WhatsAppCloudConfig", "TwilioWhatsAppProvider"),
)


@pytest.mark.parametrize("line", lines(CONFIGS), ids=by_name)
def test_model_has_its_fields_and_defaults(line: str) -> None:
    name, _, promised = read(line)
    ours = fields_of(getattr(channels_app, name))

    assert {each.name: ours.get(each.name, "missing") for each in promised} == {
        each.name: each.default for each in promised
    }
    assert {field for field, default in ours.items() if default is REQUIRED} <= {
        each.name for each in promised
    }


@pytest.mark.parametrize("line", lines(FUNCTIONS), ids=by_name)
def test_function_is_called_as_promised(line: str) -> None:
    name, _, promised = read(line)

    ours = inspect.signature(getattr(channels_app, name)).parameters

    assert broken(promised, list(ours.values())) == []


@pytest.mark.parametrize(
    ("owner", "line"), [(owner, line) for owner, each in METHODS.items() for line in each]
)
def test_method_is_called_as_promised(owner: str, line: str) -> None:
    name, is_async, promised = read(line)
    method = getattr(getattr(channels_app, owner), name)

    _, *ours = inspect.signature(method).parameters.values()

    assert broken(promised, ours) == []
    assert inspect.iscoroutinefunction(method) == is_async


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, each in PROPERTIES.items() for name in each.split()],
)
def test_property_is_there(owner: str, name: str) -> None:
    assert isinstance(getattr(getattr(channels_app, owner), name), property)


@pytest.mark.parametrize("name", OWED)
def test_owed_name_is_a_class_of_the_package(name: str) -> None:
    assert inspect.isclass(getattr(channels_app, name))


def test_kit_takes_a_webhook_s_facts() -> None:
    _, *ours = inspect.signature(RoomKit.process_webhook).parameters.values()

    assert broken([Promised("meta", REQUIRED), Promised("channel_id", REQUIRED)], ours) == []
