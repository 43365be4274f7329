"""What Messenger posts, built as Meta builds it.

Sources: "Messenger Platform: Webhook events" (messages, messaging_postbacks, message_reactions,
message_deliveries, message_reads, message_echoes, message_edits, standby) and the changelog of
2026-06-01 (attachment type `sticker`). All values are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from channels_app.testing.fakes.meta import Signed, signed

Json = dict[str, Any]

SENT_AT_MS = 1767225599000
PSID = "5478211960032211"
OUR_APP, PAGE_INBOX = 1517776481860111, 263902037430900
"""Who has sent a message: the app that takes these webhooks, or people in the page's inbox."""


@dataclass(frozen=True)
class MessengerWebhooks:
    """Posts the events of one page."""

    app_secret: str
    page_id: str

    # -- envelopes

    def post(self, *events: Json, batches: Sequence[Sequence[Json]] = ()) -> Signed:
        """Sign one webhook: an entry with the events, or one entry for each batch."""
        entries = [
            {"id": self.page_id, "time": SENT_AT_MS + 1000, "messaging": list(batch)}
            for batch in batches or [events]
        ]
        return signed({"object": "page", "entry": entries}, self.app_secret)

    def standby(self, *events: Json) -> Signed:
        """Post what another app of the page answers."""
        entry = {"id": self.page_id, "time": SENT_AT_MS, "standby": list(events)}
        return signed({"object": "page", "entry": [entry]}, self.app_secret)

    def event(self, psid: str = PSID, timestamp: int | None = SENT_AT_MS, **parts: Any) -> Json:
        """Return one thing that a person did."""
        at = {} if timestamp is None else {"timestamp": timestamp}
        return {"sender": {"id": psid}, "recipient": {"id": self.page_id}, **at, **parts}

    # -- events

    def text(self, text: str, *, mid: str = "m_IN1", psid: str = PSID, **more: Any) -> Json:
        """Return a text; `more` are further fields of the message, such as `quick_reply`."""
        return self.event(psid, message={"mid": mid, "text": text, **more})

    def files(self, *files: tuple[str, str], mid: str = "m_IN1", text: str = "") -> Json:
        """Return files by type and address, with words where there are any."""
        attachments = [{"type": kind, "payload": {"url": url}} for kind, url in files]
        words = {"text": text} if text else {}
        return self.event(message={"mid": mid, **words, "attachments": attachments})

    def postback(self, payload: str, title: str, *, mid: str = "m_PB1") -> Json:
        """Return the push of a button."""
        return self.event(postback={"mid": mid, "title": title, "payload": payload})

    def reaction(self, target: str, emoji: str | None) -> Json:
        """Return a reaction; None takes it away."""
        if emoji is None:
            return self.event(reaction={"mid": target, "action": "unreact"})
        sign = {"mid": target, "action": "react", "emoji": emoji, "reaction": "other"}
        return self.event(reaction=sign)

    def edit(self, target: str, text: str, *, num_edit: int = 1) -> Json:
        """Return that a message was changed."""
        return self.event(message_edit={"mid": target, "text": text, "num_edit": num_edit})

    def delivery(self, *mids: str, watermark: int = SENT_AT_MS) -> Json:
        """Return that messages have arrived; Messenger gives it no time of its own."""
        named = {"mids": list(mids)} if mids else {}
        return self.event(timestamp=None, delivery={**named, "watermark": watermark})

    def read(self, watermark: int = SENT_AT_MS) -> Json:
        """Return that everything sent until then was read."""
        return self.event(read={"watermark": watermark})

    def echo(
        self, text: str, *, mid: str = "m_OUT1", app_id: int = PAGE_INBOX, **more: Any
    ) -> Json:
        """Return what the page itself sent; `more` are further fields, such as `attachments`."""
        said = {"text": text} if text else {}
        return {
            "sender": {"id": self.page_id},
            "recipient": {"id": PSID},
            "timestamp": SENT_AT_MS,
            "message": {"mid": mid, **said, "is_echo": True, "app_id": app_id, **more},
        }

    def echo_of_ours(self, mid: str, text: str, metadata: str | None) -> Json:
        """Return what our app has sent; `metadata` comes back as it was sent."""
        return self.echo(text, mid=mid, app_id=OUR_APP, metadata=metadata)

    # -- ready to post

    def inbound_text(self, text: str, **more: Any) -> Signed:
        """Post a text."""
        return self.post(self.text(text, **more))

    def status_delivered(self, *mids: str) -> Signed:
        """Post that messages have arrived."""
        return self.post(self.delivery(*mids))

    def status_read(self, watermark: int = SENT_AT_MS) -> Signed:
        """Post that everything sent until then was read."""
        return self.post(self.read(watermark))
