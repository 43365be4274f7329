"""Conversation states: steps, history, and changes that exclude each other."""

import asyncio

import pytest

from channels_app.orchestration.state import (
    HISTORY_KEPT,
    ConversationPhase,
    ConversationState,
    change_conversation_state,
    get_conversation_state,
    set_conversation_state,
)
from rooms import RoomKit, RoomNotFoundError
from rooms.domain.context import RoomContext
from rooms.domain.room import Room
from tests.ai.orchestration.company import state_of
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene


def test_step_leaves_the_old_state_as_it_is() -> None:
    before = ConversationState(active_agent_id="a", handoff_count=2)

    after = before.transition("handling", "b", "Knows more", {"by": "a"})

    assert (before.phase, before.active_agent_id) == (ConversationPhase.INTAKE, "a")
    assert (after.phase, after.active_agent_id, after.previous_agent_id) == ("handling", "b", "a")
    [step] = after.phase_history
    assert (step.from_phase, step.to_phase, step.reason) == ("intake", "handling", "Knows more")
    assert after.handoff_count == 3


@pytest.mark.parametrize(
    ("to_agent", "counted"),
    # the same agent in another phase is no handoff; a person, or nobody, is
    [("a", 0), ("b", 1), (None, 1)],
)
def test_only_another_agent_counts_as_a_handoff(to_agent: str | None, counted: int) -> None:
    state = ConversationState(active_agent_id="a")

    assert state.transition("handling", to_agent).handoff_count == counted


def test_history_keeps_the_latest_steps_and_the_count_all() -> None:
    state = ConversationState()
    for number in range(HISTORY_KEPT + 5):
        state = state.transition(f"phase-{number}", f"agent-{number}")

    assert len(state.phase_history) == HISTORY_KEPT
    assert state.phase_history[-1].to_phase == f"phase-{HISTORY_KEPT + 4}"
    assert state.handoff_count == HISTORY_KEPT + 5


def test_room_without_a_state_has_a_fresh_one() -> None:
    room = Room(id="r")

    assert get_conversation_state(room).phase == "intake"
    moved = set_conversation_state(room, ConversationState(phase="followup"))
    assert get_conversation_state(moved).phase == "followup"
    assert room.metadata == {}


async def test_state_outlives_the_process(scene: Scene, make_kit: MakeKit) -> None:
    def change(context: RoomContext, state: ConversationState) -> ConversationState:
        return state.transition("handling", "b", "Knows more").with_context(language="French")

    await change_conversation_state(scene.kit, ROOM, change)

    found = await state_of(make_kit())
    assert (found.phase, found.language_for("b")) == ("handling", "French")


async def test_changes_at_once_are_all_counted(scene: Scene) -> None:
    async def hand_over(number: int) -> None:
        def change(context: RoomContext, state: ConversationState) -> ConversationState:
            return state.transition("handling", f"agent-{number}")

        await change_conversation_state(scene.kit, ROOM, change)

    await asyncio.gather(*(hand_over(number) for number in range(10)))

    assert (await state_of(scene.kit)).handoff_count == 10


async def test_refused_change_leaves_everything_as_it_was(scene: Scene) -> None:
    def refuse(context: RoomContext, state: ConversationState) -> ConversationState:
        raise PermissionError("no")

    with pytest.raises(PermissionError):
        await change_conversation_state(scene.kit, ROOM, refuse)

    assert "_conversation_state" not in (await scene.kit.get_room(ROOM)).metadata


async def test_state_of_an_unknown_room_cannot_be_changed(kit: RoomKit) -> None:
    with pytest.raises(RoomNotFoundError):
        await change_conversation_state(kit, "nowhere", lambda context, state: state)
