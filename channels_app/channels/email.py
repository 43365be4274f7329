"""E-mail."""

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.email import EmailProvider
from channels_app.providers.base.mail.threading import (
    KEY,
    answer_address,
    answer_to,
    mails_from,
)
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelMediaType, ChannelType
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH, ChannelMediaType.MEDIA],
    supports_threading=True,
    supports_rich_text=True,
    supports_media=True,
)


class MailChannel(TransportChannel):
    """Carries on the thread of whoever is written to."""

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Send an event as the answer to the recipient's last mail, unless it says what it answers.

        It goes to where that mail asked for answers, see `answer_address`.

        Raises:
            DeliveryFailedError: As any transport.
        """
        mails, to = self._answered(event, binding, context)
        addressed = {**binding.metadata, str(self.recipient_key): to}
        return await super().deliver(
            _answering(event, mails[-1] if mails else None),
            binding.model_copy(update={"metadata": addressed}),
            context,
        )

    def addresses(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> list[str]:
        """Return where a mail goes, and the recipient's own address if that is another."""
        _, to = self._answered(event, binding, context)
        own = super().addresses(event, binding, context)
        return list(dict.fromkeys(filter(None, [to, *own])))

    def _answered(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> tuple[list[RoomEvent], str]:
        """Return the recipient's mails before an event, and where the answer to them goes."""
        address = str(binding.metadata.get(str(self.recipient_key), ""))
        before = [each for each in context.recent_events if each.index < event.index]
        mails = mails_from(before, channel_id=self.channel_id, address=address)
        return mails, answer_address(address, str(binding.metadata.get("reply_to") or ""), mails)


def _answering(event: RoomEvent, asked: RoomEvent | None) -> RoomEvent:
    told = event.metadata.get(KEY)
    # A mail that came in tells of its sender's thread, which is not the recipient's.
    is_told = isinstance(told, dict) and told and not told.get("message_id")
    if asked is None or is_told:
        return event
    answer = answer_to(asked.metadata[KEY])
    return event.model_copy(update={"metadata": {**event.metadata, KEY: answer}})


def EmailChannel(  # noqa: N802 - stands for a class
    channel_id: str, *, provider: EmailProvider | None = None, from_address: str | None = None
) -> TransportChannel:
    """Create an e-mail channel; the binding's `email_address` is the recipient.

    The subject is read from the binding's `subject`; an answer keeps that of the mail it answers.

    Args:
        channel_id: Unique among the registered channels.
        provider: The vendor; without one, deliveries do nothing.
        from_address: The sender in every room; None reads the binding's `from_`.
    """
    return MailChannel(
        channel_id,
        ChannelType.EMAIL,
        provider=provider,
        capabilities=CAPABILITIES,
        recipient_key="email_address",
        defaults={"from_": from_address, "subject": None},
    )
