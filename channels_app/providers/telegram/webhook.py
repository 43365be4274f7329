"""Reading updates without a bot at hand."""

from typing import Any

from channels_app.providers.telegram.parsing import UpdateReader
from rooms.domain.message import InboundMessage


def parse_telegram_webhook(payload: dict[str, Any], channel_id: str) -> list[InboundMessage]:
    """Return the message in an update, or the press of a button; other updates have none.

    Args:
        payload: The webhook's body.
        channel_id: The channel it came in by.

    Raises:
        MalformedWebhook: If it is no update.
    """
    items = UpdateReader(channel_id).read(payload)
    return [item for item in items if isinstance(item, InboundMessage)]
