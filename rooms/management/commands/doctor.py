"""``manage.py doctor``: what this site is made of, whether it works, what to set next."""

import asyncio
import json
import sys
from typing import Any

from django.core.checks import CheckMessage, run_checks
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from rooms.probes.diagnosis import Reading, diagnose
from rooms.probes.report import Report
from rooms.topology import Topology, resolve_topology

OURS = "roomkit_"
WRONG_SETTING = "roomkit_rooms.E001"
BROKEN = 1


class Command(BaseCommand):
    """Ask settings and servers, and print the answers; exit with 1 when something is broken."""

    help = "Show how this site is set up, whether its servers answer, and what to set next."
    # A wrong setting is what this command is there to explain.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print one JSON object instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        report = _examine()
        self.stdout.write(
            json.dumps(report.as_json(), indent=2) if options["json"] else report.as_text()
        )
        if report.is_broken:
            sys.exit(BROKEN)


def _examine() -> Report:
    findings = _find_mistakes()
    if any(finding.id == WRONG_SETTING for finding in findings):
        # Nobody knows which servers to ask.
        return Report(None, [], findings)
    topology = resolve_topology()
    return Report(topology, _ask(topology), findings)


def _find_mistakes() -> list[CheckMessage]:
    """Return what RoomKit's own checks say, those of a deployment included."""
    found = run_checks(include_deployment_checks=True)
    return [message for message in found if str(message.id).startswith(OURS)]


def _ask(topology: Topology) -> list[Reading]:
    try:
        return asyncio.run(diagnose(topology))
    finally:
        connections.close_all()
