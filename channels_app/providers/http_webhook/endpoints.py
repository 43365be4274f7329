"""Which addresses want no more webhooks: a 410 counts until a person says otherwise."""

from abc import ABC, abstractmethod


class EndpointStore(ABC):
    """Remembers closed addresses. Keep it where all processes of a site look."""

    @abstractmethod
    async def is_closed(self, url: str) -> bool:
        """Tell whether an address wants no more."""

    @abstractmethod
    async def close(self, url: str, *, room_id: str) -> None:
        """Remember that an address wants no more, which an event of this room was told."""


class InMemoryEndpointStore(EndpointStore):
    """Remembers until the process ends: for tests, and for trying things out."""

    def __init__(self) -> None:
        self._closed: set[str] = set()

    async def is_closed(self, url: str) -> bool:
        """Tell whether an address wants no more."""
        return url in self._closed

    async def close(self, url: str, *, room_id: str) -> None:
        """Remember that an address wants no more."""
        self._closed.add(url)
