from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from hooks.engine import HookEngine
from hooks.registration import HookFn, HookRegistration
from hooks.results import HookResult, InjectedEvent, Observation, Task
from hooks.triggers import HookExecution, HookTrigger

Add = Callable[..., None]
Noting = Callable[..., HookFn]
Calls = list[tuple[str, object]]

BEFORE = HookTrigger.BEFORE_BROADCAST


async def test_without_hooks_the_payload_passes_as_it_is(engine: HookEngine) -> None:
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert (result.allowed, result.event, result.routed_to) == (True, "hello", None)


async def test_hooks_run_by_priority_and_ties_by_registration(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(noting("last"), priority=10)
    add(noting("middle"), noting("middle too"), priority=0)
    add(noting("first"), priority=-5)
    await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert [name for name, _ in calls] == ["first", "middle", "middle too", "last"]


async def test_hooks_are_handed_the_payload_and_the_context(engine: HookEngine, add: Add) -> None:
    async def echo(event: str, context: list[str]) -> HookResult[str]:
        return HookResult.modify(event + context[0])

    add(echo)
    result = await engine.run_sync_hooks("room", BEFORE, "hello ", ["world"])
    assert result.event == "hello world"


async def test_a_block_stops_the_chain_and_names_its_hook(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(noting("moderate", HookResult.block("Content policy violation")), noting("later"))
    result = await engine.run_sync_hooks("room", BEFORE, "rude", None)
    assert (result.allowed, result.blocked_by) == (False, "moderate")
    assert result.reason == "Content policy violation"
    assert calls == [("moderate", "rude")]


@pytest.mark.parametrize(
    "replacement",
    [
        "clean",
        # a redaction to nothing is a replacement too
        "",
    ],
)
async def test_a_modification_is_what_the_next_hook_sees(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls, replacement: str
) -> None:
    add(noting("redact", HookResult.modify(replacement)), noting("next"))
    result = await engine.run_sync_hooks("room", BEFORE, "dirty", None)
    assert calls[1] == ("next", replacement)
    assert (result.event, result.failures) == (replacement, [])


async def test_what_earlier_hooks_left_survives_a_block(
    engine: HookEngine, add: Add, noting: Noting
) -> None:
    noticed = HookResult(
        action="allow",
        injected_events=[InjectedEvent(event="note")],
        tasks=[Task(title="Call back")],
        observations=[Observation(content="angry")],
        metadata={"score": 1},
    )
    last = HookResult.block("no", tasks=[Task(title="Report")])
    add(noting("notice", noticed), noting("block", last))
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert [injected.event for injected in result.injected_events] == ["note"]
    assert [task.title for task in result.tasks] == ["Call back", "Report"]
    assert [seen.content for seen in result.observations] == ["angry"]
    assert result.metadata == {"score": 1}


@pytest.mark.parametrize("action", ["allow", "block", "modify"])
async def test_hooks_inject_whatever_their_verdict(
    engine: HookEngine, add: Add, noting: Noting, action: str
) -> None:
    injected = [InjectedEvent(event="note", target_channel_ids=["sms"])]
    verdict = {"action": action, "event": "new", "injected_events": injected}
    add(noting("injecting", HookResult.model_validate(verdict)))
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert result.injected_events == injected


async def test_side_effects_are_stamped_with_room_and_hook(
    engine: HookEngine, add: Add, noting: Noting
) -> None:
    left = HookResult.block("no", tasks=[Task()], observations=[Observation()])
    add(noting("moderate", left))
    result = await engine.run_sync_hooks("room-7", BEFORE, "hello", None)
    assert (result.tasks[0].room_id, result.tasks[0].created_by) == ("room-7", "moderate")
    assert result.observations[0].room_id == "room-7"


@pytest.mark.parametrize(
    ("named", "union"),
    [
        # several hooks add up, each channel once
        ([["ai", "sales"], ["support", "ai"]], ("ai", "sales", "support")),
        # nobody is not the same as no opinion
        ([[]], ()),
    ],
)
async def test_channels_named_by_hooks_add_up(
    engine: HookEngine, add: Add, noting: Noting, named: list[list[str]], union: tuple[str, ...]
) -> None:
    add(noting("no opinion"), *(noting("route", HookResult.inject_to(ids)) for ids in named))
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert (result.allowed, result.routed_to) == (True, union)


async def test_metadata_of_later_hooks_wins(engine: HookEngine, add: Add, noting: Noting) -> None:
    first = HookResult(action="allow", metadata={"a": 1, "b": 1})
    second = HookResult(action="allow", metadata={"b": 2})
    add(noting("first", first), noting("second", second))
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert result.metadata == {"a": 1, "b": 2}


async def test_observing_hooks_are_no_part_of_the_chain(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(noting("observer", HookResult.block("no")), execution=HookExecution.ASYNC)
    result = await engine.run_sync_hooks("room", BEFORE, "hello", None)
    assert (result.allowed, calls) == (True, [])


async def test_a_trigger_that_cannot_block_runs_no_chain(engine: HookEngine) -> None:
    with pytest.raises(ValueError, match="after_broadcast only observe"):
        await engine.run_sync_hooks("room", HookTrigger.AFTER_BROADCAST, "hello", None)


async def test_room_hooks_take_part_until_they_are_removed(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    hook = HookRegistration(BEFORE, HookExecution.SYNC, noting("of room"), priority=-1)
    engine.add_room_hook("room", hook)
    add(noting("global"))
    await engine.run_sync_hooks("room", BEFORE, "one", None)
    removed = engine.remove_room_hook("room", "of room")
    await engine.run_sync_hooks("room", BEFORE, "two", None)
    assert removed
    assert calls == [("of room", "one"), ("global", "one"), ("global", "two")]


def test_a_forgotten_room_has_no_hooks(engine: HookEngine, noting: Noting) -> None:
    engine.add_room_hook("room", HookRegistration(BEFORE, HookExecution.SYNC, noting("gone")))
    engine.forget_room("room")
    assert not engine.has_hooks("room", BEFORE)


def test_the_engine_knows_whether_anything_would_run(
    engine: HookEngine, add: Add, noting: Noting
) -> None:
    add(noting("tool"), trigger=HookTrigger.ON_REALTIME_TOOL_CALL)
    assert engine.has_hooks("room", HookTrigger.ON_TOOL_CALL)
    assert not engine.has_hooks("room", BEFORE)


@pytest.mark.parametrize("guards", [True, False])
def test_the_engine_knows_whether_output_is_guarded(
    engine: HookEngine, add: Add, noting: Noting, *, guards: bool
) -> None:
    add(noting("plain"))
    add(noting("guard"), guards_output=guards)
    assert engine.guards_output("room", BEFORE) is guards


@dataclass
class Source:
    channel_type: str = "sms"
    channel_id: str = "sms-1"
    direction: str = "inbound"


@dataclass
class Message:
    source: Source = field(default_factory=Source)


@pytest.mark.parametrize(
    ("payload", "ran"),
    [
        (Message(), ["any", "sms"]),
        # a payload without a source has nothing to filter by
        ("transcript", ["any", "sms", "email"]),
    ],
)
async def test_filters_choose_the_hooks(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls, payload: object, ran: list[str]
) -> None:
    add(noting("any"))
    add(noting("sms"), channel_types={"sms"})
    add(noting("email"), channel_types={"email"})
    await engine.run_sync_hooks("room", BEFORE, payload, None)
    assert [name for name, _ in calls] == ran


async def test_a_caller_may_skip_the_filters(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(noting("email"), channel_types={"email"})
    await engine.run_sync_hooks("room", BEFORE, Message(), None, skip_event_filter=True)
    assert [name for name, _ in calls] == ["email"]


async def test_filters_look_at_the_payload_as_it_came_in(
    engine: HookEngine, add: Add, noting: Noting, calls: Calls
) -> None:
    add(noting("disguise", HookResult.modify(Message(Source("email")))))
    add(noting("sms"), channel_types={"sms"})
    await engine.run_sync_hooks("room", BEFORE, Message(), None)
    assert [name for name, _ in calls] == ["disguise", "sms"]


async def test_a_subtype_may_replace_the_payload_and_the_type_itself_a_subtype(
    engine: HookEngine, add: Add, noting: Noting
) -> None:
    class Whisper(Message):
        pass

    back = Message()
    add(noting("narrow", HookResult.modify(Whisper())), noting("widen", HookResult.modify(back)))
    result = await engine.run_sync_hooks("room", BEFORE, Message(), None)
    assert (result.event, result.failures) == (back, [])
