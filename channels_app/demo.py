"""Conversations for a first look: customers of the invented shop, and what its assistant says."""

from dataclasses import dataclass

from channels_app.chat.opening import open_chat
from channels_app.conf import chat_options
from rooms.domain.content import TextContent
from rooms.domain.message import InboundMessage
from rooms.kit import RoomKit


@dataclass(frozen=True)
class DemoCustomer:
    """Somebody who wrote; the id is stable, so that a second start finds the room."""

    id: str
    name: str
    lines: tuple[str, ...]
    leaves: bool = False


CUSTOMERS = (
    DemoCustomer(
        "demo-amelie", "Amélie", ("Bonjour !", "Où est ma commande 20391 ?", "Merci beaucoup")
    ),
    DemoCustomer(
        "demo-jonas",
        "Jonas",
        ("Do you have beeswax candles?", "When are you open on Saturday?"),
    ),
    DemoCustomer(
        "demo-priya",
        "Priya",
        ("One mug from order 20391 arrived broken. How do I return it?", "Thank you!"),
        leaves=True,
    ),
)


async def seed_chats(kit: RoomKit) -> None:
    """Let the demo's customers write once; rooms that exist already are left alone."""
    for customer in CUSTOMERS:
        await _seed(kit, customer)


async def _seed(kit: RoomKit, customer: DemoCustomer) -> None:
    options = chat_options()
    room_id = f"room-{customer.id}"
    if await kit.store.get_room(room_id) is not None:
        return
    await open_chat(kit, customer.id, options, room_id=room_id)
    for place, line in enumerate(customer.lines):
        await kit.process_inbound(
            InboundMessage(
                channel_id=options.channel,
                sender_id=customer.id,
                content=TextContent(body=line),
                room_id=room_id,
                idempotency_key=f"demo:{customer.id}:{place}",
            )
        )
    if customer.leaves:
        await kit.close_room(room_id)
