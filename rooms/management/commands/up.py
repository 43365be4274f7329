"""``manage.py up``: the site, ready to be looked at; the whole of it, or its web processes."""

import os
from typing import Any

from channels.routing import get_default_application
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import NoReverseMatch, reverse

from rooms.conf import get_settings
from rooms.runtime import get_kit
from rooms.serving.collector import relax_collector
from rooms.serving.demo import seed_demo
from rooms.serving.first_admin import USERNAME, create_first_admin
from rooms.serving.life import KitLife
from rooms.serving.listing import Line, describe_parts, format_listing
from rooms.serving.migrating import migrate
from rooms.serving.pages import list_pages
from rooms.topology import Topology, resolve_topology

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000


class Command(BaseCommand):
    """Prepare the database, make the first user, serve, and work off the outbox.

    With the role `web` it leaves the last to others.
    """

    help = "Run the site: database, first user, server, and the worker unless the role is web."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default=DEFAULT_HOST, help="address to listen on")
        parser.add_argument(
            "--port", type=int, default=DEFAULT_PORT, help="port to listen on; 0 takes a free one"
        )
        parser.add_argument(
            "--demo", action="store_true", help="make a few conversations to look at"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGINT or SIGTERM, then let running work end (at most 10 s)."""
        if get_settings().ROLE == "worker":
            raise CommandError(
                "ROOMKIT['ROLE'] is 'worker', and a worker does not serve: start it with "
                "'manage.py roomkit_worker', or set the role to 'web' or 'all'."
            )
        migrate()
        password = create_first_admin(os.environ.get("ROOMKIT_ADMIN_PASSWORD"))
        application = get_default_application()
        # The event loop gets this thread; whatever it asks of the database runs on others.
        connections.close_all()
        self._serve(application, password, **options)

    def _serve(
        self, application: Any, password: str | None, *, host: str, port: int, demo: bool, **_: Any
    ) -> None:
        # Daphne is an extra: a site may serve itself in another way.
        try:
            from rooms.serving.server import SiteServer  # noqa: PLC0415
        except ImportError as error:
            raise CommandError("Daphne is missing: pip install 'django-roomkit[daphne]'") from error
        topology = resolve_topology()
        life = KitLife(get_kit, has_worker=topology.role != "web")

        async def start() -> None:
            kit = life.start()
            relax_collector()
            self._tell(host, server.bound_port, password, topology)
            if demo:
                await seed_demo(kit)

        server = SiteServer(application, host=host, port=port, on_start=start, on_stop=life.stop)
        server.run()
        if server.fault is not None:
            raise CommandError(
                f"Cannot listen on {host}:{port}: {server.fault}. Choose another --port or --host."
            )
        if server.failure is not None:
            raise CommandError(f"Cannot start: {server.failure}") from server.failure
        self.stdout.write("Stopped.")

    def _tell(self, host: str, port: int, password: str | None, topology: Topology) -> None:
        site = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        lines = [("Site", f"{site}/"), *((name, site + path) for name, path in list_pages())]
        lines += self._admin_lines(site, password)
        lines += [*describe_parts(topology), ("Worker", topology.worker)]
        self.stdout.write(format_listing("RoomKit is running. Stop it with Ctrl-C.", lines))
        self.stdout.flush()

    @staticmethod
    def _admin_lines(site: str, password: str | None) -> list[Line]:
        try:
            lines = [("Admin", site + reverse("admin:index"))]
        except NoReverseMatch:
            return []
        if password is not None:
            lines.append(("", f"user {USERNAME}, password {password} (shown this once)"))
        return lines
