"""Which mail an event answers, and what the next mail has to know of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels_app.providers.base.mail.addresses import fold_case
from channels_app.providers.base.mail.message_ids import chain, read_message_ids
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.sender import SENDER_VERIFIED

KEY = "email"
"""The key of an event's metadata under which everything about mails stands."""


@dataclass(frozen=True)
class Thread:
    """What a mail carries on.

    Attributes:
        in_reply_to: The Message-ID of the mail that is answered; empty starts a thread.
        references: The thread so far, the answered mail last.
        subject: The thread's subject, empty if it is not known.
    """

    in_reply_to: str = ""
    references: list[str] = field(default_factory=list)
    subject: str = ""


def thread_of(event: RoomEvent, own_id: Callable[[str], str]) -> Thread:
    """Read what an event is told to answer in `metadata["email"]`.

    It holds `in_reply_to`, `references` and `subject` (see `answer_to`), or `follows_event_id`
    where the recipient has not written yet: the event of our last mail to them. An event that came
    in as a mail itself tells of its sender's thread, not of the recipient's: of that only the
    subject is taken.

    Args:
        event: About to be sent.
        own_id: Returns the Message-ID that an earlier event's mail to the recipient had.
    """
    told = event.metadata.get(KEY)
    if not isinstance(told, dict):
        return Thread()
    subject = str(told.get("subject") or "")
    if told.get("message_id"):
        return Thread(subject=subject)
    answered = read_message_ids(str(told.get("in_reply_to") or ""))
    if not answered and told.get("follows_event_id"):
        answered = [own_id(str(told["follows_event_id"]))]
    if not answered:
        return Thread(subject=subject)
    return Thread(answered[0], chain([*_ids(told.get("references")), answered[0]]), subject)


def answer_to(told: JsonObject) -> JsonObject:
    """Return what an answer's `metadata["email"]` must hold, from that of the mail it answers."""
    message_id = str(told.get("message_id") or "")
    return {
        "in_reply_to": message_id,
        "references": chain([*_ids(told.get("references")), message_id]),
        "subject": str(told.get("subject") or ""),
    }


def mails_from(events: Sequence[RoomEvent], *, channel_id: str, address: str) -> list[RoomEvent]:
    """Return the mails that somebody sent into a room; their `metadata["email"]` tells of them.

    Args:
        events: Of the room, oldest first.
        channel_id: The channel it came in by.
        address: Of the sender.
    """
    found: list[RoomEvent] = []
    for event in events:
        told = event.metadata.get(KEY)
        if event.source.channel_id != channel_id or not isinstance(told, dict):
            continue
        if told.get("message_id") and fold_case(str(told.get("from", ""))) == fold_case(address):
            found.append(event)
    return found


def answer_address(address: str, reply_to: str, mails: Sequence[RoomEvent]) -> str:
    """Return where to send the answer to somebody's last mail.

    A mail may ask for answers elsewhere than to its sender. That is believed of a proved sender,
    and of a room in which all mails have asked for the same: else anybody could write in another's
    name and be sent what the other was told.

    Args:
        address: The sender's own.
        reply_to: What was asked for when the room's channel was attached; "" is nothing.
        mails: All from there that are at hand, the one that is answered last.
    """
    if not mails:
        return reply_to or address
    wanted = [fold_case(str(each.metadata[KEY].get("reply_to") or "")) for each in mails]
    is_proved = mails[-1].metadata.get(SENDER_VERIFIED) is True
    is_believed = is_proved or set(wanted) == {reply_to}
    return wanted[-1] if wanted[-1] and is_believed else address


def _ids(references: Any) -> list[str]:
    if isinstance(references, str):
        return read_message_ids(references)
    return [str(each) for each in references or []]
