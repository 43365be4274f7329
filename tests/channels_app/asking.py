"""Steps that tests of agents share: asking one, and reading what it says or what its model got."""

from collections.abc import AsyncIterator
from typing import Any

from channels_app import AIChannel, AIContext, AIProvider, AIResponse, MockAIProvider
from rooms.domain.binding import ChannelBinding
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput
from rooms.domain.participant import Participant
from tests.channels_app.values import make_agent_binding, make_binding, make_context


async def ask(agent: AIChannel, event: RoomEvent) -> ChannelOutput:
    """Show an event to an agent in a room with one chat."""
    binding = make_agent_binding(agent.channel_id)
    return await agent.on_event(event, binding, make_context(make_binding(), binding))


async def read(output: ChannelOutput) -> list[str]:
    """Read the stream of an answer to its end."""
    assert output.response_stream is not None
    return [delta async for delta in output.response_stream]


async def given_to_model(
    event: RoomEvent,
    *readers: ChannelBinding,
    recent: list[RoomEvent] | None = None,
    participants: list[Participant] | None = None,
    metadata: dict[str, Any] | None = None,
    vision: bool = False,
    **options: Any,
) -> AIContext:
    """Ask an agent about an event and return what its model was given."""
    provider = MockAIProvider(vision=vision)
    agent, binding = AIChannel("agent", provider, **options), make_agent_binding(**metadata or {})
    context = make_context(*readers, binding, recent=recent, participants=participants)
    await agent.on_event(event, binding, context)
    return provider.calls[0]


def turns(context: AIContext) -> list[tuple[str, object]]:
    """Return role and content of every message a model was given."""
    return [(message.role, message.content) for message in context.messages]


class PlainStreamer(AIProvider):
    """A model that streams text without structure."""

    def __init__(self, inner: AIProvider) -> None:
        self._inner = inner
        self.closed = False

    model_name = "plain"
    supports_streaming = True

    async def generate(self, context: AIContext) -> AIResponse:
        """Answer as the inner model does."""
        return await self._inner.generate(context)

    async def generate_stream(self, context: AIContext) -> AsyncIterator[str]:
        """Answer as the inner model does."""
        async for delta in self._inner.generate_stream(context):
            yield delta

    async def close(self) -> None:
        """Note that it was called."""
        self.closed = True
