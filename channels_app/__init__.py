"""Channels: the ways into and out of a room, and the vendors behind them.

Every public name is importable from here. Importing this package imports none of them: each is
looked up when it is first used, so that it costs nothing and needs no Django to be set up.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channels_app.ai.channel import AIChannel as AIChannel
    from channels_app.ai.memory import MemoryProvider as MemoryProvider
    from channels_app.ai.memory import MemoryResult as MemoryResult
    from channels_app.ai.memory import MockMemoryProvider as MockMemoryProvider
    from channels_app.ai.memory import SlidingWindowMemory as SlidingWindowMemory
    from channels_app.channels.email import EmailChannel as EmailChannel
    from channels_app.channels.http import HTTPChannel as HTTPChannel
    from channels_app.channels.messenger import MessengerChannel as MessengerChannel
    from channels_app.channels.rcs import RCSChannel as RCSChannel
    from channels_app.channels.sms import SMSChannel as SMSChannel
    from channels_app.channels.stream_frames import SendFn as SendFn
    from channels_app.channels.stream_frames import StreamChunk as StreamChunk
    from channels_app.channels.stream_frames import StreamEnd as StreamEnd
    from channels_app.channels.stream_frames import StreamError as StreamError
    from channels_app.channels.stream_frames import StreamMessage as StreamMessage
    from channels_app.channels.stream_frames import StreamSendFn as StreamSendFn
    from channels_app.channels.stream_frames import StreamStart as StreamStart
    from channels_app.channels.teams import TeamsChannel as TeamsChannel
    from channels_app.channels.telegram import TelegramChannel as TelegramChannel
    from channels_app.channels.transport import TransportChannel as TransportChannel
    from channels_app.channels.websocket import WebSocketChannel as WebSocketChannel
    from channels_app.channels.whatsapp import WhatsAppChannel as WhatsAppChannel
    from channels_app.channels.whatsapp_personal import (
        WhatsAppPersonalChannel as WhatsAppPersonalChannel,
    )
    from channels_app.providers.base.ai import AIContext as AIContext
    from channels_app.providers.base.ai import AIImagePart as AIImagePart
    from channels_app.providers.base.ai import AIMessage as AIMessage
    from channels_app.providers.base.ai import AIProvider as AIProvider
    from channels_app.providers.base.ai import AIResponse as AIResponse
    from channels_app.providers.base.ai import AITextPart as AITextPart
    from channels_app.providers.base.ai import AIThinkingPart as AIThinkingPart
    from channels_app.providers.base.ai import AITool as AITool
    from channels_app.providers.base.ai import AIToolCall as AIToolCall
    from channels_app.providers.base.ai import AIToolCallPart as AIToolCallPart
    from channels_app.providers.base.ai import AIToolResultPart as AIToolResultPart
    from channels_app.providers.base.ai import ProviderError as ProviderError
    from channels_app.providers.base.ai import StreamDone as StreamDone
    from channels_app.providers.base.ai import StreamEvent as StreamEvent
    from channels_app.providers.base.ai import StreamTextDelta as StreamTextDelta
    from channels_app.providers.base.ai import StreamThinkingDelta as StreamThinkingDelta
    from channels_app.providers.base.ai import StreamToolCall as StreamToolCall
    from channels_app.providers.base.email import EmailProvider as EmailProvider
    from channels_app.providers.base.http import HTTPProvider as HTTPProvider
    from channels_app.providers.base.messenger import MessengerProvider as MessengerProvider
    from channels_app.providers.base.phone import is_valid_phone as is_valid_phone
    from channels_app.providers.base.phone import normalize_phone as normalize_phone
    from channels_app.providers.base.rcs import RCSDeliveryResult as RCSDeliveryResult
    from channels_app.providers.base.rcs import RCSProvider as RCSProvider
    from channels_app.providers.base.sms import SMSProvider as SMSProvider
    from channels_app.providers.base.teams import TeamsProvider as TeamsProvider
    from channels_app.providers.base.telegram import TelegramProvider as TelegramProvider
    from channels_app.providers.base.whatsapp import WhatsAppProvider as WhatsAppProvider
    from channels_app.providers.demo import DemoShopProvider as DemoShopProvider
    from channels_app.providers.elasticemail.config import ElasticEmailConfig as ElasticEmailConfig
    from channels_app.providers.elasticemail.email import (
        ElasticEmailProvider as ElasticEmailProvider,
    )
    from channels_app.providers.http_webhook.config import HTTPProviderConfig as HTTPProviderConfig
    from channels_app.providers.http_webhook.parsing import parse_http_webhook as parse_http_webhook
    from channels_app.providers.http_webhook.provider import (
        WebhookHTTPProvider as WebhookHTTPProvider,
    )
    from channels_app.providers.meta.config import MessengerConfig as MessengerConfig
    from channels_app.providers.meta.config import WhatsAppCloudConfig as WhatsAppCloudConfig
    from channels_app.providers.meta.messenger import (
        FacebookMessengerProvider as FacebookMessengerProvider,
    )
    from channels_app.providers.meta.messenger_parsing import (
        parse_messenger_webhook as parse_messenger_webhook,
    )
    from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider as WhatsAppCloudProvider
    from channels_app.providers.mock.ai import MockAIProvider as MockAIProvider
    from channels_app.providers.mock.email import MockEmailProvider as MockEmailProvider
    from channels_app.providers.mock.http import MockHTTPProvider as MockHTTPProvider
    from channels_app.providers.mock.messenger import MockMessengerProvider as MockMessengerProvider
    from channels_app.providers.mock.rcs import MockRCSProvider as MockRCSProvider
    from channels_app.providers.mock.sms import MockSMSProvider as MockSMSProvider
    from channels_app.providers.mock.teams import MockTeamsProvider as MockTeamsProvider
    from channels_app.providers.mock.telegram import MockTelegramProvider as MockTelegramProvider
    from channels_app.providers.mock.whatsapp import MockWhatsAppProvider as MockWhatsAppProvider
    from channels_app.providers.neonize.config import (
        WhatsAppPersonalConfig as WhatsAppPersonalConfig,
    )
    from channels_app.providers.neonize.provider import (
        WhatsAppPersonalProvider as WhatsAppPersonalProvider,
    )
    from channels_app.providers.sendgrid.config import SendGridConfig as SendGridConfig
    from channels_app.providers.sendgrid.email import SendGridProvider as SendGridProvider
    from channels_app.providers.sinch.config import SinchConfig as SinchConfig
    from channels_app.providers.sinch.parsing import parse_sinch_webhook as parse_sinch_webhook
    from channels_app.providers.sinch.sms import SinchSMSProvider as SinchSMSProvider
    from channels_app.providers.sms_meta import WebhookMeta as WebhookMeta
    from channels_app.providers.sms_meta import extract_sms_meta as extract_sms_meta
    from channels_app.providers.smtp.config import SMTPConfig as SMTPConfig
    from channels_app.providers.smtp.email import SMTPProvider as SMTPProvider
    from channels_app.providers.teams.bot_framework import (
        BotFrameworkTeamsProvider as BotFrameworkTeamsProvider,
    )
    from channels_app.providers.teams.config import TeamsConfig as TeamsConfig
    from channels_app.providers.teams.conversation_store import (
        ConversationReferenceStore as ConversationReferenceStore,
    )
    from channels_app.providers.teams.conversation_store import (
        InMemoryConversationReferenceStore as InMemoryConversationReferenceStore,
    )
    from channels_app.providers.teams.parsing import is_bot_added as is_bot_added
    from channels_app.providers.teams.parsing import parse_teams_activity as parse_teams_activity
    from channels_app.providers.teams.parsing import parse_teams_reactions as parse_teams_reactions
    from channels_app.providers.teams.parsing import parse_teams_webhook as parse_teams_webhook
    from channels_app.providers.telegram.bot import TelegramBotProvider as TelegramBotProvider
    from channels_app.providers.telegram.config import TelegramConfig as TelegramConfig
    from channels_app.providers.telegram.webhook import (
        parse_telegram_webhook as parse_telegram_webhook,
    )
    from channels_app.providers.telnyx.config import TelnyxConfig as TelnyxConfig
    from channels_app.providers.telnyx.config import TelnyxRCSConfig as TelnyxRCSConfig
    from channels_app.providers.telnyx.rcs import TelnyxRCSProvider as TelnyxRCSProvider
    from channels_app.providers.telnyx.rcs import (
        parse_telnyx_rcs_webhook as parse_telnyx_rcs_webhook,
    )
    from channels_app.providers.telnyx.sms import TelnyxSMSProvider as TelnyxSMSProvider
    from channels_app.providers.telnyx.sms import parse_telnyx_webhook as parse_telnyx_webhook
    from channels_app.providers.twilio.config import TwilioConfig as TwilioConfig
    from channels_app.providers.twilio.config import TwilioRCSConfig as TwilioRCSConfig
    from channels_app.providers.twilio.config import TwilioWhatsAppConfig as TwilioWhatsAppConfig
    from channels_app.providers.twilio.parsing import (
        parse_twilio_rcs_webhook as parse_twilio_rcs_webhook,
    )
    from channels_app.providers.twilio.parsing import parse_twilio_webhook as parse_twilio_webhook
    from channels_app.providers.twilio.rcs import TwilioRCSProvider as TwilioRCSProvider
    from channels_app.providers.twilio.sms import TwilioSMSProvider as TwilioSMSProvider
    from channels_app.providers.twilio.whatsapp import (
        TwilioWhatsAppProvider as TwilioWhatsAppProvider,
    )
    from channels_app.providers.voicemeup.config import VoiceMeUpConfig as VoiceMeUpConfig
    from channels_app.providers.voicemeup.halves import (
        configure_voicemeup_mms as configure_voicemeup_mms,
    )
    from channels_app.providers.voicemeup.halves import (
        parse_voicemeup_webhook as parse_voicemeup_webhook,
    )
    from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider as VoiceMeUpSMSProvider
    from channels_app.sources.base import BaseSourceProvider as BaseSourceProvider
    from channels_app.sources.base import SourceProvider as SourceProvider
    from channels_app.sources.imap import IMAPSource as IMAPSource
    from channels_app.sources.imap_config import IMAPConfig as IMAPConfig
    from channels_app.sources.sse import SSESource as SSESource
    from channels_app.sources.websocket import WebSocketSource as WebSocketSource
    from channels_app.sources.whatsapp_personal import (
        WhatsAppPersonalSourceProvider as WhatsAppPersonalSourceProvider,
    )
    from channels_app.stores.closed_endpoints import (
        DatabaseEndpointStore as DatabaseEndpointStore,
    )
    from channels_app.stores.conversation_references import (
        DatabaseConversationReferenceStore as DatabaseConversationReferenceStore,
    )
    from rooms.domain.source import SourceHealth as SourceHealth
    from rooms.domain.source import SourceStatus as SourceStatus
    from rooms.ports import EmitCallback as EmitCallback

__all__ = [
    "AIChannel",
    "AIContext",
    "AIImagePart",
    "AIMessage",
    "AIProvider",
    "AIResponse",
    "AITextPart",
    "AIThinkingPart",
    "AITool",
    "AIToolCall",
    "AIToolCallPart",
    "AIToolResultPart",
    "BaseSourceProvider",
    "BotFrameworkTeamsProvider",
    "ConversationReferenceStore",
    "DatabaseConversationReferenceStore",
    "DatabaseEndpointStore",
    "DemoShopProvider",
    "ElasticEmailConfig",
    "ElasticEmailProvider",
    "EmailChannel",
    "EmailProvider",
    "EmitCallback",
    "FacebookMessengerProvider",
    "HTTPChannel",
    "HTTPProvider",
    "HTTPProviderConfig",
    "IMAPConfig",
    "IMAPSource",
    "InMemoryConversationReferenceStore",
    "MemoryProvider",
    "MemoryResult",
    "MessengerChannel",
    "MessengerConfig",
    "MessengerProvider",
    "MockAIProvider",
    "MockEmailProvider",
    "MockHTTPProvider",
    "MockMemoryProvider",
    "MockMessengerProvider",
    "MockRCSProvider",
    "MockSMSProvider",
    "MockTeamsProvider",
    "MockTelegramProvider",
    "MockWhatsAppProvider",
    "ProviderError",
    "RCSChannel",
    "RCSDeliveryResult",
    "RCSProvider",
    "SMSChannel",
    "SMSProvider",
    "SMTPConfig",
    "SMTPProvider",
    "SSESource",
    "SendFn",
    "SendGridConfig",
    "SendGridProvider",
    "SinchConfig",
    "SinchSMSProvider",
    "SlidingWindowMemory",
    "SourceHealth",
    "SourceProvider",
    "SourceStatus",
    "StreamChunk",
    "StreamDone",
    "StreamEnd",
    "StreamError",
    "StreamEvent",
    "StreamMessage",
    "StreamSendFn",
    "StreamStart",
    "StreamTextDelta",
    "StreamThinkingDelta",
    "StreamToolCall",
    "TeamsChannel",
    "TeamsConfig",
    "TeamsProvider",
    "TelegramBotProvider",
    "TelegramChannel",
    "TelegramConfig",
    "TelegramProvider",
    "TelnyxConfig",
    "TelnyxRCSConfig",
    "TelnyxRCSProvider",
    "TelnyxSMSProvider",
    "TransportChannel",
    "TwilioConfig",
    "TwilioRCSConfig",
    "TwilioRCSProvider",
    "TwilioSMSProvider",
    "TwilioWhatsAppConfig",
    "TwilioWhatsAppProvider",
    "VoiceMeUpConfig",
    "VoiceMeUpSMSProvider",
    "WebSocketChannel",
    "WebSocketSource",
    "WebhookHTTPProvider",
    "WebhookMeta",
    "WhatsAppChannel",
    "WhatsAppCloudConfig",
    "WhatsAppCloudProvider",
    "WhatsAppPersonalChannel",
    "WhatsAppPersonalConfig",
    "WhatsAppPersonalProvider",
    "WhatsAppPersonalSourceProvider",
    "WhatsAppProvider",
    "configure_voicemeup_mms",
    "extract_sms_meta",
    "is_bot_added",
    "is_valid_phone",
    "normalize_phone",
    "parse_http_webhook",
    "parse_messenger_webhook",
    "parse_sinch_webhook",
    "parse_teams_activity",
    "parse_teams_reactions",
    "parse_teams_webhook",
    "parse_telegram_webhook",
    "parse_telnyx_rcs_webhook",
    "parse_telnyx_webhook",
    "parse_twilio_rcs_webhook",
    "parse_twilio_webhook",
    "parse_voicemeup_webhook",
]

_DEFINED_IN = {
    "AIChannel": "channels_app.ai.channel",
    "AIContext": "channels_app.providers.base.ai",
    "AIImagePart": "channels_app.providers.base.ai",
    "AIMessage": "channels_app.providers.base.ai",
    "AIProvider": "channels_app.providers.base.ai",
    "AIResponse": "channels_app.providers.base.ai",
    "AITextPart": "channels_app.providers.base.ai",
    "AIThinkingPart": "channels_app.providers.base.ai",
    "AITool": "channels_app.providers.base.ai",
    "AIToolCall": "channels_app.providers.base.ai",
    "AIToolCallPart": "channels_app.providers.base.ai",
    "AIToolResultPart": "channels_app.providers.base.ai",
    "BaseSourceProvider": "channels_app.sources.base",
    "BotFrameworkTeamsProvider": "channels_app.providers.teams.bot_framework",
    "ConversationReferenceStore": "channels_app.providers.teams.conversation_store",
    "DatabaseConversationReferenceStore": "channels_app.stores.conversation_references",
    "DatabaseEndpointStore": "channels_app.stores.closed_endpoints",
    "DemoShopProvider": "channels_app.providers.demo",
    "ElasticEmailConfig": "channels_app.providers.elasticemail.config",
    "ElasticEmailProvider": "channels_app.providers.elasticemail.email",
    "EmailChannel": "channels_app.channels.email",
    "EmailProvider": "channels_app.providers.base.email",
    "EmitCallback": "rooms.ports",
    "FacebookMessengerProvider": "channels_app.providers.meta.messenger",
    "HTTPChannel": "channels_app.channels.http",
    "HTTPProvider": "channels_app.providers.base.http",
    "HTTPProviderConfig": "channels_app.providers.http_webhook.config",
    "IMAPConfig": "channels_app.sources.imap_config",
    "IMAPSource": "channels_app.sources.imap",
    "InMemoryConversationReferenceStore": "channels_app.providers.teams.conversation_store",
    "MemoryProvider": "channels_app.ai.memory",
    "MemoryResult": "channels_app.ai.memory",
    "MessengerChannel": "channels_app.channels.messenger",
    "MessengerConfig": "channels_app.providers.meta.config",
    "MessengerProvider": "channels_app.providers.base.messenger",
    "MockAIProvider": "channels_app.providers.mock.ai",
    "MockEmailProvider": "channels_app.providers.mock.email",
    "MockHTTPProvider": "channels_app.providers.mock.http",
    "MockMemoryProvider": "channels_app.ai.memory",
    "MockMessengerProvider": "channels_app.providers.mock.messenger",
    "MockRCSProvider": "channels_app.providers.mock.rcs",
    "MockSMSProvider": "channels_app.providers.mock.sms",
    "MockTeamsProvider": "channels_app.providers.mock.teams",
    "MockTelegramProvider": "channels_app.providers.mock.telegram",
    "MockWhatsAppProvider": "channels_app.providers.mock.whatsapp",
    "ProviderError": "channels_app.providers.base.ai",
    "RCSChannel": "channels_app.channels.rcs",
    "RCSDeliveryResult": "channels_app.providers.base.rcs",
    "RCSProvider": "channels_app.providers.base.rcs",
    "SMSChannel": "channels_app.channels.sms",
    "SMSProvider": "channels_app.providers.base.sms",
    "SMTPConfig": "channels_app.providers.smtp.config",
    "SMTPProvider": "channels_app.providers.smtp.email",
    "SSESource": "channels_app.sources.sse",
    "SendFn": "channels_app.channels.stream_frames",
    "SendGridConfig": "channels_app.providers.sendgrid.config",
    "SendGridProvider": "channels_app.providers.sendgrid.email",
    "SinchConfig": "channels_app.providers.sinch.config",
    "SinchSMSProvider": "channels_app.providers.sinch.sms",
    "SlidingWindowMemory": "channels_app.ai.memory",
    "SourceHealth": "rooms.domain.source",
    "SourceProvider": "channels_app.sources.base",
    "SourceStatus": "rooms.domain.source",
    "StreamChunk": "channels_app.channels.stream_frames",
    "StreamDone": "channels_app.providers.base.ai",
    "StreamEnd": "channels_app.channels.stream_frames",
    "StreamError": "channels_app.channels.stream_frames",
    "StreamEvent": "channels_app.providers.base.ai",
    "StreamMessage": "channels_app.channels.stream_frames",
    "StreamSendFn": "channels_app.channels.stream_frames",
    "StreamStart": "channels_app.channels.stream_frames",
    "StreamTextDelta": "channels_app.providers.base.ai",
    "StreamThinkingDelta": "channels_app.providers.base.ai",
    "StreamToolCall": "channels_app.providers.base.ai",
    "TeamsChannel": "channels_app.channels.teams",
    "TeamsConfig": "channels_app.providers.teams.config",
    "TeamsProvider": "channels_app.providers.base.teams",
    "TelegramBotProvider": "channels_app.providers.telegram.bot",
    "TelegramChannel": "channels_app.channels.telegram",
    "TelegramConfig": "channels_app.providers.telegram.config",
    "TelegramProvider": "channels_app.providers.base.telegram",
    "TelnyxConfig": "channels_app.providers.telnyx.config",
    "TelnyxRCSConfig": "channels_app.providers.telnyx.config",
    "TelnyxRCSProvider": "channels_app.providers.telnyx.rcs",
    "TelnyxSMSProvider": "channels_app.providers.telnyx.sms",
    "TransportChannel": "channels_app.channels.transport",
    "TwilioConfig": "channels_app.providers.twilio.config",
    "TwilioRCSConfig": "channels_app.providers.twilio.config",
    "TwilioRCSProvider": "channels_app.providers.twilio.rcs",
    "TwilioSMSProvider": "channels_app.providers.twilio.sms",
    "TwilioWhatsAppConfig": "channels_app.providers.twilio.config",
    "TwilioWhatsAppProvider": "channels_app.providers.twilio.whatsapp",
    "VoiceMeUpConfig": "channels_app.providers.voicemeup.config",
    "VoiceMeUpSMSProvider": "channels_app.providers.voicemeup.sms",
    "WebSocketChannel": "channels_app.channels.websocket",
    "WebSocketSource": "channels_app.sources.websocket",
    "WebhookHTTPProvider": "channels_app.providers.http_webhook.provider",
    "WebhookMeta": "channels_app.providers.sms_meta",
    "WhatsAppChannel": "channels_app.channels.whatsapp",
    "WhatsAppCloudConfig": "channels_app.providers.meta.config",
    "WhatsAppCloudProvider": "channels_app.providers.meta.whatsapp",
    "WhatsAppPersonalChannel": "channels_app.channels.whatsapp_personal",
    "WhatsAppPersonalConfig": "channels_app.providers.neonize.config",
    "WhatsAppPersonalProvider": "channels_app.providers.neonize.provider",
    "WhatsAppPersonalSourceProvider": "channels_app.sources.whatsapp_personal",
    "WhatsAppProvider": "channels_app.providers.base.whatsapp",
    "configure_voicemeup_mms": "channels_app.providers.voicemeup.halves",
    "extract_sms_meta": "channels_app.providers.sms_meta",
    "is_bot_added": "channels_app.providers.teams.parsing",
    "is_valid_phone": "channels_app.providers.base.phone",
    "normalize_phone": "channels_app.providers.base.phone",
    "parse_http_webhook": "channels_app.providers.http_webhook.parsing",
    "parse_messenger_webhook": "channels_app.providers.meta.messenger_parsing",
    "parse_sinch_webhook": "channels_app.providers.sinch.parsing",
    "parse_teams_activity": "channels_app.providers.teams.parsing",
    "parse_teams_reactions": "channels_app.providers.teams.parsing",
    "parse_teams_webhook": "channels_app.providers.teams.parsing",
    "parse_telegram_webhook": "channels_app.providers.telegram.webhook",
    "parse_telnyx_rcs_webhook": "channels_app.providers.telnyx.rcs",
    "parse_telnyx_webhook": "channels_app.providers.telnyx.sms",
    "parse_twilio_rcs_webhook": "channels_app.providers.twilio.parsing",
    "parse_twilio_webhook": "channels_app.providers.twilio.parsing",
    "parse_voicemeup_webhook": "channels_app.providers.voicemeup.halves",
}

# Hidden from type checkers, which would otherwise accept every misspelt import.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name on first use."""
        if name not in _DEFINED_IN:
            raise AttributeError(f"module 'channels_app' has no attribute {name!r}")
        value = getattr(import_module(_DEFINED_IN[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
