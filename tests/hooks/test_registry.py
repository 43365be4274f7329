import pytest

from hooks.registration import HookRegistration
from hooks.registry import HookRegistry
from hooks.triggers import HookExecution, HookTrigger

TRIGGER = HookTrigger.BEFORE_BROADCAST


async def nothing(event: object, context: object) -> None:
    return None


def named(
    name: str, priority: int = 0, trigger: HookTrigger = HookTrigger.BEFORE_BROADCAST
) -> HookRegistration:
    return HookRegistration(trigger, HookExecution.SYNC, nothing, priority, name)


def names(registry: HookRegistry, room_id: str = "room") -> list[str]:
    return [hook.name for hook in registry.select(TRIGGER, room_id)]


@pytest.fixture
def registry() -> HookRegistry:
    return HookRegistry()


def test_nothing_is_selected_where_nothing_is_registered(registry: HookRegistry) -> None:
    assert registry.select(TRIGGER, "room") == ()


def test_hooks_run_by_priority_then_in_the_order_of_registration(registry: HookRegistry) -> None:
    for hook in [named("ten", 10), named("first"), named("early", -5), named("second")]:
        registry.add(hook)
    assert names(registry) == ["early", "first", "second", "ten"]


def test_room_hooks_run_after_global_ones_of_equal_priority(registry: HookRegistry) -> None:
    registry.add_room("room", named("room"))
    registry.add_room("room", named("room early", -1))
    registry.add(named("global"))
    assert names(registry) == ["room early", "global", "room"]


def test_a_room_does_not_see_the_hooks_of_another(registry: HookRegistry) -> None:
    registry.add_room("other", named("theirs"))
    registry.add_room("room", named("elsewhere", trigger=HookTrigger.ON_ERROR))
    registry.add(named("global"))
    assert names(registry) == ["global"]


def test_removing_a_room_hook_leaves_global_ones_of_that_name(registry: HookRegistry) -> None:
    registry.add(named("twin"))
    registry.add_room("room", named("twin"))
    registry.add_room("room", named("stays"))
    assert registry.remove_room("room", "twin")
    assert names(registry) == ["twin", "stays"]


def test_the_last_room_hook_can_be_removed(registry: HookRegistry) -> None:
    registry.add_room("room", named("only"))
    registry.remove_room("room", "only")
    registry.add(named("global"))
    assert names(registry) == ["global"]


@pytest.mark.parametrize("room_id", ["room", "unknown"])
def test_removing_what_is_not_there_says_so(registry: HookRegistry, room_id: str) -> None:
    registry.add_room("room", named("other"))
    assert not registry.remove_room(room_id, "missing")


def test_a_forgotten_room_keeps_no_hooks(registry: HookRegistry) -> None:
    registry.add_room("room", named("gone"))
    registry.forget_room("room")
    assert names(registry) == []


def test_a_selection_does_not_change_under_a_run(registry: HookRegistry) -> None:
    registry.add_room("room", named("before"))
    selected = registry.select(TRIGGER, "room")
    registry.add_room("room", named("after"))
    assert [hook.name for hook in selected] == ["before"]


@pytest.mark.parametrize("asked", [HookTrigger.ON_TOOL_CALL, HookTrigger.ON_REALTIME_TOOL_CALL])
@pytest.mark.parametrize("declared", [HookTrigger.ON_TOOL_CALL, HookTrigger.ON_REALTIME_TOOL_CALL])
def test_the_superseded_trigger_means_its_successor(
    registry: HookRegistry, declared: HookTrigger, asked: HookTrigger
) -> None:
    hook = named("tool", trigger=declared)
    registry.add(hook)
    assert registry.select(asked, "room") == (hook,)
