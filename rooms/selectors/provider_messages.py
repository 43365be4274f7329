"""Reads of messages under their providers' ids."""

from rooms import models


def get_message(*, channel_id: str, provider_message_id: str) -> models.ProviderMessage | None:
    """Return what is known under a provider's id, or None."""
    return models.ProviderMessage.objects.filter(
        channel_id=channel_id, provider_message_id=provider_message_id
    ).first()


def list_messages(*, event_id: str) -> list[models.ProviderMessage]:
    """Return the messages that an event came in or went out as, in the order they were noted."""
    return list(models.ProviderMessage.objects.filter(event_id=event_id).order_by("pk"))
