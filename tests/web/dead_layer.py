"""A channel layer whose server cannot be reached."""

from typing import Any

from channels.layers import InMemoryChannelLayer


class DeadLayer(InMemoryChannelLayer):
    """Refuses to carry anything."""

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        """Fail as a layer on an unreachable Redis does."""
        raise ConnectionRefusedError(channel)
