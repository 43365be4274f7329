"""Django's view of the channels and their providers."""

from django.apps import AppConfig
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
        from channels_app.consumers import sockets  # noqa: PLC0415
        from channels_app.demo import seed_chats  # noqa: PLC0415
        from channels_app.webhooks.handling import CHORE, handle_due  # noqa: PLC0415
        from rooms.chores import register_chore  # noqa: PLC0415
        from rooms.serving.demo import register_demo  # noqa: PLC0415
        from rooms.serving.pages import register_page  # noqa: PLC0415

        sockets.register()
        register_demo(seed_chats)
        register_chore(CHORE, handle_due)
        register_page(_("Chat"), "roomkit_channels:chat")
