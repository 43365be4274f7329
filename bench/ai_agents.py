"""Rooms of one kit, each with a visitor's socket and an agent that asks the vendor."""

import asyncio
from collections.abc import Sequence

from pydantic import SecretStr

from bench.ai_vendor import MODEL, Vendor
from bench.first_chunk import AGENT, AnsweredRoom
from bench.sockets import Audience
from bench.values import VISITORS
from channels_app.ai.channel import AIChannel
from channels_app.ai.tools.function import FunctionTool
from channels_app.channels.websocket import WebSocketChannel
from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.base.ai import AIProvider
from rooms.domain.frozen import new_id
from rooms.kit import RoomKit


def build_provider(vendor: Vendor) -> AnthropicAIProvider:
    """Return the provider that asks the vendor."""
    return AnthropicAIProvider(
        AnthropicConfig(api_key=SecretStr(vendor.api_key), base_url=vendor.url, model=MODEL)
    )


class Agents:
    """An agent in so many rooms; each asks where it is told to. Debounce is off.

    Args:
        kit: Where the rooms are; it is closed with this.
        provider: The agent's model.
        rooms: How many rooms.
        exchanges: How many questions with their answers the agent reads before the question.
        tools: The agent's.
    """

    def __init__(
        self,
        kit: RoomKit,
        provider: AIProvider,
        *,
        rooms: int,
        exchanges: int,
        tools: Sequence[FunctionTool] = (),
    ) -> None:
        self._kit = kit
        self._exchanges = exchanges
        self._audience = Audience(kit)
        self._visitors = WebSocketChannel(VISITORS)
        kit.register_channel(self._visitors)
        window = 2 * exchanges + 1
        kit.register_channel(AIChannel(AGENT, provider, max_context_events=window, tools=tools))
        self._rooms = [AnsweredRoom(kit, self._audience, new_id()) for _ in range(rooms)]

    @property
    def chunks_shown(self) -> int:
        """How many frames with a piece of an answer the sockets were sent."""
        return sum(room.chunks_shown for room in self._rooms)

    async def open(self) -> None:
        """Open the rooms and let the agent answer until it reads as much as it will."""
        await asyncio.gather(*(self._open(room) for room in self._rooms))

    async def ask(self, place: int) -> float:
        """Say something in a room, and wait until the answer is stored and shown.

        Returns:
            Milliseconds until the socket was sent the first text.
        """
        return await self._rooms[place].ask()

    async def close(self) -> None:
        """Close everything."""
        await self._audience.close()
        await self._kit.close()

    async def _open(self, room: AnsweredRoom) -> None:
        await room.open(self._visitors, answers=self._exchanges)
