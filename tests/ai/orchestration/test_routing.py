"""Who is asked: address, active agent, rules, default, supervisor (check 66)."""

from typing import Any

import pytest

from channels_app.orchestration.router import ConversationRouter
from channels_app.orchestration.selection import RoutingConditions, RoutingRule
from channels_app.orchestration.state import ConversationState, set_conversation_state
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelType
from rooms.domain.event import RoomEvent
from tests.ai.orchestration.company import answers_in, calls_of, make_agent
from tests.channels_app.values import make_agent_binding, make_binding, make_context, make_event
from tests.scene import Scene


def rule(agent_id: str, priority: int = 0, **conditions: Any) -> RoutingRule:
    return RoutingRule(
        agent_id=agent_id, conditions=RoutingConditions(**conditions), priority=priority
    )


def room_with(*agent_ids: str, **state: Any) -> RoomContext:
    bindings = [make_agent_binding(agent_id) for agent_id in agent_ids]
    context = make_context(make_binding(), *bindings)
    room = set_conversation_state(context.room, ConversationState(**state))
    return context.model_copy(update={"room": room})


def chosen(router: ConversationRouter, context: RoomContext, event: RoomEvent) -> str | None:
    from_room = context.room.metadata["_conversation_state"]
    return router.select_agent(event, context, ConversationState.model_validate(from_room))


def test_check_66_senders_address_is_not_the_routers_to_overrule() -> None:
    router = ConversationRouter(default_agent_id="a")

    assert chosen(router, room_with("a", "b"), make_event(addressed_to=["b"])) is None


def test_check_66_active_agent_comes_before_the_rules() -> None:
    router = ConversationRouter([rule("a")], default_agent_id="c")

    assert chosen(router, room_with("a", "b", active_agent_id="b"), make_event()) == "b"


def test_check_66_active_agent_that_left_is_passed_over() -> None:
    router = ConversationRouter([rule("a")])

    assert chosen(router, room_with("a", active_agent_id="gone"), make_event()) == "a"


def test_check_66_first_rule_by_priority_comes_before_the_default() -> None:
    router = ConversationRouter([rule("late", 9), rule("early", 1)], default_agent_id="a")

    assert chosen(router, room_with("a", "late", "early"), make_event()) == "early"


def test_check_66_default_is_asked_when_no_rule_holds() -> None:
    router = ConversationRouter([rule("b", phases={"escalation"})], default_agent_id="a")

    assert chosen(router, room_with("a", "b"), make_event()) == "a"


def test_check_66_nobody_is_chosen_for_what_an_agent_says() -> None:
    router = ConversationRouter(default_agent_id="a")
    context = room_with("a", "b")
    said = make_event()
    by_agent = said.model_copy(
        update={"source": said.source.model_copy(update={"channel_id": "b"})}
    )

    assert chosen(router, context, by_agent) is None


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"phases": {"intake"}}, True),
        ({"phases": {"handling"}}, False),
        ({"channel_types": {ChannelType.SMS}}, False),
        ({"intents": {"refund"}}, True),
        ({"intents": {"order"}}, False),
        ({"source_channel_ids": {"nowhere"}}, False),
        # all that is given must hold
        ({"intents": {"refund"}, "phases": {"handling"}}, False),
        ({"custom": lambda event, context, state: state.phase == "intake"}, True),
        ({"custom": lambda event, context, state: False}, False),
    ],
)
def test_check_66_conditions_of_a_rule(conditions: dict[str, Any], *, holds: bool) -> None:
    router = ConversationRouter([rule("a", **conditions)])
    event = make_event(metadata={"intent": "refund"})

    assert chosen(router, room_with("a"), event) == ("a" if holds else None)


def test_intent_of_a_foreign_shape_meets_no_rule() -> None:
    router = ConversationRouter([rule("a", intents={"refund"})])

    assert chosen(router, room_with("a"), make_event(metadata={"intent": ["refund"]})) is None


async def test_only_the_chosen_agent_answers_and_agents_do_not_answer_it(scene: Scene) -> None:
    agents = [make_agent("a", "I am A."), make_agent("b", "I am B.")]
    for agent in agents:
        await scene.add(agent)
    ConversationRouter(default_agent_id="b").install(scene.kit, agents)

    await scene.say("Hello?")

    assert await answers_in(scene) == ["b: I am B."]
    assert [len(calls_of(agent)) for agent in agents] == [0, 1]


async def test_check_66_supervisor_is_asked_about_everything(scene: Scene) -> None:
    clerk, chief = make_agent("clerk", "Sent."), make_agent("chief", "Noted.")
    for agent in (clerk, chief):
        await scene.add(agent)
    router = ConversationRouter(default_agent_id="clerk", supervisor_id="chief")
    router.install(scene.kit, [clerk])

    await scene.say("Where is it?")

    # once about the person's message, once about the clerk's answer
    assert sorted(await answers_in(scene)) == ["chief: Noted.", "chief: Noted.", "clerk: Sent."]
    assert len(calls_of(clerk)) == 1


async def test_without_a_choice_every_agent_answers(scene: Scene) -> None:
    agents = [make_agent("a", "A."), make_agent("b", "B.")]
    for agent in agents:
        await scene.add(agent)
    ConversationRouter([rule("a", phases={"escalation"})]).install(scene.kit, agents)

    await scene.say("Hello?")

    assert sorted(await answers_in(scene)) == ["a: A.", "b: B."]


async def test_router_leaves_rooms_without_its_agents_alone(scene: Scene) -> None:
    ConversationRouter(default_agent_id="elsewhere").hook_into(scene.kit)
    for agent in (make_agent("a", "A."), make_agent("b", "B.")):
        await scene.add(agent)
    await scene.kit.set_agent_response_policy("room", "agent_chain")

    await scene.say("Hello?")

    assert len(await answers_in(scene)) > 2  # they answer each other, as ever
