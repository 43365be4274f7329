"""Channels in the database, and the kits of the processes that follow them."""

from typing import Any

from channels_app.channels.transport import TransportChannel
from channels_app.models import ChannelConfig
from channels_app.secrets import encrypt
from rooms import RoomKit
from rooms.stores.orm import OrmStore
from tests.channel_configs.toys import ToyProvider

TOY = "tests.channel_configs.toys.ToyProvider"
KEY = "right-key"


def keep(channel_id: str, **columns: Any) -> ChannelConfig:
    """Store a channel that works, unless `columns` say otherwise."""
    row = ChannelConfig(
        channel_id=channel_id,
        **{
            "channel_type": "sms",
            "provider": TOY,
            "options": {"config": {}, "channel": {}},
            "secrets": encrypt({"key": KEY}),
        }
        | columns,
    )
    row.save()
    return row


def edit(row: ChannelConfig, **columns: Any) -> None:
    """Change a channel as its page does."""
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.save()


async def run(kit: RoomKit, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Do something with the database on the threads of a kit."""
    assert isinstance(kit.store, OrmStore)
    return await kit.store.threads.run(function, *args, **kwargs)


def toy_of(kit: RoomKit, channel_id: str) -> ToyProvider:
    """Return the provider of a channel."""
    channel = kit.get_channel(channel_id)
    assert isinstance(channel, TransportChannel)
    assert isinstance(channel.provider, ToyProvider)
    return channel.provider
