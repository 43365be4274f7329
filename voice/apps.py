"""Django's view of the calls."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VoiceConfig(AppConfig):
    """Register the calls under a label no other site uses."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "voice"
    label = "roomkit_voice"
    verbose_name = _("RoomKit voice")
