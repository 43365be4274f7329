"""The row of what a model call that is under way may cost."""

from django.db import models

from channels_app.models.agent_run import CURRENCY_LENGTH
from rooms.models.columns import ID_LENGTH, organization_column


class SpendingReservation(models.Model):
    """Money that is set aside for one model call until it is known what it cost.

    It counts as spent until `expires_at`: whoever made the call is gone by then.
    """

    run_id = models.CharField(max_length=ID_LENGTH)
    seq = models.IntegerField()
    organization_id = organization_column()
    room_id = models.CharField(max_length=ID_LENGTH)
    channel_id = models.CharField(max_length=ID_LENGTH)
    amount = models.DecimalField(max_digits=20, decimal_places=10)
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="rk_reservation_step", fields=["run_id", "seq"]),
        )
        indexes = (models.Index(name="rk_reservation_expiry", fields=["expires_at"]),)

    def __str__(self) -> str:
        return f"{self.run_id} {self.seq}"
