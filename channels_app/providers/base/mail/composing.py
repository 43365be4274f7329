"""From an event to a mail, before any vendor's own form."""

from dataclasses import dataclass, field
from datetime import timedelta

from channels_app.providers.base.mail.addresses import (
    Mailbox,
    UnsafeHeaderError,
    check_line,
    read_mailbox,
)
from channels_app.providers.base.mail.bodies import Body, build_body
from channels_app.providers.base.mail.config import MailConfig
from channels_app.providers.base.mail.message_ids import make_message_id
from channels_app.providers.base.mail.reply_tokens import make_reply_address
from channels_app.providers.base.mail.subjects import MAX_CHARS, answer_subject
from channels_app.providers.base.mail.threading import Thread, thread_of
from channels_app.providers.base.outcomes import refused
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelType, EventType
from rooms.domain.event import RoomEvent

EVENT_HEADER = "X-RoomKit-Event"


class NotSendableError(ValueError):
    """An event cannot be sent as a mail; `code` says why in one word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def result(self) -> ProviderResult:
        """Return it as a provider's answer; trying again will not help."""
        return refused(SendOutcome.REJECTED, self.code, str(self))


@dataclass(frozen=True)
class Mail:
    """A mail that is safe to send: no header can hold a line break.

    Attributes:
        message_id: The same at every attempt.
        sender: Who it is from.
        to: Who it goes to.
        reply_to: Where answers go; None means to the sender.
        subject: One line.
        body: At least one of text and HTML.
        headers: All other headers that we set, `Message-ID` among them.
    """

    message_id: str
    sender: Mailbox
    to: Mailbox
    reply_to: Mailbox | None
    subject: str
    body: Body
    headers: dict[str, str] = field(default_factory=dict)

    def check_size(self, max_bytes: int) -> None:
        """Return if the files fit; `max_bytes` is what the vendor takes before it is encoded.

        Raises:
            NotSendableError: If they do not.
        """
        size = sum(len(each.content) for each in self.body.files)
        if size > max_bytes:
            raise NotSendableError(
                "too_large",
                f"the files have {size} bytes, the vendor takes {max_bytes}: send an address",
            )

    def check_ascii(self) -> None:
        """Return if every server can deliver to the recipient.

        Raises:
            NotSendableError: If the mailbox's name needs a server that takes all of Unicode.
        """
        if not self.to.address.isascii():
            raise NotSendableError("invalid_recipient", "the recipient's name is not ASCII")


def compose(
    event: RoomEvent,
    to: str,
    config: MailConfig,
    *,
    from_: str | None = None,
    subject: str | None = None,
) -> Mail:
    """Write an event as a mail.

    Args:
        event: Its `metadata["email"]` may say which mail it answers.
        to: The recipient.
        config: Ours.
        from_: The sender of this channel or room, if it is not the provider's.
        subject: The room's subject; a thread that is answered keeps its own.

    Raises:
        NotSendableError: If a header would hold a line break, an address is none, or there is
            nothing to say.
    """
    try:
        return _compose(event, to, config, from_=from_, subject=subject)
    except UnsafeHeaderError as error:
        raise NotSendableError("invalid_header", str(error)) from error


def _compose(
    event: RoomEvent, to: str, config: MailConfig, *, from_: str | None, subject: str | None
) -> Mail:
    recipient = read_mailbox("the recipient", to)
    thread = thread_of(
        event, lambda event_id: make_message_id(event_id, recipient.address, config.domain)
    )
    sender = read_mailbox("the sender", from_, name=config.from_name) if from_ else config.sender
    message_id = make_message_id(event.id, recipient.address, config.domain)
    return Mail(
        message_id=message_id,
        sender=sender,
        to=recipient,
        reply_to=_reply_to(event, config),
        subject=_subject(thread, subject, config),
        body=_body(event),
        headers=_headers(event, message_id, thread),
    )


def _subject(thread: Thread, given: str | None, config: MailConfig) -> str:
    if thread.in_reply_to and thread.subject:
        return answer_subject(check_line("the subject", thread.subject))
    chosen = check_line("the subject", given or thread.subject or config.default_subject).strip()
    if thread.in_reply_to:
        return answer_subject(chosen)
    return chosen[:MAX_CHARS] or config.default_subject


def _reply_to(event: RoomEvent, config: MailConfig) -> Mailbox | None:
    """Return where answers go, into the event's room where that can be signed.

    The end of an address depends on the event alone, so each attempt sends the same one.
    """
    if not config.reply_address:
        return None
    mailbox = read_mailbox("reply_address", config.reply_address, name=config.from_name)
    if not config.reply_keys:
        return mailbox
    ends_at = event.created_at + timedelta(days=config.reply_valid_days)
    try:
        address = make_reply_address(
            mailbox.address, event.room_id, config.reply_keys[0], expires_at=ends_at
        )
    except ValueError:
        # The room's id is too long for an address: answers are found by their References.
        return mailbox
    return Mailbox(address, mailbox.name)


def _body(event: RoomEvent) -> Body:
    try:
        body = build_body(event.content)
    except ValueError as error:
        raise NotSendableError("invalid_media", str(error)) from error
    if not (body.text or body.html or body.files):
        raise NotSendableError("empty_message", "the event holds nothing that a mail can say")
    return body


def _headers(event: RoomEvent, message_id: str, thread: Thread) -> dict[str, str]:
    headers = {"Message-ID": message_id, EVENT_HEADER: check_line("the event's id", event.id)}
    if thread.in_reply_to:
        headers["In-Reply-To"] = thread.in_reply_to
        headers["References"] = " ".join(thread.references)
    if is_automatic(event):
        # RFC 3834 §5; the second one keeps Exchange from sending absence notes.
        headers["Auto-Submitted"] = "auto-replied" if thread.in_reply_to else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return headers


def is_automatic(event: RoomEvent) -> bool:
    """Tell whether a machine speaks: an AI, the framework, or a mail that was automatic itself."""
    return (
        event.source.channel_type == ChannelType.AI
        or event.type is EventType.SYSTEM
        or bool(event.metadata.get("auto_submitted"))
    )
