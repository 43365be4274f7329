"""A kit without a storage passes files on by the addresses they came with."""

from rooms.domain.event import RoomEvent
from rooms.domain.media import FileBytes


class PassingMedia:
    """Keeps nothing; every event is passed on as it is."""

    async def keep(self, event: RoomEvent, *, copies: bool = True) -> RoomEvent:
        """Return the event as it is."""
        return event

    async def claim(self, event: RoomEvent) -> None:
        """Note nothing."""

    def show(self, event: RoomEvent) -> RoomEvent:
        """Return the event as it is."""
        return event

    async def attach(self, event: RoomEvent, *, max_bytes: int) -> RoomEvent:
        """Return the event as it is."""
        return event

    async def read(self, url: str) -> FileBytes:
        """Find nothing.

        Raises:
            LookupError: Always.
        """
        raise LookupError(f"{url[:60]!r} is not kept: this kit has no storage for files")

    async def delete_erased(self) -> int:
        """Delete nothing."""
        return 0

    async def tidy(self) -> int:
        """Delete nothing."""
        return 0
