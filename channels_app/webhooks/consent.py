"""What becomes of news about who wants messages and who does not."""

import json
from collections.abc import Sequence
from hashlib import sha256

from channels_app.providers.base.webhook import ContactChanged, Unread, WebhookItem
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.message import InboundMessage
from rooms.domain.provider_message import EVENT_ID
from rooms.domain.standing import ConsentWord, ContactPoint, OptOutReason
from rooms.kit import RoomKit
from rooms.pipeline.consent import point_of
from rooms.pipeline.late_windows import LateWindows

OPTED_OUT, OPTED_IN = "opted_out", "opted_in"
WORDS = {OPTED_OUT: ConsentWord.STOP, OPTED_IN: ConsentWord.START}


class VendorConsent:
    """Applies what vendors tell of consent, for the items of one webhook.

    What a vendor has obeyed it has also answered: the message that says so, which comes with the
    news, is not answered again.

    Args:
        kit: Whose store and channels to use.
        items: Everything in the webhook.
    """

    def __init__(self, kit: RoomKit, items: Sequence[WebhookItem | Unread]) -> None:
        self._kit = kit
        self._messages = [item for item in items if isinstance(item, InboundMessage)]
        self._obeyed: dict[tuple[str, str], ConsentWord] = {}

    async def hear(self, item: WebhookItem) -> WebhookItem:
        """Take what an item tells of consent; return it, a message marked if it is obeyed."""
        match item:
            case InboundMessage():
                return self._marked(item)
            case ContactChanged():
                await self._change(item)
            case DeliveryStatus():
                await self._report(item)
        return item

    async def _change(self, item: ContactChanged) -> None:
        """Stop or start messages to a contact; other news is not of consent."""
        word = WORDS.get(item.change)
        point = await self._point_of(item.channel_id, item.sender_id)
        if word is None or point is None or await self._is_repeated(item):
            return
        by, store = _name_of(item), self._kit.store
        if word is ConsentWord.START:
            is_news = await store.opt_in(point, by=by)
        else:
            is_news = await store.opt_out(point, reason=_reason_of(item), by=by)
        if is_news:
            self._obeyed[item.channel_id, item.sender_id] = word

    async def _is_repeated(self, item: ContactChanged) -> bool:
        """Tell whether news came with a message that is stored: other news may have come since."""
        sender = (item.channel_id, item.sender_id)
        keys = [
            message.idempotency_key
            for message in self._messages
            if (message.channel_id, message.sender_id) == sender and message.idempotency_key
        ]
        store = self._kit.store
        known = [await store.find_event_by_key(key, channel_id=item.channel_id) for key in keys]
        return any(known)

    def _marked(self, message: InboundMessage) -> InboundMessage:
        """Return a message with the word of consent that its vendor has obeyed."""
        word = self._obeyed.get((message.channel_id, message.sender_id))
        if word is None or message.consent_word is not None:
            return message
        return message.model_copy(update={"consent_word": word})

    async def _report(self, status: DeliveryStatus) -> None:
        """Learn from a report of a message of ours why it was not sent."""
        outcome = status.raw.get("outcome")
        if outcome == SendOutcome.OPTED_OUT and status.channel_id:
            point = await self._point_of(status.channel_id, status.recipient)
            if point is not None:
                by = f"report:{status.message_id}"
                await self._kit.store.opt_out(point, reason=OptOutReason.VENDOR, by=by)
        elif outcome == SendOutcome.WINDOW_CLOSED and status.channel_id:
            known = await self._kit.store.get_provider_message(status.channel_id, status.message_id)
            event_id = known.event_id if known else status.raw.get(EVENT_ID)
            if isinstance(event_id, str):
                pipeline = self._kit.pipeline
                windows = LateWindows(pipeline.parts, pipeline.injections)
                await windows.stand_in(event_id, status.channel_id)

    async def _point_of(self, channel_id: str, address: str) -> ContactPoint | None:
        channels = self._kit.pipeline.parts.channels
        channel = await channels.find(channel_id)
        return point_of(channels, channel, address) if channel and address else None


def _reason_of(item: ContactChanged) -> OptOutReason:
    is_complaint = item.details.get("reason") == OptOutReason.COMPLAINT
    return OptOutReason.COMPLAINT if is_complaint else OptOutReason.VENDOR


def _name_of(item: ContactChanged) -> str:
    """Return what tells this news from others, so that the same is known when it comes again."""
    news = json.dumps([item.change, item.raw], sort_keys=True, default=str)
    return f"vendor:{sha256(news.encode()).hexdigest()}"
