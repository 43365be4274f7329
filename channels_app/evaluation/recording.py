"""From a room of the past to a case: what was said in it, and what tools answered."""

from channels_app.ai.records import StepState
from channels_app.ai.wording import describe
from channels_app.models import AgentStep
from channels_app.selectors.tool_calls import iterate_tool_calls
from rooms.domain.enums import ChannelDirection, ChannelType, EventStatus, ParticipantRole
from rooms.domain.json import JsonObject
from rooms.models import Event, Participant

ANSWERED = frozenset({StepState.DONE.value, StepState.FAILED.value})
# A turn puts this before what a tool's fault says; in a trial it does so again.
FAULT = "Error: "


def record_room(room_id: str) -> list[JsonObject]:
    """Return a room as the `events` of a case; files are named, not kept.

    Whatever the customer did not see, such as notes of the house, is left out.
    """
    colleagues = set(
        Participant.objects.filter(room_id=room_id, role=ParticipantRole.AGENT.value).values_list(
            "participant_id", flat=True
        )
    )
    shown = Event.objects.messages().for_people().filter(room_id=room_id)
    shown = shown.exclude(status=EventStatus.BLOCKED.value).order_by("index")
    spoken = [_line(event, colleagues) for event in shown]
    tools = [_used(step) for step in iterate_tool_calls(room_id=room_id) if step.state in ANSWERED]
    return [*filter(None, spoken), *tools]


def _line(event: Event, colleagues: set[str]) -> JsonObject | None:
    value = event.to_domain()
    text = describe(value.content)
    if not text or value.metadata.get("deleted"):
        return None
    return {"author": _author(event, colleagues), "text": text}


def _author(event: Event, colleagues: set[str]) -> str:
    if event.source_channel_type == ChannelType.AI:
        return "agent"
    is_ours = event.source_direction == ChannelDirection.OUTBOUND
    is_ours = is_ours or event.source_channel_type == ChannelType.SYSTEM
    is_ours = is_ours or event.source_participant_id in colleagues
    return "colleague" if is_ours else "customer"


def _used(step: AgentStep) -> JsonObject:
    is_error = bool(step.response.get("is_error")) or step.state == StepState.FAILED.value
    result = str(step.response.get("result") or step.error)
    return {
        "author": "tool",
        "name": step.name,
        "arguments": step.request,
        "result": result.removeprefix(FAULT) if is_error else result,
        "is_error": is_error,
    }
