"""What becomes of news about a contact's address."""

import json
from hashlib import sha256

from channels_app.providers.base.webhook import ContactChanged
from rooms.kit import RoomKit

ADDRESS_CHANGED = "address_changed"


async def follow_address(kit: RoomKit, item: ContactChanged) -> None:
    """Let rooms, bindings and people follow a contact whose address is another now.

    A webhook that comes again changes and records nothing more.
    """
    new = item.details.get("address")
    if not new:
        return
    news = json.dumps(item.raw, sort_keys=True, default=str)
    token = sha256(news.encode()).hexdigest()
    await kit.identities.change_address(item.channel_id, item.sender_id, str(new), token=token)
