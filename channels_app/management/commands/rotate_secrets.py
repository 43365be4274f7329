"""``manage.py rotate_secrets``: encrypts the secrets of channels and agents with the first key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.models import AgentConfig, ChannelConfig
from channels_app.secrets import SecretsUnreadable
from channels_app.services.kept_secrets import encrypt_again


class Command(BaseCommand):
    """Encrypt again what channels and agents keep, so that former keys can be dropped."""

    help = "Encrypt the secrets of channels and agents of the admin with the first of the keys."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it row by row.

        Raises:
            CommandError: If a row cannot be read with any key; the others are done.
        """
        done, unreadable = 0, []
        channels = ChannelConfig.objects.exclude(secrets="").order_by("pk")
        agents = AgentConfig.objects.exclude(secrets="").order_by("pk")
        for row in (*channels, *agents):
            try:
                done += encrypt_again(row=row)
            except SecretsUnreadable:
                unreadable.append(row.channel_id)
        self.stdout.write(f"{done} channels and agents are encrypted with the first key.")
        if unreadable:
            raise CommandError(
                f"No key of this site decrypts {', '.join(unreadable)}: "
                "enter their secrets again in the admin."
            )
