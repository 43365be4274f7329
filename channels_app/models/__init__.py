"""The rows of channels, one noun a file."""

from channels_app.models.webhook_receipt import ReceiptState, WebhookReceipt

__all__ = ["ReceiptState", "WebhookReceipt"]
