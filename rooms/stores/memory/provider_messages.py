"""Messages under their providers' ids."""

from collections.abc import Sequence
from datetime import datetime

from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import ChannelDirection
from rooms.domain.provider_message import MessageStatus, ProviderMessage, StatusChange, fold_report
from rooms.stores.memory.tables import Tables

KNOWN_BY_US = ("event_id", "room_id", "direction", "address")


class ProviderMessageTable:
    """Keeps whose each message is, and what was reported of it before anybody knew."""

    def __init__(self, tables: Tables) -> None:
        self._messages = tables.provider_messages

    def note_provider_messages(self, messages: Sequence[ProviderMessage]) -> list[ProviderMessage]:
        """Write whose messages these are; return them with what is reported of them."""
        return [self._note(message) for message in messages]

    def fold_status(self, channel_id: str, report: DeliveryStatus) -> StatusChange:
        """Write a report; of an unknown message it is kept until the message is noted."""
        place = (channel_id, report.message_id)
        known = self._messages.get(place) or ProviderMessage(
            channel_id=channel_id,
            provider_message_id=report.message_id,
            address=report.recipient,
        )
        return self._keep(fold_report(known, report))

    def fold_until(
        self, channel_id: str, address: str, until: datetime, report: DeliveryStatus
    ) -> list[StatusChange]:
        """Write a report about all sent to an address until a moment; return what moved."""
        unread = [
            message
            for message in self._messages.values()
            if (message.channel_id, message.address) == (channel_id, address)
            and message.direction is ChannelDirection.OUTBOUND
            and message.noted_at <= until
            and message.status is not MessageStatus.READ
        ]
        changes = [self._keep(fold_report(message, report)) for message in unread]
        return [change for change in changes if change.changed]

    def get_provider_message(
        self, channel_id: str, provider_message_id: str
    ) -> ProviderMessage | None:
        """Return what is known under a provider's id, or None."""
        return self._messages.get((channel_id, provider_message_id))

    def list_provider_messages(self, event_id: str) -> list[ProviderMessage]:
        """Return the messages of an event, in the order they were noted."""
        return [message for message in self._messages.values() if message.event_id == event_id]

    def _note(self, message: ProviderMessage) -> ProviderMessage:
        place = (message.channel_id, message.provider_message_id)
        if known := self._messages.get(place):
            ours = {name: getattr(message, name) for name in KNOWN_BY_US}
            message = known.model_copy(update=ours)
        self._messages[place] = message
        return message

    def _keep(self, change: StatusChange) -> StatusChange:
        message = change.message
        self._messages[message.channel_id, message.provider_message_id] = message
        return change
