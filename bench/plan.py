"""What is asked of one run."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much to measure.

    Attributes:
        rounds: How often each measurement is repeated, in turn with its yardstick.
        slice_s: How long each repetition lasts, in seconds.
        rooms: How many rooms messages are spread over.
        callers: How many messages are under way at a time, one measurement for each figure.
        connections: How many sockets watch one room.
        turns: How many answers the first-chunk figures are taken from.
        long_room: How many events a long room has.
        many_rooms: How many rooms are many.
        hops: How many messages the figures of the hop to another process are taken from.
        postgres_url: The server on which the scratch database is made.
        redis_url: The server that processes share; its database of that number is only for this.
    """

    rounds: int
    slice_s: float
    rooms: int
    callers: tuple[int, ...]
    connections: int
    turns: int
    long_room: int
    many_rooms: int
    hops: int
    postgres_url: str
    redis_url: str
