"""Chains of channels that lead to one recipient: an event goes out by one of them at a time."""

from collections.abc import Sequence

from rooms.domain.binding import ChannelBinding
from rooms.domain.enums import ChannelCategory, ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.pipeline.permissions import wants_deliver
from rooms.registry import ChannelRegistry


def is_carrier(binding: ChannelBinding, channels: ChannelRegistry) -> bool:
    """Tell whether messages are handed to a channel one by one, so that others can stand in."""
    channel = channels.get(binding.channel_id)
    is_transport = binding.category is ChannelCategory.TRANSPORT
    return is_transport and (channel is None or channel.keeps_outbox)


def check_fallback(binding: ChannelBinding, channels: ChannelRegistry) -> None:
    """Refuse a policy where nobody could tell whether a message has come far enough.

    Raises:
        ValueError: If the channel is not one that messages are handed to, or stands in for itself.
    """
    policy = binding.fallback
    if policy is None:
        return
    if not is_carrier(binding, channels):
        raise ValueError(
            f"channel {binding.channel_id!r} keeps no deliveries, so nobody could look after them: "
            "give the fallback to a channel with a provider"
        )
    if binding.channel_id in policy.channels:
        raise ValueError(f"channel {binding.channel_id!r} is its own fallback: name other channels")


def withhold(
    event: RoomEvent, source: ChannelBinding | None, targets: Sequence[ChannelBinding]
) -> frozenset[str]:
    """Return the channels by which an event does not go out, since it does by another of a chain.

    A chain counts where messages are handed to the channel that has it. What its recipient says by
    one of the channels is repeated by none of the others. Of chains that name each other none
    counts: rather twice than never.

    Args:
        event: What is planned.
        source: The binding of its own channel.
        targets: Who would get it.
    """
    speaker = source if event.source.direction is ChannelDirection.INBOUND else None
    bound = [target for target in targets if wants_deliver(target)]
    chains = {
        binding.channel_id: binding.fallback.channels
        for binding in (*bound, *filter(None, [speaker]))
        if binding.fallback is not None
    }
    named = {channel_id for chain in chains.values() for channel_id in chain}
    withheld: set[str] = set()
    for first, chain in chains.items():
        if first in named:
            continue
        withheld.update(chain)
        if speaker is not None and speaker.channel_id in (first, *chain):
            withheld.add(first)
    return frozenset(withheld)
