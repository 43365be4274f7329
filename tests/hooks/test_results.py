from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from hooks.results import HookResult, InjectedEvent, Observation, Task, TaskStatus


class Note(BaseModel):
    text: str


@pytest.mark.parametrize(
    ("result", "action"),
    [
        (HookResult[str].allow(), "allow"),
        (HookResult[str].block("spam"), "block"),
        (HookResult.modify("clean"), "modify"),
        # naming channels is an allow with a hint
        (HookResult[str].inject_to(["ai"]), "allow"),
    ],
)
def test_each_constructor_sets_its_action(result: HookResult[str], action: str) -> None:
    assert result.action == action


@pytest.mark.parametrize(
    "build",
    [
        lambda injected: HookResult.allow(injected),
        lambda injected: HookResult.block("no", injected),
        lambda injected: HookResult.modify(Note(text="new"), injected),
    ],
)
def test_allow_block_and_modify_may_inject(build: Callable[..., HookResult[Note]]) -> None:
    injected = [InjectedEvent(event=Note(text="by the way"), target_channel_ids=["sms"])]
    assert build(injected).injected_events == injected


def test_block_carries_reason_tasks_and_observations() -> None:
    task, seen = Task(title="Call back"), Observation(content="angry")
    result = HookResult[str].block("abuse", tasks=[task], observations=[seen])
    assert (result.reason, result.tasks, result.observations) == ("abuse", [task], [seen])


@pytest.mark.parametrize("payload", ["", 0, None, [], False])
def test_a_falsy_replacement_counts_as_supplied(payload: object) -> None:
    assert HookResult.modify(payload).has_payload


def test_a_result_without_replacement_has_no_payload() -> None:
    assert not HookResult[str].allow().has_payload
    assert not HookResult[str](action="modify").has_payload


def test_the_replacement_is_passed_on_not_copied() -> None:
    note = Note(text="the same")
    assert HookResult[Note].modify(note).event is note


class Frame:
    """A payload that is no Pydantic model."""


def test_any_type_may_be_a_payload() -> None:
    frame = Frame()
    assert HookResult[Frame].modify(frame).event is frame


def test_a_parametrized_result_takes_plain_injected_events() -> None:
    injected = InjectedEvent(event=Note(text="hello"))
    result = HookResult[Note].allow([injected])
    assert result.injected_events[0].event == Note(text="hello")


def test_inject_to_keeps_the_order_of_the_channels() -> None:
    assert HookResult[str].inject_to(["b", "a"]).routed_to == ("b", "a")


def test_inject_to_refuses_a_bare_string() -> None:
    with pytest.raises(ValidationError, match="tuple"):
        HookResult[str].inject_to("ai-channel")


def test_results_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        HookResult[str].allow().action = "block"  # type: ignore[misc]


def test_a_task_needs_nothing_and_is_pending() -> None:
    task = Task()
    assert task.status is TaskStatus.PENDING
    assert (task.room_id, task.title, task.type) == ("", None, "")


def test_ids_are_new_for_each_side_effect() -> None:
    assert len({Task().id, Task().id, Observation().id, Observation().id}) == 4


def test_creation_times_are_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    created_at = Observation().created_at
    assert before <= created_at <= datetime.now(UTC)
    assert created_at.tzinfo is UTC


def test_a_naive_creation_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Task(created_at=datetime(2026, 1, 1))  # noqa: DTZ001, RUF100 - that is the point


@pytest.mark.parametrize("name", ["channel_id", "source_channel_id"])
def test_an_observation_may_name_its_channel_either_way(name: str) -> None:
    seen = Observation.model_validate({name: "sms"})
    assert (seen.channel_id, seen.source_channel_id) == ("sms", "sms")


@pytest.mark.parametrize("confidence", [-0.1, 1.1])
def test_confidence_lies_between_zero_and_one(confidence: float) -> None:
    with pytest.raises(ValidationError, match="confidence"):
        Observation(confidence=confidence)


def test_stamping_fills_in_only_what_is_empty() -> None:
    bare = Task().stamped("room", created_by="hook")
    named = Task(room_id="other", created_by="me").stamped("room", created_by="hook")
    assert (bare.room_id, bare.created_by) == ("room", "hook")
    assert (named.room_id, named.created_by) == ("other", "me")


def test_side_effects_survive_a_round_trip_through_json() -> None:
    task = Task(title="Call back", data={"at": "noon"}, status=TaskStatus.IN_PROGRESS)
    assert Task.model_validate_json(task.model_dump_json()) == task
