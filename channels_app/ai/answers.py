"""What an agent gives back: an answer that grows while it is read, or a whole one."""

from dataclasses import replace

from channels_app.ai.answering import Answering
from channels_app.ai.pipeline import PipelineState
from rooms.domain.content import TextContent
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.output import ChannelOutput


def stream_of(answering: Answering, state: PipelineState) -> ChannelOutput:
    """Return an answer that is made while it is read."""
    # model_copy keeps these very objects, so that readers find what the stream leaves in them.
    return ChannelOutput.empty().model_copy(
        update={
            "responded": True,
            "response_stream": answering.deltas(),
            "response_metadata": answering.facts,
            "response_outcome": state.outcome,
        }
    )


async def whole_of(answering: Answering, state: PipelineState) -> ChannelOutput:
    """Make an answer and return it; one without words is no event.

    Raises:
        ProviderError: If the model could not answer and nothing else is said.
        StoreUnavailableError: If the turn has to be taken again, here or elsewhere.
    """
    text, outcome = await answering.whole(), state.outcome
    return ChannelOutput.empty().model_copy(
        update={
            "responded": True,
            "response_events": [_event(state, text, answering.facts)] if text.strip() else [],
            "response_outcome": replace(outcome, tasks=[], observations=[]),
            "tasks": outcome.tasks,
            "observations": outcome.observations,
        }
    )


def _event(state: PipelineState, text: str, facts: JsonObject) -> RoomEvent:
    assignment = state.assignment
    return RoomEvent(
        room_id=assignment.room_id,
        source=EventSource(
            channel_id=assignment.channel_id,
            channel_type=assignment.channel_type,
            provider=assignment.provider_name,
        ),
        content=TextContent(body=text),
        chain_depth=assignment.event.chain_depth + 1,
        parent_event_id=assignment.event.id,
        metadata=dict(facts),
    )
