"""Mailboxes and header lines: what may be written into a header, and when two names are one box."""

import re
import unicodedata
from dataclasses import dataclass
from email.utils import formataddr, getaddresses

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MAILBOX = re.compile(r"[^@\s<>\",;:\\()\[\]]{1,64}@[^@\s<>\",;:\\()\[\]]{1,253}")


class UnsafeHeaderError(ValueError):
    """A header's text would end its line, or is no address: the mail must not be sent."""


@dataclass(frozen=True)
class Mailbox:
    """An address and the name of whoever reads it."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """What follows the @."""
        return self.address.rpartition("@")[2]

    def __str__(self) -> str:
        """Return it as headers show it, other alphabets encoded (RFC 2047)."""
        return formataddr((self.name, self.address))


def check_line(what: str, text: str) -> str:
    """Return a header's text unchanged.

    Raises:
        UnsafeHeaderError: If it holds a line break or another control character.
    """
    found = _CONTROL.search(text)
    if found:
        raise UnsafeHeaderError(f"{what} holds the control character {found.group()!a}")
    return text


def read_mailbox(what: str, text: str, *, name: str | None = None) -> Mailbox:
    """Read `a@x.org` or `Ana <a@x.org>`; `name` is the name where the text gives none.

    Raises:
        UnsafeHeaderError: If it is not one mailbox.
    """
    found = getaddresses([check_line(what, text).strip()])
    given, address = found[0] if len(found) == 1 else ("", "")
    address = ascii_domain(address)
    if not _MAILBOX.fullmatch(address):
        raise UnsafeHeaderError(f"{what} is not one e-mail address")
    return Mailbox(address, check_line(f"the name in {what}", given or name or ""))


def ascii_domain(address: str) -> str:
    """Return an address in NFC with its domain in lower-case ASCII, as servers compare domains."""
    local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return address
    return f"{local}{at}{domain.lower()}"


def fold_case(address: str) -> str:
    """Return the form of an address that is the same for all spellings of one mailbox."""
    return ascii_domain(address.strip()).lower()


def without_tag(address: str) -> str:
    """Return an address without its plus tag, folded: `Help+42@X.org` is `help@x.org`."""
    local, at, domain = fold_case(address).rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
