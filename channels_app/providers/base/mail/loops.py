"""Telling machines from people, so that two of them never talk to each other (RFC 3834)."""

from collections.abc import Sequence
from email.utils import parseaddr

from channels_app.providers.base.mail.addresses import without_tag
from channels_app.providers.base.mail.composing import EVENT_HEADER
from channels_app.providers.base.mail.received import ReceivedMail

BULK = ("bulk", "junk", "list")
MACHINES = ("mailer-daemon", "postmaster")
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply")
SUPPRESSING = ("all", "autoreply")


def why_automatic(mail: ReceivedMail, own_addresses: Sequence[str]) -> str | None:
    """Return why nobody should answer a mail by machine; None if a person seems to have written it.

    Args:
        mail: As it came in.
        own_addresses: Our mailboxes; with any plus tag they count as ours.

    Returns:
        What the mail says of itself (`auto-replied`, `auto-generated`), or one of `bulk`, `junk`,
        `list`, `autoreply`, `suppressed`, `bounce`, `own_mail`.
    """
    return (
        _said_by(mail)
        or _precedence(mail)
        or _other_headers(mail)
        or _bounce(mail)
        or _own(mail, own_addresses)
    )


def _said_by(mail: ReceivedMail) -> str | None:
    said = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    return said[:50] if said and said != "no" else None


def _precedence(mail: ReceivedMail) -> str | None:
    precedence = mail.header("Precedence").lower()
    return precedence if precedence in BULK else None


def _other_headers(mail: ReceivedMail) -> str | None:
    if mail.header("List-Id"):
        return "list"
    if any(mail.header(name) for name in AUTOMATIC_HEADERS):
        return "autoreply"
    asked = mail.header("X-Auto-Response-Suppress").lower().replace(",", " ").split()
    return "suppressed" if any(each in SUPPRESSING for each in asked) else None


def _bounce(mail: ReceivedMail) -> str | None:
    """Tell a bounce by its empty envelope sender, or by who writes."""
    if mail.envelope_from is not None and not mail.envelope_from.strip("<> "):
        return "bounce"
    author = parseaddr(mail.header("From"))[1].partition("@")[0].lower()
    return "bounce" if author in MACHINES else None


def _own(mail: ReceivedMail, own_addresses: Sequence[str]) -> str | None:
    author = without_tag(parseaddr(mail.header("From"))[1])
    is_ours = author in map(without_tag, own_addresses) or bool(mail.header(EVENT_HEADER))
    return "own_mail" if is_ours else None
