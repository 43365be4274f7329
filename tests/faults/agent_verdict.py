"""What must be so of an agent whose process was killed at some step, and that went on later."""

from collections.abc import Mapping
from typing import Any

from tests.faults.agent_nursery import QUESTION, TOOLS, Nursery

# Where nobody can know afterwards whether the tool took effect, and how often it did by then.
UNSURE = {
    "after answer {round} + {tool} begun is written": 0,
    "after {tool} begun is written": 0,
    "before {tool} takes effect": 0,
    "after {tool} took effect": 1,
    "before {tool} done is written": 1,
}
ONCE_ONLY = "charge"


def steps_of(nursery: Nursery) -> list[str]:
    """Return the steps that processes have reached so far."""
    return [line["reached"] for line in nursery.noted() if "reached" in line]


def unsure_of(step: str) -> dict[str, int]:
    """Return the tool whose outcome nobody knows after a death at this step: how often it ran."""
    return {
        tool: ran
        for number, tool in enumerate(TOOLS)
        for where, ran in UNSURE.items()
        if step == where.format(round=number, tool=tool)
    }


def check(nursery: Nursery, deaths: Mapping[str, str], answers: list[str]) -> None:
    """See what became of each room, given the step at which its process died."""
    told = nursery.tell([*deaths])
    for room, step in deaths.items():
        _check_answers(nursery, room, told[room], answers)
        _check_tools(nursery, room, unsure_of(step))
        unknown = {ONCE_ONLY: "unknown"} if ONCE_ONLY in unsure_of(step) else {}
        assert dict(told[room]["tools"]) == dict.fromkeys(TOOLS, "done") | unknown, step


def _check_answers(
    nursery: Nursery, room: str, told: Mapping[str, Any], answers: list[str]
) -> None:
    """See that the answer was stored once, and sent once."""
    assert told["timeline"] == [QUESTION, *answers], room
    assert (told["open"], told["runs"]) == (0, ["completed"]), room
    sent = [line["sent"] for line in nursery.noted(room=room) if "sent" in line]
    assert [text for text in sent if text != QUESTION] == answers, room


def _check_tools(nursery: Nursery, room: str, unsure: Mapping[str, int]) -> None:
    """See that each tool ran once; one whose outcome nobody knew ran again if that does no harm."""
    for tool in TOOLS:
        keys = [line["key"] for line in nursery.noted(room=room, did=tool)]
        again = tool in unsure and tool != ONCE_ONLY
        assert len(keys) == (unsure[tool] + again if tool in unsure else 1), (room, tool)
        assert len(set(keys)) <= 1, (room, tool)
