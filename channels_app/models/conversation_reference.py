"""The row of a conversation in which a bot can write."""

from django.db import models

from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH


class ConversationReference(models.Model):
    """How a bot finds a conversation again; `reference` is as the provider keeps it."""

    bot = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    conversation_id = models.CharField(max_length=FOREIGN_ID_LENGTH)
    reference = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rk_conversation_reference", fields=["bot", "conversation_id"]
            ),
        )

    def __str__(self) -> str:
        return self.conversation_id
