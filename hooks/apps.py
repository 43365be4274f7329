"""Django's view of the hook engine."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from hooks.checks import check_distinct_hooks


class HooksConfig(AppConfig):
    """Register the hook engine's rows under a label no other site uses."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "hooks"
    label = "roomkit_hooks"
    verbose_name = _("RoomKit hooks")

    def ready(self) -> None:
        """Register the system check. Declared hooks are looked for later, on first use."""
        register(check_distinct_hooks)
