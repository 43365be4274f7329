"""Django's admin of channels: which there are, and what vendors have posted."""

from channels_app.admin.channel_configs import ChannelConfigAdmin
from channels_app.admin.closed_endpoints import ClosedEndpointAdmin
from channels_app.admin.webhook_receipts import WebhookReceiptAdmin

__all__ = ["ChannelConfigAdmin", "ClosedEndpointAdmin", "WebhookReceiptAdmin"]
