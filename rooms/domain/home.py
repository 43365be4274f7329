"""Whose own a room is, among all who have written in it."""

from collections.abc import Iterable

from rooms.domain.commit import RoomAddress
from rooms.domain.participant import Participant

BY_MESSAGE = ("auto", "hook")
"""How people are identified who came in by a message; everybody else was let in by the host."""


def is_at_home(person: Participant, addresses: Iterable[RoomAddress]) -> bool:
    """Tell whether a room is somebody's own: what they say elsewhere may be said there too.

    It is if they wrote there from an address of theirs, or if the host let them in and nobody else
    wrote by their channel. Members of a group, and whoever answers what was sent to somebody else,
    have no address there.

    Args:
        person: Takes part in the room.
        addresses: All that the room knows.
    """
    known = tuple(addresses)
    if any(row.participant_id == person.id for row in known):
        return True
    channels = {row.channel_id for row in known}
    return person.resolved_by not in BY_MESSAGE and person.channel_id not in channels
