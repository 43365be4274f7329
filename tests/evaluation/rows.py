"""A room of the past, and an agent of the admin, in the database."""

from typing import Any

from channels_app.ai.records import AgentRun as RunValue
from channels_app.ai.records import StepKind, StepState
from channels_app.models import AgentConfig, AgentRun, AgentStep, AgentVersion
from channels_app.services.agent_versions import open_draft, save_draft
from channels_app.testing.ai_values import make_run, make_step
from rooms.domain.enums import ChannelDirection, ChannelType, EventStatus
from rooms.domain.event import EventSource, RoomEvent
from rooms.models import Event, Room
from rooms.testing.factories import make_event, make_room
from tests.agents_admin.agents import boss, keep_agent, put_in_force

PAST = "past-room"
TOOLS = ["tests.evaluation.conversations.look_up", "tests.evaluation.conversations.refund"]
TICKED = [{"name": "look_up"}, {"name": "refund", "needs_approval": True}]


def said(index: int, body: str, **fields: Any) -> RoomEvent:
    """Return what the customer said, or who `source` says."""
    given: dict[str, Any] = {"room_id": PAST, "index": index} | fields
    return make_event(body, **given)


def from_agent(index: int, body: str, **fields: Any) -> RoomEvent:
    """Return what an agent said."""
    source = EventSource(channel_id="support", channel_type=ChannelType.AI)
    return said(index, body, source=source, **fields)


def from_colleague(index: int, body: str) -> RoomEvent:
    """Return what a person said who owned the room."""
    source = EventSource(
        channel_id="system",
        channel_type=ChannelType.SYSTEM,
        direction=ChannelDirection.OUTBOUND,
        participant_id="kim",
    )
    return said(index, body, source=source)


def keep_past(*events: RoomEvent, organization_id: str | None = None) -> Room:
    """Store a room in which this was said."""
    room = Room.from_domain(make_room(PAST, organization_id=organization_id))
    room.save(force_insert=True)
    for event in events:
        Event.from_domain(event).save(force_insert=True)
    return room


def keep_conversation() -> Room:
    """Store a room in which a customer asked twice and a tool was called."""
    room = keep_past(
        said(1, "Where is order 7?"),
        from_agent(2, "It has shipped."),
        said(3, "I want my money back."),
        from_agent(4, "It is refunded."),
    )
    keep_tool_call("refund", {"order": "7"}, "refunded 12 EUR")
    return room


def keep_tool_call(name: str, arguments: dict[str, Any], result: str, **fields: Any) -> RunValue:
    """Store that a tool was called in the room."""
    run = make_run(room_id=PAST, event_id=f"event-{name}")
    AgentRun.from_domain(run).save(force_insert=True)
    given: dict[str, Any] = {
        "kind": StepKind.TOOL,
        "state": StepState.DONE,
        "name": name,
        "request": arguments,
        "response": {"result": result, "is_error": False},
    }
    AgentStep.from_domain(make_step(run, 0, **given | fields)).save(force_insert=True)
    return run


def keep_versions(url: str = "http://127.0.0.1:9") -> AgentConfig:
    """Store an agent with a published version and a draft, both with tools."""
    agent = keep_agent(url)
    put_in_force(agent, prompt="Be brief.", tools=TICKED, failure_text="Sorry.")
    draft_of(agent, prompt="Be kind.")
    return agent


def draft_of(agent: AgentConfig, **content: Any) -> AgentVersion:
    """Change the draft of an agent, or open one."""
    draft = open_draft(agent_id=agent.pk, actor=boss())
    for name, value in content.items():
        setattr(draft, name, value)
    save_draft(row=draft, actor=boss(), fields=list(content))
    return draft


BLOCKED = EventStatus.BLOCKED
