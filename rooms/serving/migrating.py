"""Bringing the database up to date."""

from django.core.management import call_command

from rooms.serving.alone import alone


def migrate() -> None:
    """Apply the migrations that are missing; another process that does so is waited for."""
    with alone():
        call_command("migrate", interactive=False, verbosity=0)
