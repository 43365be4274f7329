"""The rows of channels, one noun a file."""

from channels_app.models.conversation_reference import ConversationReference
from channels_app.models.webhook_receipt import ReceiptState, WebhookReceipt

__all__ = ["ConversationReference", "ReceiptState", "WebhookReceipt"]
