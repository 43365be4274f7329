"""From a received mail to what it means for a room."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr, parsedate_to_datetime

from channels_app.providers.base.mail.addresses import fold_case, without_tag
from channels_app.providers.base.mail.config import MailConfig
from channels_app.providers.base.mail.files import MailFile
from channels_app.providers.base.mail.loops import why_automatic
from channels_app.providers.base.mail.markup import clean_html
from channels_app.providers.base.mail.message_ids import event_id_of, read_message_ids
from channels_app.providers.base.mail.quotes import latest_reply
from channels_app.providers.base.mail.received import ReceivedMail
from channels_app.providers.base.mail.reply_tokens import read_reply_address
from channels_app.providers.base.mail.reports import read_report
from channels_app.providers.base.mail.threading import KEY
from channels_app.providers.base.mail.verdicts import sender_verdict
from channels_app.providers.base.webhook import MalformedWebhook, WebhookItem
from rooms.domain.content import CompositeContent, EventContent, MediaContent, TextContent
from rooms.domain.enums import ChannelType
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.sender import ANSWERS, REPLY_ADDRESS, REPLY_ROOM, SENDER_VERIFIED
from rooms.pipeline.plain_text import strip_html
from rooms.pipeline.threads import MAX_ANSWERS

MAX_TEXT_CHARS = 100_000
MAX_FILES = 20
MAX_ID_CHARS = 500
# Smaller pictures that the HTML shows are logos and spacers, and stay in it; larger ones are what
# somebody pasted, and are files.
DECORATION_BYTES = 8_000
# They are read with every message of the room, so there may be few of them.
SHOWN_PICTURES_BYTES = 64_000
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@dataclass(frozen=True)
class Reader:
    """Reads mails of one channel.

    Attributes:
        config: Our addresses and secrets.
        provider: Whose name the items carry.
        now: What the end of reply addresses is compared with.
    """

    config: MailConfig
    provider: str
    now: datetime = field(default_factory=utc_now)

    def read(self, mail: ReceivedMail, channel_id: str) -> list[WebhookItem]:
        """Return what a mail is: news of a mail of ours, or a message.

        Raises:
            MalformedWebhook: If it has no sender, or addresses that take an attack to write.
        """
        try:
            report = read_report(
                mail, channel_id=channel_id, provider=self.provider, domain=self.config.domain
            )
            return [self._message(mail, channel_id)] if report is None else report
        except RecursionError:  # comments in an address may nest
            raise MalformedWebhook("an address of the mail is nested too deep") from None

    def _message(self, mail: ReceivedMail, channel_id: str) -> InboundMessage:
        message_id = next(iter(read_message_ids(mail.header("Message-ID"))), "")[:MAX_ID_CHARS]
        facts = self._facts(mail, message_id)
        return InboundMessage(
            channel_id=channel_id,
            channel_type=ChannelType.EMAIL,
            sender_id=fold_case(facts["from"]),
            content=_content(mail, facts),
            provider_message_id=message_id or None,
            external_id=message_id or None,
            idempotency_key=_key(mail, message_id),
            timestamp=_moment(mail.header("Date")),
            thread_id=_thread(facts),
            metadata=self._metadata(mail, facts),
            raw_payload=mail.raw,
        )

    def _metadata(self, mail: ReceivedMail, facts: JsonObject) -> JsonObject:
        metadata: JsonObject = {KEY: facts}
        automatic = why_automatic(mail, self.config.mailboxes)
        if automatic:
            metadata["auto_submitted"] = automatic
        verified = sender_verdict(mail, self.config.authserv_id)
        if verified is not None:
            metadata[SENDER_VERIFIED] = verified
        return metadata | self._whereabouts(mail, facts)

    def _whereabouts(self, mail: ReceivedMail, facts: JsonObject) -> JsonObject:
        """Return what leads to the mail's room, and where its sender wants to be answered."""
        answered = [facts["in_reply_to"], *reversed(facts["references"])]
        ours = [
            (each, event_id_of(each, self.config.domain))
            for each in dict.fromkeys(answered)
            if each and len(each) <= MAX_ID_CHARS
        ]
        known: JsonObject = {
            REPLY_ROOM: self._room(mail),
            ANSWERS: ours[:MAX_ANSWERS],
            REPLY_ADDRESS: self._reply_address(facts),
        }
        return {key: value for key, value in known.items() if value}

    def _reply_address(self, facts: JsonObject) -> str | None:
        """Return where answers go instead of to the sender; never to ourselves."""
        wanted = fold_case(facts["reply_to"])
        if "@" not in wanted or wanted == fold_case(facts["from"]):
            return None
        return None if without_tag(wanted) in map(without_tag, self.config.mailboxes) else wanted

    def _facts(self, mail: ReceivedMail, message_id: str) -> JsonObject:
        name, author = _author(mail)
        answered = read_message_ids(mail.header("In-Reply-To"))
        references = read_message_ids(mail.header("References"))
        facts: JsonObject = {
            "message_id": message_id,
            "in_reply_to": answered[0] if answered else "",
            "references": references,
            "answers_event_id": self._answered_event([*answered, *reversed(references)]),
            "subject": mail.header("Subject"),
            "from": author,
            "from_name": name,
            "to": _addresses(mail, "To"),
            "cc": _addresses(mail, "Cc"),
            "reply_to": next(iter(_addresses(mail, "Reply-To")), ""),
        }
        return facts | self._bodies(mail)

    def _bodies(self, mail: ReceivedMail) -> JsonObject:
        text = mail.text if mail.text.strip() else strip_html(mail.html)
        bodies: JsonObject = {"body": text[:MAX_TEXT_CHARS]}
        if len(text) > MAX_TEXT_CHARS:
            bodies["body_cut_at"] = MAX_TEXT_CHARS
        if mail.html:
            bodies["html"] = clean_html(
                mail.html[: 2 * MAX_TEXT_CHARS],
                pictures=_pictures(mail),
                remote_images=self.config.remote_images,
            )
        return bodies

    def _answered_event(self, message_ids: list[str]) -> str | None:
        """Return the event of the nearest mail of ours in the thread."""
        events = (event_id_of(each, self.config.domain) for each in message_ids)
        return next(filter(None, events), None)

    def _room(self, mail: ReceivedMail) -> str | None:
        """Return the room in a reply address; the envelope knows best who a mail was for."""
        mailbox = self.config.reply_address
        if not mailbox or not self.config.reply_keys:
            return None
        recipients = mail.envelope_to or [*_addresses(mail, "To"), *_addresses(mail, "Cc")]
        rooms = (
            read_reply_address(each, mailbox, self.config.reply_keys, now=self.now)
            for each in recipients
        )
        return next(filter(None, rooms), None)


def _author(mail: ReceivedMail) -> tuple[str, str]:
    name, author = parseaddr(mail.header("From"))
    if "@" not in author:
        author = parseaddr(mail.header("Sender"))[1] or (mail.envelope_from or "").strip("<> ")
    if "@" not in author:
        raise MalformedWebhook("the mail has no sender")
    return name, author


def _addresses(mail: ReceivedMail, header: str) -> list[str]:
    return [address for _, address in getaddresses(mail.headers(header)) if address]


def _content(mail: ReceivedMail, facts: JsonObject) -> EventContent:
    """Return what was written now and the files; an empty mail says its subject."""
    said = latest_reply(facts["body"])
    files = [each for each in mail.files if not _is_decoration(each, mail.html)]
    if len(files) > MAX_FILES:
        facts["files_left_out"] = [each.name for each in files[MAX_FILES:]]
    parts: list[EventContent] = [_media(each) for each in files[:MAX_FILES]]
    if said or not parts:
        parts.insert(0, TextContent(body=said or facts["subject"]))
    return parts[0] if len(parts) == 1 else CompositeContent(parts=parts)


def _media(each: MailFile) -> MediaContent:
    return MediaContent(
        url=each.data_url(),
        mime_type=each.mime_type,
        filename=each.name,
        size_bytes=len(each.content),
    )


def _is_decoration(each: MailFile, markup: str) -> bool:
    small = len(each.content) < DECORATION_BYTES and each.mime_type in PICTURES
    return small and bool(each.content_id) and f"cid:{each.content_id}" in markup


def _pictures(mail: ReceivedMail) -> dict[str, str]:
    """Return the addresses of the small pictures that the HTML shows."""
    pictures: dict[str, str] = {}
    room = SHOWN_PICTURES_BYTES
    for each in mail.files:
        size = len(each.content)
        small = size < min(DECORATION_BYTES, room)
        if each.content_id and each.mime_type in PICTURES and small:
            pictures[each.content_id] = each.data_url()
            room -= size
    return pictures


def _key(mail: ReceivedMail, message_id: str) -> str:
    """Return what is the same when a mail comes again; one without an id is told by its words."""
    known = message_id or "\n".join(
        [mail.header("From"), mail.header("Date"), mail.text, mail.html]
    )
    told = "\n".join([known, *sorted(map(fold_case, mail.envelope_to))])
    return f"email:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()}"


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _thread(facts: JsonObject) -> str | None:
    """Return the mail that began the thread (RFC 5322 §3.6.4)."""
    first = [*facts["references"][:1], facts["in_reply_to"], facts["message_id"]]
    return next((each[:MAX_ID_CHARS] for each in first if each), None)
