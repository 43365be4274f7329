"""Message-IDs of our own, and the chain of those that a mail answers (RFC 5322 §3.6.4).

A Message-ID is made of the event and the recipient, so a mail that is sent again carries the same
one, and a bounce or an answer leads back to the event.
"""

import hashlib
import re
from collections.abc import Iterable

from channels_app.providers.base.mail.addresses import fold_case

KEPT_LAST = 10
MAX_CHARS = 900  # RFC 5322 §2.1.1 allows lines of 998

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}>")
_OURS = re.compile(
    r"<?(?P<event>[\w-][\w.-]*)\.(?P<recipient>[0-9a-f]{16})@(?P<domain>[^@<>\s]+)>?"
)
_VERP = re.compile(r"[^@]*\+(?P<event>[\w-][\w.-]*)\.(?P<recipient>[0-9a-f]{16})@[^@<>\s]+")
_FOREIGN = re.compile(r"[^\w-]", re.ASCII)


def make_message_id(event_id: str, recipient: str, domain: str) -> str:
    """Return the Message-ID of an event's mail to one recipient, the same at every attempt."""
    return f"<{_key(event_id, recipient)}@{domain}>"


def event_id_of(message_id: str, domain: str) -> str | None:
    """Return the event of one of our Message-IDs; None if it is none of this domain's."""
    found = _OURS.fullmatch(message_id.strip())
    if found is None or found["domain"].lower() != domain.lower():
        return None
    return found["event"]


def make_return_path(address: str, event_id: str, recipient: str) -> str:
    """Return an envelope sender that tells of whose mail a bounce speaks (VERP)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{_key(event_id, recipient)}@{domain}"


def message_id_of_return_path(address: str, domain: str) -> str | None:
    """Return the Message-ID of the mail that was sent with this envelope sender, if it is ours."""
    found = _VERP.fullmatch(address.strip("<> "))
    return f"<{found['event']}.{found['recipient']}@{domain}>" if found else None


def read_message_ids(text: str) -> list[str]:
    """Return the Message-IDs in a header; what is none is left out."""
    return _MESSAGE_ID.findall(text)


def chain(message_ids: Iterable[str]) -> list[str]:
    """Return a References header's ids: each once, the first and the last ten, within one line."""
    known = [each for each in dict.fromkeys(message_ids) if _MESSAGE_ID.fullmatch(each)]
    if len(known) > KEPT_LAST + 1:
        known = [known[0], *known[-KEPT_LAST:]]
    while len(" ".join(known)) > MAX_CHARS and len(known) > 1:
        # The first says what the thread is, so it goes last of all.
        known.pop(1 if known[2:] else 0)
    return known


def _key(event_id: str, recipient: str) -> str:
    digest = hashlib.sha256(fold_case(recipient).encode()).hexdigest()[:16]
    return f"{_FOREIGN.sub('_', event_id)}.{digest}"
