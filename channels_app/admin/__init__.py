"""Django's admin of channels: what vendors have posted."""

from channels_app.admin.webhook_receipts import WebhookReceiptAdmin

__all__ = ["WebhookReceiptAdmin"]
