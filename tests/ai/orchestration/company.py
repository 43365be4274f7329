"""Agents with scripted models, and the room they work in."""

import json
from typing import Any

from channels_app import AIContext, AIResponse, MockAIProvider
from channels_app.orchestration.agent import Agent
from channels_app.orchestration.state import ConversationState, get_conversation_state
from rooms import RoomKit
from rooms.domain.event import RoomEvent
from rooms.testing.rig import bodies
from tests.ai.working import call, calling, saying
from tests.scene import ROOM, Scene


def make_agent(
    agent_id: str, *answers: str | AIResponse, streaming: bool = False, **options: Any
) -> Agent:
    """Make an agent that gives these answers in turn."""
    said = [saying(each) if isinstance(each, str) else each for each in answers or ("Hello.",)]
    model = MockAIProvider(ai_responses=said, streaming=streaming)
    return Agent(agent_id, provider=model, **options)


def calls_of(agent: Agent) -> list[AIContext]:
    """Return every request that an agent's model was given."""
    assert isinstance(agent.provider, MockAIProvider)
    return agent.provider.calls


def handing_over(target: str, summary: str = "Wants a refund.", **more: Any) -> AIResponse:
    """Make an answer that hands the conversation over."""
    given = {"target": target, "reason": "Not mine", "summary": summary} | more
    return calling(call("handoff_conversation", **given))


def tools_shown(agent: Agent, request: int = -1) -> dict[str, Any]:
    """Return the tools of a request by name, each with its JSON Schema."""
    return {tool.name: tool.parameters for tool in calls_of(agent)[request].tools}


def targets_shown(agent: Agent, request: int = -1) -> list[str]:
    """Return to whom an agent was told it may hand over; [] if it has no tool for it."""
    schema = tools_shown(agent, request).get("handoff_conversation")
    return list(schema["properties"]["target"]["enum"]) if schema else []


def results_told(agent: Agent, request: int = -1) -> list[Any]:
    """Return the results of tools in a request, read as JSON."""
    return [
        json.loads(part.result)
        for message in calls_of(agent)[request].messages
        if message.role == "tool" and not isinstance(message.content, str)
        for part in message.content
        if part.type == "tool_result"
    ]


def words_given(agent: Agent, request: int = -1) -> str:
    """Return everything an agent's model was told in a request, the prompt first."""
    context = calls_of(agent)[request]
    texts = [m.content if isinstance(m.content, str) else "" for m in context.messages]
    return "\n".join([context.system_prompt or "", *texts])


async def state_of(kit: RoomKit, room_id: str = ROOM) -> ConversationState:
    """Return the conversation state of a room."""
    return get_conversation_state(await kit.get_room(room_id))


async def answers_in(scene: Scene) -> list[str]:
    """Return what people in the room can read of agents, with who said it."""
    found = [row for row in await scene.rows() if _is_answer(row)]
    return [
        f"{row.source.channel_id}: {body}" for row, body in zip(found, bodies(found), strict=True)
    ]


def _is_answer(row: RoomEvent) -> bool:
    return row.source.channel_type == "ai" and row.visibility == "all" and row.status != "blocked"
