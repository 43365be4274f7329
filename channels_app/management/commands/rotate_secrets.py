"""``manage.py rotate_secrets``: encrypts the secrets of all channels with the first key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from channels_app.models import ChannelConfig
from channels_app.secrets import SecretsUnreadable, decrypt, encrypt
from channels_app.services.channel_configs import replace_secrets


class Command(BaseCommand):
    """Encrypt again what the channels of the admin keep, so that former keys can be dropped."""

    help = "Encrypt the secrets of channels made in the admin with the first of the keys."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it row by row.

        Raises:
            CommandError: If a row cannot be read with any key; the others are done.
        """
        done, unreadable = 0, []
        for row in ChannelConfig.objects.exclude(secrets="").order_by("pk"):
            try:
                fresh = encrypt(decrypt(row.secrets))
            except SecretsUnreadable:
                unreadable.append(row.pk)
                continue
            done += replace_secrets(channel_id=row.pk, old=row.secrets, new=fresh)
        self.stdout.write(f"{done} channels are encrypted with the first key.")
        if unreadable:
            raise CommandError(
                f"No key of this site decrypts {', '.join(unreadable)}: "
                "enter their secrets again in the admin."
            )
