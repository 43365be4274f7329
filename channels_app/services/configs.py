"""What the writes of channels and of agents that people make in the admin have in common."""

from typing import TypeVar

from channels_app.models import AgentConfig, ChannelConfig
from rooms.domain.enums import RoomStatus
from rooms.models import ChannelBinding

OPEN = (RoomStatus.ACTIVE.value, RoomStatus.PAUSED.value)

Config = TypeVar("Config", AgentConfig, ChannelConfig)


class ConfigChanged(LookupError):
    """Somebody else has changed or deleted it meanwhile; nothing was saved."""


class ConfigInUse(Exception):
    """Open rooms would lose their way out, or who answers in them."""


def lock_config(model: type[Config], key: int | str) -> Config:
    """Return a row that nobody else changes until the transaction ends.

    Raises:
        ConfigChanged: If it was deleted meanwhile.
    """
    row = model.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise ConfigChanged(f"no {_kind(model)} {key!r}: it was deleted meanwhile")
    return row


def require_same(row: Config, *, stored: int, seen: int) -> None:
    """See that a row was made from the state that is stored, by the counter of its changes.

    Raises:
        ConfigChanged: If it was made from another one.
    """
    if stored != seen:
        raise ConfigChanged(
            f"{_kind(row)} {row.channel_id!r} was changed by somebody else meanwhile: "
            "nothing was saved"
        )


def require_unused(row: Config) -> None:
    """See that no open room is bound to what is to be deleted.

    Raises:
        ConfigInUse: If one is.
    """
    rooms = count_open_rooms(channel_id=row.channel_id)
    if rooms:
        raise ConfigInUse(
            f"{_kind(row)} {row.channel_id!r} is attached to {rooms} open rooms: disable it instead"
        )


def count_open_rooms(*, channel_id: str) -> int:
    """Return how many rooms that take events a channel or an agent is attached to."""
    bound = ChannelBinding.objects.filter(channel_id=channel_id, room__status__in=OPEN)
    return bound.count()


def _kind(config: Config | type[Config]) -> str:
    """Return what people call such a row, in the language of logs."""
    return config._meta.verbose_name_raw
