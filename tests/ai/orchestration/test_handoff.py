"""Handing over: to agents, to people, or not at all (check 67)."""

import asyncio
import json
from typing import Any

import pytest

from channels_app import AIChannel, MockAIProvider
from channels_app.orchestration.agent import Agent
from channels_app.orchestration.handoff import HandoffHandler
from channels_app.orchestration.handoff_memory import HandoffMemoryProvider
from channels_app.orchestration.handoff_setup import setup_handoff
from channels_app.orchestration.handoff_tool import (
    HANDOFF_NAME,
    HANDOFF_TOOL,
    HandoffResult,
    build_handoff_tool,
)
from channels_app.orchestration.router import ConversationRouter
from hooks import HookExecution, HookResult, HookTrigger
from rooms import ChannelType, RoomEvent, RoomNotFoundError
from rooms.domain.content import text_of
from rooms.testing.rig import Recorder, bodies
from tests.ai.orchestration.company import (
    answers_in,
    calls_of,
    handing_over,
    make_agent,
    results_told,
    state_of,
    words_given,
)
from tests.ai.working import saying
from tests.scene import ROOM, Scene

WATCHED = (
    HookTrigger.ON_HANDOFF,
    HookTrigger.ON_HANDOFF_REJECTED,
    HookTrigger.ON_PHASE_TRANSITION,
)


def to(target: str, **more: Any) -> dict[str, Any]:
    return {"target": target, "reason": "Not mine", "summary": "Wants a refund."} | more


def watch(scene: Scene) -> list[tuple[HookTrigger, RoomEvent]]:
    """Return the list that collects what hooks are told."""
    seen: list[tuple[HookTrigger, RoomEvent]] = []

    def listen(trigger: HookTrigger) -> None:
        @scene.kit.hook(trigger, HookExecution.ASYNC, name=f"watch-{trigger}")
        async def note(event: RoomEvent, context: object) -> None:
            seen.append((trigger, event))

    for trigger in WATCHED:
        listen(trigger)
    return seen


@pytest.fixture
async def pair(scene: Scene) -> HandoffHandler:
    """The agents `clerk` and `expert`, of whom the clerk is asked first."""
    agents = [
        make_agent("clerk", handing_over("expert"), saying("One moment.")),
        make_agent("expert", "I can help.", greeting="Hello, the expert here."),
    ]
    for agent in agents:
        await scene.add(agent)
    router = ConversationRouter(default_agent_id="clerk")
    return router.install(scene.kit, agents, agent_aliases={"boss": "expert"})


async def test_check_67_next_message_goes_to_the_new_agent_with_the_summary(
    scene: Scene, pair: HandoffHandler
) -> None:
    await scene.say("My order is broken.")
    await scene.say("Well?")

    assert await answers_in(scene) == ["clerk: One moment.", "expert: I can help."]
    expert = scene.kit.get_channel("expert")
    assert isinstance(expert, Agent)
    [request] = calls_of(expert)
    first = request.messages[0]
    assert first.role == "user"
    assert first.content == ("[Handoff from clerk]\nReason: Not mine\nSummary: Wants a refund.")


async def test_check_67_old_agent_is_told_to_be_silent(scene: Scene, pair: HandoffHandler) -> None:
    await scene.say("My order is broken.")

    clerk = scene.kit.get_channel("clerk")
    assert isinstance(clerk, Agent)
    [told] = results_told(clerk)
    assert (told["accepted"], told["new_agent_id"]) == (True, "expert")
    assert "Do not answer further" in told["message"]


async def test_check_67_accepted_handoff_is_written_and_told(
    scene: Scene, pair: HandoffHandler
) -> None:
    seen = watch(scene)

    result = await pair.handle(ROOM, "clerk", to("expert"))

    assert result.accepted
    state = await state_of(scene.kit)
    assert (state.active_agent_id, state.phase, state.handoff_count) == ("expert", "handling", 1)
    assert [trigger for trigger, _ in seen] == [WATCHED[0], WATCHED[2]]
    event = seen[0][1]
    assert text_of(event.content) == "[Handoff: clerk -> expert] Not mine"
    assert event.metadata["summary"] == "Wants a refund."
    assert (event.visibility, event.addressed_to) == ("intelligence", [])
    assert event.id in {row.id for row in await scene.full()}
    assert scene.person.delivered == []


async def test_check_67_phase_that_stays_is_no_transition(scene: Scene) -> None:
    seen = watch(scene)
    for agent in (make_agent("a"), make_agent("b")):
        await scene.add(agent)
    handler = HandoffHandler(scene.kit, None, phase_map={"a": "intake", "b": "intake"})

    await handler.handle(ROOM, "a", to("b"))

    assert [trigger for trigger, _ in seen] == [HookTrigger.ON_HANDOFF]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (to("nobody"), "there is no agent 'nobody' in this room"),
        (to("person"), "there is no agent 'person' in this room"),  # a transport is none
        (to("clerk"), "'clerk' has the conversation already"),
        (to("expert", channel_escalation="sms"), "there is no sms channel in this room"),
        (to("expert", channel_escalation="fax"), "channel 'fax' is none of"),
        ({"reason": "Not mine"}, "bad request"),
        (to("expert", context="not an object"), "bad request"),
    ],
)
async def test_check_67_refused_handoff_changes_nothing_and_says_why(
    scene: Scene, pair: HandoffHandler, arguments: dict[str, Any], reason: str
) -> None:
    seen = watch(scene)

    result = await pair.handle(ROOM, "clerk", arguments)

    assert not result.accepted
    assert reason in result.reason
    assert (await state_of(scene.kit)).handoff_count == 0
    assert [trigger for trigger, _ in seen] == [HookTrigger.ON_HANDOFF_REJECTED]


async def test_check_67_alias_names_the_agent(scene: Scene, pair: HandoffHandler) -> None:
    assert (await pair.handle(ROOM, "clerk", to("boss"))).new_agent_id == "expert"


async def test_check_67_known_agent_need_not_be_in_the_room(scene: Scene) -> None:
    handler = HandoffHandler(scene.kit, None, known_agents={"voice-only"})

    assert (await handler.handle(ROOM, "clerk", to("voice-only"))).accepted


async def test_check_67_person_is_asked_for_and_no_agent_answers_then(
    scene: Scene, pair: HandoffHandler
) -> None:
    result = await pair.handle(ROOM, "clerk", to("human", reason="Is angry"))
    await scene.say("Hello?")

    assert result.accepted
    room, state = await scene.kit.get_room(ROOM), await state_of(scene.kit)
    assert room.owner_kind == "queue"
    assert (state.active_agent_id, state.phase) == (None, "escalation")
    assert await answers_in(scene) == []


@pytest.mark.parametrize(
    ("wish", "accepted"),
    [({}, True), ({"next_phase": "closing"}, False), ({"next_phase": "nonsense"}, False)],
)
async def test_check_67_only_allowed_phases_follow(
    scene: Scene, wish: dict[str, str], *, accepted: bool
) -> None:
    for agent in (make_agent("a"), make_agent("b"), make_agent("c")):
        await scene.add(agent)
    handler = HandoffHandler(
        scene.kit,
        None,
        phase_map={"a": "opening", "b": "middle", "c": "closing"},
        allowed_transitions={"opening": {"middle"}, "middle": {"closing"}, "closing": set()},
    )

    assert (await handler.handle(ROOM, "a", to("b", **wish))).accepted is accepted
    assert not (await handler.handle(ROOM, "a", to("a", **wish))).accepted


async def test_check_67_handoffs_at_once_are_all_counted(scene: Scene) -> None:
    agents = [make_agent(f"agent-{number}") for number in range(6)]
    for agent in agents:
        await scene.add(agent)
    handler = HandoffHandler(scene.kit, None)

    made = await asyncio.gather(
        *(handler.handle(ROOM, "front", to(agent.channel_id)) for agent in agents)
    )

    state = await state_of(scene.kit)
    assert all(result.accepted for result in made)
    assert (state.handoff_count, len(state.phase_history)) == (6, 6)


async def test_same_request_again_is_answered_without_a_second_handoff(
    scene: Scene, pair: HandoffHandler
) -> None:
    seen = watch(scene)

    made = [await pair.handle(ROOM, "clerk", to("expert")) for _ in range(2)]

    assert [result.accepted for result in made] == [True, True]
    assert (await state_of(scene.kit)).handoff_count == 1
    assert [trigger for trigger, _ in seen].count(HookTrigger.ON_HANDOFF) == 1


async def test_supervisor_is_no_target(scene: Scene) -> None:
    await scene.add(make_agent("chief"))
    router = ConversationRouter(supervisor_id="chief")

    result = await HandoffHandler(scene.kit, router).handle(ROOM, "clerk", to("chief"))

    assert result.reason == "'chief' only watches"


async def test_escalated_conversation_is_greeted_on_that_channel_alone(
    scene: Scene, pair: HandoffHandler
) -> None:
    phone = await scene.add(Recorder("phone", channel_type=ChannelType.SMS))

    await pair.handle(ROOM, "clerk", to("expert", channel_escalation="sms"))
    await pair.send_greeting(ROOM)

    await phone.until_delivered(1)
    assert [text_of(each.content) for each in phone.delivered] == ["Hello, the expert here."]
    assert scene.person.delivered == []


async def test_greeting_is_said_in_the_name_of_the_agent(
    scene: Scene, pair: HandoffHandler
) -> None:
    await pair.send_greeting(ROOM)  # nobody has the conversation yet
    await pair.handle(ROOM, "clerk", to("expert"))
    await pair.send_greeting(ROOM)

    assert await answers_in(scene) == ["expert: Hello, the expert here."]
    assert pair.greeting_map == {"expert": "Hello, the expert here."}


@pytest.mark.parametrize("channel_id", [None, "phone"])
@pytest.mark.parametrize("owner", ["human", "queue"])
async def test_no_agent_greets_where_somebody_else_answers(
    scene: Scene, pair: HandoffHandler, owner: str, channel_id: str | None
) -> None:
    phone = await scene.add(Recorder("phone", channel_type=ChannelType.SMS))
    await pair.handle(ROOM, "clerk", to("expert"))
    if owner == "human":
        await scene.kit.take_over(ROOM, user_id="7")
    else:
        await scene.kit.queue_room(ROOM, reason="asks for a person")

    await pair.send_greeting(ROOM, channel_id=channel_id)

    assert "Hello, the expert here." not in bodies(await scene.full())
    assert [*phone.delivered, *scene.person.delivered] == []


async def test_greeting_is_dropped_if_somebody_takes_over_before_it_is_stored(
    scene: Scene, pair: HandoffHandler
) -> None:
    await scene.add(Recorder("phone", channel_type=ChannelType.SMS))
    await pair.handle(ROOM, "clerk", to("expert"))

    @scene.kit.hook(HookTrigger.BEFORE_DELIVER, name="meanwhile")
    async def take_over(event: RoomEvent, context: object) -> HookResult[RoomEvent]:
        await scene.kit.take_over(ROOM, user_id="7")
        return HookResult.allow()

    await pair.send_greeting(ROOM, channel_id="phone")

    assert "Hello, the expert here." not in bodies(await scene.full())


async def test_greeting_in_an_unknown_room_is_refused(pair: HandoffHandler) -> None:
    with pytest.raises(RoomNotFoundError):
        await pair.send_greeting("nowhere")


async def test_callback_that_fails_undoes_nothing(scene: Scene, pair: HandoffHandler) -> None:
    heard: list[tuple[str, HandoffResult]] = []

    async def listen(room_id: str, result: HandoffResult) -> None:
        heard.append((room_id, result))
        raise RuntimeError("broken")

    pair.on_handoff_complete = listen

    result = await pair.handle(ROOM, "clerk", to("expert"))

    assert result.accepted
    assert heard == [(ROOM, result)]


async def test_handoff_is_written_in_the_name_of_a_channel_if_one_is_given(scene: Scene) -> None:
    seen = watch(scene)
    await scene.add(make_agent("expert"))
    handler = HandoffHandler(scene.kit, None, event_channel_id="person")

    await handler.handle(ROOM, "clerk", to("expert"))

    assert {event.source.channel_id for _, event in seen} == {"person"}


async def test_setting_up_twice_is_a_mistake(scene: Scene) -> None:
    agent, handler = make_agent("a"), HandoffHandler(scene.kit, None)
    setup_handoff(agent, handler)

    with pytest.raises(RuntimeError, match="can hand over already"):
        setup_handoff(agent, handler)

    assert agent.extra_tools == [HANDOFF_TOOL]


async def test_handler_outside_of_a_turn_answers_an_error(scene: Scene) -> None:
    agent = make_agent("a")
    setup_handoff(agent, HandoffHandler(scene.kit, None))
    assert agent.tool_handler is not None

    answer = await agent.tool_handler(HANDOFF_NAME, to("b"))

    assert "error" in json.loads(answer)


async def test_other_tools_go_to_the_handler_that_was_there(scene: Scene) -> None:
    async def own(name: str, arguments: dict[str, Any]) -> str:
        return f"ran {name}"

    agent = make_agent("a", tool_handler=own)
    setup_handoff(agent, HandoffHandler(scene.kit, None))
    alone = make_agent("b")
    setup_handoff(alone, HandoffHandler(scene.kit, None))
    assert agent.tool_handler is not None
    assert alone.tool_handler is not None

    assert await agent.tool_handler("look_up", {}) == "ran look_up"
    assert json.loads(await alone.tool_handler("look_up", {})) == {"error": "Unknown tool: look_up"}


async def test_plain_channel_with_the_memory_reads_the_summary(scene: Scene) -> None:
    model = MockAIProvider()
    memory = HandoffMemoryProvider(AIChannel("x", MockAIProvider()).memory)
    await scene.add(AIChannel("expert", model, memory=memory))
    handler = HandoffHandler(scene.kit, None)

    await handler.handle(ROOM, "clerk", to("expert", context={"order": 7}))
    await scene.say("Well?")

    told = str(model.calls[0].messages[0].content)
    assert told.splitlines()[-2:] == ["Summary: Wants a refund.", "order: 7"]
    assert memory.name == "handoff(sliding_window)"


async def test_summary_is_for_the_agent_that_took_over_only(scene: Scene) -> None:
    a, b = make_agent("a"), make_agent("b")
    for agent in (a, b):
        await scene.add(agent)
    await HandoffHandler(scene.kit, None).handle(ROOM, "a", to("b"))

    await scene.say("Hello?", addressed_to=["a"])

    assert "Wants a refund." not in words_given(a)
    assert "Wants a refund." in words_given(b)


def test_tool_names_its_targets_with_what_they_are_good_for() -> None:
    tool = build_handoff_tool([("a", "Refunds"), ("b", None)])

    target = tool.parameters["properties"]["target"]
    assert target["enum"] == ["a", "b"]
    assert target["description"] == "Who takes over. a: Refunds; b"
    assert tool.parameters["required"] == ["target", "reason", "summary"]
    assert "enum" not in HANDOFF_TOOL.parameters["properties"]["target"]
