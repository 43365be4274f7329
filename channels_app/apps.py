"""Django's view of the channels and their providers."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class ChannelsAppConfig(AppConfig):
    """Register the channels, apart from the Django Channels app named ``channels``."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "channels_app"
    label = "roomkit_channels"
    verbose_name = _("RoomKit channels")

    def ready(self) -> None:
        """Announce the sockets, pages, demo and chores of this app."""
        # They reach models, which exist only now.
        from channels_app.configured.following import make_directory  # noqa: PLC0415
        from channels_app.configured.reporting import (  # noqa: PLC0415
            SUBJECT,
            check_channel_ids,
            read_channels,
        )
        from channels_app.consumers import sockets  # noqa: PLC0415
        from channels_app.demo import seed_chats  # noqa: PLC0415
        from channels_app.stores.closed_endpoints import SUBJECT as ENDPOINTS  # noqa: PLC0415
        from channels_app.stores.closed_endpoints import read_endpoints  # noqa: PLC0415
        from channels_app.webhooks.fetched import make_taker  # noqa: PLC0415
        from channels_app.webhooks.handling import CHORE, handle_due  # noqa: PLC0415
        from rooms.chores import register_chore  # noqa: PLC0415
        from rooms.directories import register_directory  # noqa: PLC0415
        from rooms.probes.diagnosis import register_question  # noqa: PLC0415
        from rooms.serving.demo import register_demo  # noqa: PLC0415
        from rooms.serving.pages import register_page  # noqa: PLC0415
        from rooms.sources.taking import register_taker  # noqa: PLC0415

        sockets.register()
        register_demo(seed_chats)
        register_chore(CHORE, handle_due)
        register_directory(make_directory)
        register_question(SUBJECT, read_channels)
        register_question(ENDPOINTS, read_endpoints)
        register(check_channel_ids, Tags.database)
        register_taker(make_taker)
        register_page(_("Chat"), "roomkit_channels:chat")
