"""Activities as they arrive at a bot, and what is read of them."""

from datetime import UTC, datetime
from typing import Any

from channels_app.providers.teams.items import parse_items
from channels_app.testing.fakes.teams_activities import PERSONAL
from rooms.domain.json import JsonObject

BOT = "28:the-bot"
MESSAGE_ID = f"{PERSONAL['id']}|1767225600123"
AT = datetime(2026, 1, 1, 0, 0, 0, 123000, UTC)


def posted(activity: JsonObject) -> JsonObject:
    """Return an activity as it arrives at the bot."""
    service_url = "https://smba.trafficmanager.net/amer/"
    return {"serviceUrl": service_url, "recipient": {"id": BOT, "name": "RoomBot"}, **activity}


def items(activity: JsonObject) -> list[Any]:
    return list(parse_items(posted(activity), "teams"))
