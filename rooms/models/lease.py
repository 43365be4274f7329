"""The row of a lease that goes by a name."""

from django.db import models

from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH


class Lease(models.Model):
    """What one process at a time may do, and until when `owner` is the one."""

    name = models.CharField(max_length=FOREIGN_ID_LENGTH, primary_key=True)
    owner = models.CharField(max_length=ID_LENGTH)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
