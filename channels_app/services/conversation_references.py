"""Writes of the conversations in which a bot can write."""

from channels_app.models import ConversationReference
from rooms.domain.json import JsonObject


def save_reference(*, bot: str, conversation_id: str, reference: JsonObject) -> None:
    """Keep a reference in place of the former one."""
    row = ConversationReference(bot=bot, conversation_id=conversation_id, reference=reference)
    ConversationReference.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["bot", "conversation_id"],
        update_fields=["reference"],
    )


def delete_reference(*, bot: str, conversation_id: str) -> None:
    """Forget a reference; an unknown one is no error."""
    ConversationReference.objects.filter(bot=bot, conversation_id=conversation_id).delete()
