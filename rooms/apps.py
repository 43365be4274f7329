"""Django's view of the conversation domain."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from rooms import checks
from rooms.chores import register_chore
from rooms.services.groups import StandardGroups


class RoomsConfig(AppConfig):
    """Register the rooms, their timeline and their workers."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "rooms"
    label = "roomkit_rooms"
    verbose_name = _("RoomKit rooms")

    def ready(self) -> None:
        """Register chore, question and system checks, and the groups that come with migrations."""
        # They reach models, which exist only now.
        from rooms.probes.diagnosis import register_question  # noqa: PLC0415
        from rooms.probes.sources import SUBJECT, read_sources  # noqa: PLC0415

        register_question(SUBJECT, read_sources)
        register_chore("media", lambda kit: kit.media.tidy())
        for check in checks.ALL:
            register(check)
        for check in checks.DEPLOYMENT:
            register(check, deploy=True)
        # The signals hold their receivers weakly; the app keeps this one alive.
        self._groups = StandardGroups()
        pre_migrate.connect(self._groups.before, sender=self)
        post_migrate.connect(self._groups.after, sender=self)
