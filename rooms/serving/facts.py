"""What runs on what, in words for whoever starts the site."""

from django.conf import settings
from django.db import connection

from rooms.domain.json import JsonObject


def describe_database() -> str:
    """Return the database's kind and place, without its password."""
    place: JsonObject = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"SQLite, {place['NAME']}"
    return f"{connection.display_name}, {place['NAME']} on {place['HOST'] or 'this machine'}"


def describe_layer() -> str:
    """Return how processes reach each other."""
    backend = settings.CHANNEL_LAYERS.get("default", {}).get("BACKEND", "")
    if not backend:
        return "none"
    return "in memory, one process" if "InMemory" in backend else backend.rpartition(".")[2]
