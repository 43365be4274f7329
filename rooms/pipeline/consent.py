"""Words that stop and start messages: obeyed before the message is stored, answered with it."""

from dataclasses import dataclass

from hooks.results import InjectedEvent
from rooms.channel import Channel
from rooms.domain.content import EventContent, RichContent, TextContent
from rooms.domain.enums import ChannelDirection, ChannelType, EventType
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.domain.message import InboundMessage
from rooms.domain.sender import addresses_of, is_unproved
from rooms.domain.standing import CONSENT, ConsentWord, ContactPoint, OptOutReason
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import conversation_of
from rooms.pipeline.planning import AUTO_SUBMITTED
from rooms.pipeline.visibility import Visibility
from rooms.registry import ChannelRegistry


@dataclass(frozen=True)
class Heard:
    """An inbound event with what it is to be answered with at once."""

    event: RoomEvent
    notices: tuple[InjectedEvent[RoomEvent], ...] = ()


class Consent:
    """Keeps who wrote when and who wants no more, as inbound messages tell it.

    All of it is written before the message is committed and may be written again: a process that
    dies in between leaves a message that comes once more.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def is_stop(self, message: InboundMessage, channel: Channel) -> bool:
        """Tell whether a message is one that must not be lost, however many there are."""
        is_message = message.event_type is EventType.MESSAGE
        return is_message and self._word_in(message.content, channel) is ConsentWord.STOP

    async def hear(self, message: InboundMessage, event: RoomEvent, channel: Channel) -> Heard:
        """Take what a message says of its sender; return it, marked if it is a word of consent."""
        if event.type is not EventType.MESSAGE:
            return Heard(event)
        if channel.reply_window(event) is not None:
            await self._note(message, channel)
        word = message.consent_word or self._word_in(event.content, channel)
        if word is None:
            await self._reconsider(message, event, channel)
            return Heard(event)
        is_news = await self._obey(word, message, event, channel)
        if message.consent_word is not None:
            return Heard(_marked(event, word))
        if word is ConsentWord.START and not is_news:
            return Heard(event)  # nobody had stopped: it is a message like any other
        reply = self._parts.contact.consent.reply_to(word) if is_news else ""
        notices = (_notice(event, word, reply),) if reply else ()
        return Heard(_marked(event, word), notices)

    async def _note(self, message: InboundMessage, channel: Channel) -> None:
        """Note when somebody wrote; what they say in a group opens the group's window alone."""
        now = self._parts.clock.now()
        group = self._group_of(message, channel)
        points = [group] if group else self._points_of(message, channel)
        await self._parts.store.note_inbound(points, min(message.timestamp or now, now))

    def _group_of(self, message: InboundMessage, channel: Channel) -> ContactPoint | None:
        """Return the conversation, if that is another address than the sender's."""
        conversation = conversation_of(message, channel)
        if conversation == message.sender_id:
            return None
        return point_of(self._parts.channels, channel, conversation)

    def _points_of(self, message: InboundMessage, channel: Channel) -> list[ContactPoint]:
        """Return the sender by each address that the vendor tells."""
        addresses = addresses_of(message.sender_id, message.metadata)
        return [point_of(self._parts.channels, channel, address) for address in addresses]

    async def _reconsider(
        self, message: InboundMessage, event: RoomEvent, channel: Channel
    ) -> None:
        """Lift what a vendor has told of somebody who writes, where there are no words to lift it.

        Who has blocked us cannot write to us; whoever unsubscribes may still ask something.
        """
        rules = self._parts.contact.consent
        has_words = rules.concern(str(channel.channel_type))
        is_nobody = message.metadata.get(AUTO_SUBMITTED) or is_unproved(message.metadata)
        if channel.recipient_key is None or has_words or is_nobody:
            return
        for point in self._points_of(message, channel):
            standing = await self._parts.store.get_standing(point)
            if standing.opt_out_reason is OptOutReason.VENDOR:
                await self._parts.store.opt_in(point, by=message.idempotency_key or event.id)

    def _word_in(self, content: EventContent, channel: Channel) -> ConsentWord | None:
        if not isinstance(content, TextContent | RichContent):
            return None
        return self._parts.contact.consent.word_of(str(channel.channel_type), content.body)

    async def _obey(
        self, word: ConsentWord, message: InboundMessage, event: RoomEvent, channel: Channel
    ) -> bool:
        """Do what a word asks for; tell whether there is something new to answer."""
        if word is ConsentWord.HELP:
            return True
        key, store = message.idempotency_key, self._parts.store
        if key and await store.find_event_by_key(key, channel_id=channel.channel_id):
            return False  # it was obeyed before it was stored, and another may have come since
        by, news = key or event.id, False
        for point in self._points_of(message, channel):
            news |= await self._change(word, point, by=by)
        group = self._group_of(message, channel)
        # What is said to a group reaches this person too; only who has stopped it starts it again.
        if group is not None and (news or word is ConsentWord.STOP):
            await self._change(word, group, by=by)
        return news

    async def _change(self, word: ConsentWord, point: ContactPoint, *, by: str) -> bool:
        if word is ConsentWord.START:
            return await self._parts.store.opt_in(point, by=by)
        return await self._parts.store.opt_out(point, reason=OptOutReason.KEYWORD, by=by)


def point_of(channels: ChannelRegistry, channel: Channel, address: str) -> ContactPoint:
    """Return an address as a registered channel reaches it."""
    return ContactPoint.at(
        channel.channel_id,
        channel_type=str(channel.channel_type),
        address=address,
        organization_id=channels.organization_of(channel.channel_id),
    )


def is_notice(event: RoomEvent) -> bool:
    """Tell whether an event answers a word of consent: it goes out whatever the person wants."""
    return event.source.channel_type is ChannelType.SYSTEM and CONSENT in event.metadata


def _marked(event: RoomEvent, word: ConsentWord) -> RoomEvent:
    metadata = {**event.metadata, CONSENT: word.value}
    return event.model_copy(update={"metadata": metadata})


def _notice(event: RoomEvent, word: ConsentWord, text: str) -> InjectedEvent[RoomEvent]:
    notice = RoomEvent(
        room_id=event.room_id,
        source=EventSource(
            channel_id=SYSTEM_CHANNEL_ID,
            channel_type=ChannelType.SYSTEM,
            direction=ChannelDirection.OUTBOUND,
        ),
        content=TextContent(body=text),
        visibility=Visibility.TRANSPORT,
        metadata={CONSENT: word.value},
    )
    return InjectedEvent(event=notice, target_channel_ids=[event.source.channel_id])
