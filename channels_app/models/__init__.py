"""The rows of channels, one noun a file."""

from channels_app.models.channel_config import ChannelConfig
from channels_app.models.closed_endpoint import ClosedEndpoint
from channels_app.models.conversation_reference import ConversationReference
from channels_app.models.webhook_receipt import ReceiptState, WebhookReceipt

__all__ = [
    "ChannelConfig",
    "ClosedEndpoint",
    "ConversationReference",
    "ReceiptState",
    "WebhookReceipt",
]
