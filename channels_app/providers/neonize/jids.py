"""WhatsApp's ids of people and groups, and the addresses that rooms know them by.

A person is known by a number, `+15145550100`; one who hides it by a `…@lid`. A group is a `…@g.us`.
"""

import re
from typing import Any

from channels_app.providers.neonize import extra

PEOPLE, HIDDEN, GROUPS = "s.whatsapp.net", "lid", "g.us"
BROADCASTS, NEWSLETTERS = "broadcast", "newsletter"
STATUS = "status"

_NUMBER = re.compile(r"\+?[\d\s().-]{5,25}")
_ID = re.compile(r"[\w.-]{1,64}@(s\.whatsapp\.net|lid|g\.us)")


class NoAddress(ValueError):
    """An address is none that WhatsApp has."""


def address_of(jid: Any) -> str:
    """Return the address of a person or a group, whichever of their devices it came from."""
    if jid.Server == PEOPLE and jid.User.isdigit():
        return f"+{jid.User}"
    return name_of(jid)


def name_of(jid: Any) -> str:
    """Return an id as WhatsApp writes it, without the device."""
    return f"{jid.User}@{jid.Server}"


def jid_of(address: str) -> Any:
    """Return the id of an address: a number in any spelling, or an id as WhatsApp writes it.

    Raises:
        NoAddress: If it is neither.
    """
    if _ID.fullmatch(address):
        user, _, server = address.partition("@")
    elif _NUMBER.fullmatch(address):
        user, server = re.sub(r"\D", "", address), PEOPLE
    else:
        raise NoAddress(f"{address!r} is neither a number nor an id of WhatsApp")
    made = extra.events().JID
    return made(User=user, Server=server, RawAgent=0, Device=0, Integrator=0, IsEmpty=False)


def is_group(jid: Any) -> bool:
    """Tell whether an id is a group's."""
    return bool(jid.Server == GROUPS)


def same_person(one: Any, other: Any) -> bool:
    """Tell whether two ids are the same but for the device."""
    return bool((one.User, one.Server) == (other.User, other.Server))
