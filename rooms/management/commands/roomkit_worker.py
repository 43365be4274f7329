"""``manage.py roomkit_worker``: takes up what nobody works on, and fires timers."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from rooms.conf import act_as
from rooms.runtime import get_kit
from rooms.serving.collector import relax_collector
from rooms.serving.life import KitLife
from rooms.serving.listing import describe_parts, format_listing
from rooms.serving.migrating import migrate
from rooms.serving.signals import wait_for_end
from rooms.topology import resolve_topology


class Command(BaseCommand):
    """Run the worker in a process of its own, beside processes that serve."""

    help = "Take up deliveries that nobody holds, and let the timers of rooms fire."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGINT or SIGTERM, then let running work end (at most 10 s)."""
        act_as("worker")
        migrate()
        topology = resolve_topology()
        # The event loop gets this thread; whatever it asks of the database runs on others.
        connections.close_all()
        lines = [*describe_parts(topology), ("Worker", "in this process")]
        asyncio.run(self._work(format_listing("The worker is running.", lines)))
        self.stdout.write("Stopped.")

    async def _work(self, listing: str) -> None:
        life = KitLife(get_kit)
        life.start()
        relax_collector()
        self.stdout.write(listing)
        self.stdout.flush()
        await wait_for_end()
        await life.stop()
