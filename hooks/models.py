"""The record of hooks that stood in the way: they blocked, failed or ran out of time."""

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hooks.outcomes import HookOutcome

REASON_MAX_CHARS = 2000


class HookRun(models.Model):
    """One run of a hook that blocked or failed. Runs that allowed leave no row."""

    class Outcome(models.TextChoices):
        """What kept the hook from letting the payload pass as usual."""

        BLOCKED = "blocked", _("blocked")
        ERROR = "error", _("raised an error")
        TIMEOUT = "timeout", _("timed out")
        BAD_RESULT = "bad_result", _("returned no result")
        BAD_PAYLOAD = "bad_payload", _("returned a wrong payload")

    id = models.BigAutoField(primary_key=True)
    organization_id = models.TextField(_("organization"), default="", blank=True)
    room_id = models.TextField(_("room"))
    event_id = models.TextField(_("event"), default="", blank=True)
    trigger = models.CharField(_("trigger"), max_length=64)
    hook_name = models.TextField(_("hook"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    reason = models.TextField(_("reason"), default="", blank=True)
    duration_ms = models.PositiveIntegerField(_("duration in ms"))
    created_at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("hook run")
        verbose_name_plural = _("hook runs")
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="roomkit_hookrun_created"),
            models.Index(fields=["room_id", "created_at"], name="roomkit_hookrun_room"),
        ]

    def __str__(self) -> str:
        """Say which hook did what, where; the key tells two runs apart."""
        return f"#{self.pk} {self.hook_name} on {self.trigger}: {self.outcome} in {self.room_id}"

    @classmethod
    def from_outcome(cls, outcome: HookOutcome, *, organization_id: str = "") -> Self:
        """Make an unsaved row of an outcome.

        The reason is cut to what helps, and freed of NUL, which PostgreSQL cannot store.

        Raises:
            ValueError: If the hook neither blocked nor failed.
        """
        if not outcome.is_noteworthy:
            raise ValueError(
                f"Hook {outcome.hook_name!r} ended as {outcome.kind}; "
                "only hooks that blocked or failed are recorded."
            )
        return cls(
            organization_id=organization_id,
            room_id=outcome.room_id,
            event_id=outcome.event_id,
            trigger=outcome.trigger.value,
            hook_name=outcome.hook_name,
            outcome=cls.Outcome(outcome.kind.value),
            reason=outcome.reason.replace("\x00", "")[:REASON_MAX_CHARS],
            duration_ms=round(outcome.duration_ms),
        )
