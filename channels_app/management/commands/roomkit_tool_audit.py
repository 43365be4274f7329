"""``manage.py roomkit_tool_audit``: the tool calls of agents, one JSON object a line."""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app.ai.tools.auditing import build_entry
from channels_app.selectors.tool_calls import iterate_tool_calls
from rooms.models import Room


class Command(BaseCommand):
    """Export what tools agents called, with what, and what came of it."""

    help = "Print the tool calls of agents that have ended, oldest first, as JSON Lines."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--since", help="only calls made since then: a date or time in ISO 8601, UTC if unsaid"
        )
        parser.add_argument("--room", help="only calls made in the room of this id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them.

        Raises:
            CommandError: If `--since` is no time, or there is no such room.
        """
        room_id = options["room"]
        if room_id is not None and not Room.objects.filter(pk=room_id).exists():
            raise CommandError(f"There is no room {room_id!r}: look its id up in the admin.")
        since = _read_time(options["since"])
        for step in iterate_tool_calls(since=since, room_id=room_id):
            entry = build_entry(step.run.to_domain(), step.to_domain())
            self.stdout.write(json.dumps(entry, ensure_ascii=False))


def _read_time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--since={text!r} is no time: write 2026-03-01 or 2026-03-01T09:30+01:00."
        ) from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
