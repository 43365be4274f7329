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
    from channels_app.providers.base.rcs import RCSDeliveryResult as RCSDeliveryResult
    from channels_app.providers.base.rcs import RCSProvider as RCSProvider
    from channels_app.providers.base.sms import SMSProvider as SMSProvider
    from channels_app.providers.base.teams import TeamsProvider as TeamsProvider
    from channels_app.providers.base.telegram import TelegramProvider as TelegramProvider
    from channels_app.providers.base.whatsapp import WhatsAppProvider as WhatsAppProvider
    from channels_app.providers.demo import DemoShopProvider as DemoShopProvider
    from channels_app.providers.mock.ai import MockAIProvider as MockAIProvider
    from channels_app.providers.mock.email import MockEmailProvider as MockEmailProvider
    from channels_app.providers.mock.http import MockHTTPProvider as MockHTTPProvider
    from channels_app.providers.mock.messenger import MockMessengerProvider as MockMessengerProvider
    from channels_app.providers.mock.rcs import MockRCSProvider as MockRCSProvider
    from channels_app.providers.mock.sms import MockSMSProvider as MockSMSProvider
    from channels_app.providers.mock.teams import MockTeamsProvider as MockTeamsProvider
    from channels_app.providers.mock.telegram import MockTelegramProvider as MockTelegramProvider
    from channels_app.providers.mock.whatsapp import MockWhatsAppProvider as MockWhatsAppProvider

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
    "DemoShopProvider",
    "EmailChannel",
    "EmailProvider",
    "HTTPChannel",
    "HTTPProvider",
    "MemoryProvider",
    "MemoryResult",
    "MessengerChannel",
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
    "SendFn",
    "SlidingWindowMemory",
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
    "TeamsProvider",
    "TelegramChannel",
    "TelegramProvider",
    "TransportChannel",
    "WebSocketChannel",
    "WhatsAppChannel",
    "WhatsAppPersonalChannel",
    "WhatsAppProvider",
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
    "DemoShopProvider": "channels_app.providers.demo",
    "EmailChannel": "channels_app.channels.email",
    "EmailProvider": "channels_app.providers.base.email",
    "HTTPChannel": "channels_app.channels.http",
    "HTTPProvider": "channels_app.providers.base.http",
    "MemoryProvider": "channels_app.ai.memory",
    "MemoryResult": "channels_app.ai.memory",
    "MessengerChannel": "channels_app.channels.messenger",
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
    "SendFn": "channels_app.channels.stream_frames",
    "SlidingWindowMemory": "channels_app.ai.memory",
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
    "TeamsProvider": "channels_app.providers.base.teams",
    "TelegramChannel": "channels_app.channels.telegram",
    "TelegramProvider": "channels_app.providers.base.telegram",
    "TransportChannel": "channels_app.channels.transport",
    "WebSocketChannel": "channels_app.channels.websocket",
    "WhatsAppChannel": "channels_app.channels.whatsapp",
    "WhatsAppPersonalChannel": "channels_app.channels.whatsapp_personal",
    "WhatsAppProvider": "channels_app.providers.base.whatsapp",
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
