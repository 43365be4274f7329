"""How WhatsApp names people and groups.

A phone number goes out as digits and comes in as digits; ours is E.164. Who has a username may be
known by a business-scoped id only, such as `CA.1349…`: it is kept and sent as it is.
"""

import re

from channels_app.providers.meta.errors import Unsendable
from rooms.domain.json import JsonObject

_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE = re.compile(r"\+?[\d\s().-]{5,30}")
_GROUP_ID = re.compile(r"[A-Za-z0-9_=-]{26,}")


def recipient_fields(to: str) -> JsonObject:
    """Return the fields of a message that say to whom it goes.

    Raises:
        Unsendable: If `to` is neither a number, nor a user's id, nor a group's.
    """
    address = to.strip().removeprefix("whatsapp:")
    if _USER_ID.fullmatch(address):
        return {"recipient_type": "individual", "recipient": address}
    if _PHONE.fullmatch(address):
        return {"recipient_type": "individual", "to": re.sub(r"\D", "", address)}
    if _GROUP_ID.fullmatch(address):
        return {"recipient_type": "group", "to": address}
    raise Unsendable(
        "invalid_recipient",
        "the recipient is no WhatsApp address: use a phone number such as +15145550123, a "
        "business-scoped user id or a group id",
    )


def phone_of(wa_id: str) -> str:
    """Return the E.164 number of what WhatsApp calls `wa_id`."""
    return f"+{wa_id}" if wa_id.isdigit() else wa_id


def envelope_to(to: str) -> JsonObject:
    """Return what every message to an address has.

    Raises:
        Unsendable: If it is no address.
    """
    return {"messaging_product": "whatsapp", **recipient_fields(to)}
