"""What stands between a model and a tool (checks 28-30, 47)."""

import logging
from typing import Any

import pytest

from channels_app import AIChannel, AIResponse, MockAIProvider
from channels_app.ai.backing import store_beside
from channels_app.ai.tools.base import Tool, ToolFault, TurnScope
from channels_app.ai.tools.policy import RoleOverride, ToolPolicy
from hooks import HookResult, HookTrigger
from hooks.results import Observation, Task
from rooms import RoomKit
from rooms.domain.enums import ParticipantRole
from rooms.domain.json import JsonObject
from rooms.domain.participant import Participant
from tests import steps
from tests.ai.working import Desk, Job, Recorded, call, calling, said, saying, told
from tests.channels_app.values import CUSTOMER, ROOM, make_event

ORDER = {
    "type": "object",
    "properties": {"order": {"type": "integer"}},
    "required": ["order"],
    "additionalProperties": False,
}


def desk_with(
    kit: RoomKit, *answers: AIResponse, streaming: bool = False, **options: Any
) -> tuple[Desk, MockAIProvider]:
    model = MockAIProvider(ai_responses=[*answers], streaming=streaming)
    return Desk(kit, model, **options), model


async def test_check_29_unknown_tool_is_an_error_for_the_model(
    kit: RoomKit, *, streaming: bool
) -> None:
    tool = Recorded()
    desk, model = desk_with(
        kit, calling(call("delete_all")), saying("Ok."), streaming=streaming, tools=[tool]
    )

    assert await said(await desk.ask(make_event())) == "Ok."
    assert told(model.calls[1]) == [("Error: unknown tool 'delete_all'", True)]
    assert tool.calls == []


@pytest.mark.parametrize("arguments", [{}, {"order": "seven"}, {"order": 7, "fast": True}])
async def test_check_30_wrong_arguments_are_an_error_for_the_model(
    kit: RoomKit, arguments: JsonObject, *, streaming: bool
) -> None:
    tool = Recorded(schema=ORDER)
    desk, model = desk_with(
        kit, calling(call(**arguments)), saying("Ok."), streaming=streaming, tools=[tool]
    )

    await said(await desk.ask(make_event()))

    [(text, is_error)] = told(model.calls[1])
    assert (text.startswith("Error: the arguments are wrong: "), is_error) == (True, True)
    assert tool.calls == []


async def test_flattened_arguments_are_put_in_their_place(kit: RoomKit) -> None:
    schema = {
        "type": "object",
        "properties": {"action": {"type": "string"}, "params": {"type": "object"}},
        "additionalProperties": False,
    }
    desk, _ = desk_with(
        kit,
        calling(call(action="find", order=7)),
        saying("Ok."),
        tools=[tool := Recorded(schema=schema)],
    )

    await desk.ask(make_event())

    assert tool.calls == [{"action": "find", "params": {"order": 7}}]


async def test_check_47_denied_tool_is_hidden_and_refused(kit: RoomKit, *, streaming: bool) -> None:
    tool = Recorded()
    desk, model = desk_with(
        kit,
        calling(call()),
        saying("Ok."),
        streaming=streaming,
        tools=[tool],
        tool_policy=ToolPolicy(deny=["look_*"]),
    )

    await said(await desk.ask(make_event()))

    assert model.calls[0].tools == []
    assert told(model.calls[1]) == [("Error: tool 'look_up' is not allowed here", True)]
    assert tool.calls == []


@pytest.mark.parametrize(
    ("role", "runs"), [(ParticipantRole.AGENT, 1), (ParticipantRole.OBSERVER, 0)]
)
async def test_check_47_role_of_who_asks_counts_while_the_stream_is_read(
    kit: RoomKit, role: ParticipantRole, runs: int, *, streaming: bool
) -> None:
    tool = Recorded()
    policy = ToolPolicy(role_overrides={"observer": RoleOverride(deny=["*"])})
    desk, model = desk_with(
        kit,
        calling(call()),
        saying("Ok."),
        streaming=streaming,
        tools=[tool],
        tool_policy=policy,
    )
    asker = Participant(id=CUSTOMER, room_id=ROOM, channel_id="chat", role=role)
    context = desk.context().model_copy(update={"participants": [asker]})

    await said(await desk.agent.on_event(make_event(), context.bindings[1], context))

    assert [len(each.tools) for each in model.calls] == [runs, runs]
    assert len(tool.calls) == runs


async def test_tool_for_some_roles_is_hidden_from_others(kit: RoomKit) -> None:
    tool = Recorded(roles=frozenset({"supervisor"}))
    desk, model = desk_with(kit, calling(call()), saying("Ok."), tools=[tool])

    await desk.ask(make_event())

    assert (model.calls[0].tools, tool.calls) == ([], [])


class Gate:
    """Keeps `secret` back until it was opened."""

    def __init__(self) -> None:
        self.is_open = False
        self.secret = Recorded("secret")
        self.opener = Recorded("open_gate", self._open, bypasses_policy=True)

    async def _open(self, arguments: JsonObject) -> str:
        self.is_open = True
        return "opened"

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        return [self.secret, self.opener]

    async def prompt_for(self, context: TurnScope) -> str:
        return f"Room {context.room.room.id} has a gate."

    def gated(self, name: str, scope: TurnScope) -> bool:
        return name == "secret" and not self.is_open


async def test_gated_tool_appears_in_the_round_after_it_was_opened(
    kit: RoomKit, *, streaming: bool
) -> None:
    gate = Gate()
    answers = [
        calling(call("secret"), call("open_gate", "t2")),
        calling(call("secret")),
        saying("Ok."),
    ]
    desk, model = desk_with(
        kit,
        *answers,
        streaming=streaming,
        toolsets=[gate],
        tool_policy=ToolPolicy(allow=["secret"]),
        system_prompt="Be kind.",
    )

    await said(await desk.ask(make_event()))

    assert [[tool.name for tool in each.tools] for each in model.calls] == [
        ["open_gate"],
        ["secret", "open_gate"],
        ["secret", "open_gate"],
    ]
    assert [is_error for _, is_error in told(model.calls[1])] == [True, False]
    assert len(gate.secret.calls) == 1
    assert str(model.calls[0].system_prompt).endswith(f"Room {ROOM} has a gate.")


async def test_tool_is_told_for_whom_it_runs(kit: RoomKit, *, streaming: bool) -> None:
    tool, event = Recorded(), make_event()
    desk, _ = desk_with(kit, calling(call()), saying("Ok."), streaming=streaming, tools=[tool])
    asker = Participant(id=CUSTOMER, room_id=ROOM, channel_id="chat", role=ParticipantRole.OBSERVER)
    context = desk.context().model_copy(update={"participants": [asker]})

    await said(await desk.agent.on_event(event, context.bindings[1], context))

    [told_of] = tool.contexts
    assert (told_of.room_id, told_of.event.id, told_of.channel_id) == (ROOM, event.id, "agent")
    assert (told_of.participant, told_of.role) == (asker, "observer")
    assert told_of.allowed_tools == {"look_up"}


async def test_what_a_tool_says_of_its_fault_is_told(kit: RoomKit) -> None:
    async def refuse(arguments: JsonObject) -> str:
        raise ToolFault("there is no order 7")

    desk, model = desk_with(kit, calling(call()), saying("Ok."), tools=[Recorded(result=refuse)])

    await desk.ask(make_event())

    assert told(model.calls[1]) == [("Error: there is no order 7", True)]


# -- hooks


async def test_hook_rewrites_arguments_which_are_checked_again(kit: RoomKit) -> None:
    @kit.hook(HookTrigger.BEFORE_TOOL_USE)
    async def rewrite(event: Any, context: Any) -> HookResult[Any]:
        new = {"order": 8} if event.arguments == {"order": 7} else {"order": "?"}
        return HookResult.modify(event.model_copy(update={"arguments": new}))

    answers = [calling(call(order=7), call(call_id="t2", order=9)), saying("Ok.")]
    desk, model = desk_with(kit, *answers, tools=[tool := Recorded(schema=ORDER)])

    await desk.ask(make_event())

    assert tool.calls == [{"order": 8}]
    assert [is_error for _, is_error in told(model.calls[1])] == [False, True]


async def test_hook_that_blocks_or_breaks_keeps_the_tool_from_running(kit: RoomKit) -> None:
    @kit.hook(HookTrigger.BEFORE_TOOL_USE)
    async def guard(event: Any, context: Any) -> HookResult[Any]:
        if event.arguments["n"] == 1:
            return HookResult.block("not today")
        raise RuntimeError("broken guard")

    answers = [calling(call(n=1), call(call_id="t2", n=2)), saying("Ok.")]
    desk, model = desk_with(kit, *answers, tools=[tool := Recorded()])

    await desk.ask(make_event())

    assert tool.calls == []
    assert told(model.calls[1]) == [
        ("Error: not today", True),
        ("Error: the call could not be checked", True),
    ]


async def test_hook_replaces_a_result_or_withholds_it(kit: RoomKit) -> None:
    @kit.hook(HookTrigger.ON_TOOL_CALL)
    async def redact(event: Any, context: Any) -> HookResult[Any]:
        if event.arguments["n"] == 1:
            return HookResult.modify(event.model_copy(update={"result": event.result.upper()}))
        return HookResult.block("secret")

    answers = [calling(call(n=1), call(call_id="t2", n=2)), saying("Ok.")]
    desk, model = desk_with(kit, *answers, tools=[Recorded()])

    await desk.ask(make_event())

    assert told(model.calls[1]) == [("FOUND", False), ("Error: secret", True)]


async def test_listener_sees_the_result(kit: RoomKit) -> None:
    seen = steps.spy(kit, HookTrigger.ON_TOOL_CALL)
    desk, _ = desk_with(kit, calling(call(n=1)), saying("Ok."), tools=[Recorded()])

    await desk.ask(make_event())

    [event] = seen
    assert (event.name, event.arguments, event.result) == ("look_up", {"n": 1}, "found")


# -- long results


def long_result(lines: int = 400) -> str:
    return "\n".join(f"line {number}" for number in range(lines))


@pytest.mark.parametrize(("characters", "is_whole"), [(399, True), (400, False)])
async def test_check_28_result_at_the_limit_is_told_whole(
    kit: RoomKit, characters: int, *, is_whole: bool
) -> None:
    text = "x" * characters
    desk, model = desk_with(
        kit,
        calling(call()),
        saying("Ok."),
        tools=[Recorded(result=text)],
        evict_threshold_tokens=100,
    )

    await desk.ask(make_event())

    assert (told(model.calls[1]) == [(text, False)]) is is_whole
    offered = ["look_up"] if is_whole else ["look_up", "read_stored_result"]
    assert [tool.name for tool in model.calls[1].tools] == offered


async def test_check_28_longer_result_is_read_page_by_page(
    kit: RoomKit, *, streaming: bool
) -> None:
    text = long_result()
    pages = [
        calling(call("read_stored_result", f"p{at}", result_id="?", offset=at, limit=99999))
        for at in range(0, len(text), 200)
    ]

    class Reading(MockAIProvider):
        """Reads what the notice names."""

        def _answer(self, number: int) -> AIResponse:
            answer = super()._answer(number)
            for each in answer.tool_calls:
                if "result_id" in each.arguments:
                    notice = told(self.calls[1])[0][0]
                    each.arguments["result_id"] = notice.split("stored as ")[1][:14]
            return answer

    model = Reading(ai_responses=[calling(call()), *pages, saying("Ok.")], streaming=streaming)
    desk = Desk(kit, model, tools=[Recorded(result=text)], evict_threshold_tokens=100)

    await said(await desk.ask(make_event()))

    notice, *parts = (result for result, _ in told(model.calls[-1]))
    assert notice.startswith(f"[The result has {len(text)} characters and is stored as r_")
    assert "line 0\n" in notice
    assert "".join(part.rsplit("\n[characters", 1)[0] for part in parts) == text
    assert [tool.name for tool in model.calls[1].tools] == ["look_up", "read_stored_result"]


async def test_check_28_stored_result_is_the_rooms_own(kit: RoomKit) -> None:
    await store_beside(kit.store).results.put("another room", "r_1", "secret")
    answers = [
        calling(call()),
        calling(call("read_stored_result", result_id="r_1")),
        saying("Ok."),
    ]
    desk, model = desk_with(
        kit, *answers, tools=[Recorded(result=long_result())], evict_threshold_tokens=100
    )

    await desk.ask(make_event())

    assert told(model.calls[2])[-1] == ("Error: there is no stored result 'r_1'", True)


async def test_stop_word_between_rounds_keeps_tools_from_running(
    kit: RoomKit, *, streaming: bool
) -> None:
    desk, model = desk_with(
        kit,
        calling(call(), text="One."),
        saying("Two."),
        streaming=streaming,
        tools=[tool := Recorded()],
    )
    # asked before the turn, then before the tools
    output = await desk.ask(make_event(), Job(stop=[None, "taken_over"]))

    assert await said(output) == "One."
    assert (len(model.calls), tool.calls) == (1, [])
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "taken_over"


@pytest.mark.parametrize("owner", ["human", "queue", "paused"])
async def test_room_that_is_not_the_agents_is_only_remembered(kit: RoomKit, owner: str) -> None:
    desk, model = desk_with(kit, saying("Hi."))
    context = desk.context()
    room = context.room.model_copy(update={"owner_kind": owner})

    output = await desk.agent.on_event(
        make_event(), context.bindings[1], context.model_copy(update={"room": room})
    )

    assert (output.responded, model.calls) == (False, [])


async def test_turn_that_is_not_wanted_any_more_is_not_begun(kit: RoomKit) -> None:
    desk, model = desk_with(kit, saying("Hi."))

    output = await desk.ask(make_event(), Job(stop=["paused"]))

    assert (output.responded, model.calls) == (False, [])


async def test_agent_without_a_kit_uses_its_tools(*, streaming: bool) -> None:
    from tests.channels_app.asking import ask  # noqa: PLC0415 - the only test without a desk

    model = MockAIProvider(ai_responses=[calling(call()), saying("Ok.")], streaming=streaming)
    tool = Recorded()

    assert await said(await ask(AIChannel("agent", model, tools=[tool]), make_event())) == "Ok."
    assert tool.calls == [{}]


@pytest.mark.parametrize("result", [None, {"order": 7}])
async def test_tool_that_gives_back_no_text_has_failed(
    kit: RoomKit, result: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(name: str, arguments: JsonObject) -> Any:
        return result

    model = MockAIProvider(ai_responses=[calling(call()), saying("Ok.")])
    desk = Desk(kit, model, tool_handler=handler)

    with caplog.at_level(logging.CRITICAL):
        output = await desk.ask(make_event(), tools=[{"name": "look_up"}])

    assert await said(output) == "Ok."
    assert told(model.calls[1]) == [("Error executing tool 'look_up': TypeError", True)]


async def test_arguments_that_could_not_be_read_run_no_tool(kit: RoomKit) -> None:
    """Vendors' clients put text that is no JSON under `raw`; an open schema would let it pass."""
    desk, model = desk_with(
        kit, calling(call(raw='{"order": 7, "amo')), saying("Ok."), tools=[tool := Recorded()]
    )

    await desk.ask(make_event())

    assert tool.calls == []
    assert told(model.calls[1]) == [
        ("Error: the arguments are wrong: they are no JSON object", True)
    ]


async def test_tool_may_have_an_argument_that_is_called_raw(kit: RoomKit) -> None:
    schema = {"type": "object", "properties": {"raw": {"type": "string"}}}
    desk, _ = desk_with(
        kit, calling(call(raw="meat")), saying("Ok."), tools=[tool := Recorded(schema=schema)]
    )

    await desk.ask(make_event())

    assert tool.calls == [{"raw": "meat"}]


async def test_what_hooks_of_tools_leave_behind_is_kept(kit: RoomKit) -> None:
    @kit.hook(HookTrigger.BEFORE_TOOL_USE)
    async def before(event: Any, context: Any) -> HookResult[Any]:
        if event.arguments["n"] == 1:
            return HookResult.block("no", tasks=[Task(title="Call back")])
        return HookResult.allow()

    @kit.hook(HookTrigger.ON_TOOL_CALL)
    async def behind(event: Any, context: Any) -> HookResult[Any]:
        seen = Observation(type="mood", content="angry")
        return HookResult(action="allow", observations=[seen])

    answers = [calling(call(n=1), call(call_id="t2", n=2)), saying("Ok.")]
    desk, _ = desk_with(kit, *answers, tools=[Recorded()])

    output = await desk.ask(make_event())

    assert [task.title for task in output.tasks] == ["Call back"]
    assert [each.content for each in output.observations] == ["angry"]


async def test_observers_are_told_of_calls_that_are_about_to_be_made(kit: RoomKit) -> None:
    seen = steps.spy(kit, HookTrigger.BEFORE_TOOL_USE)
    desk, _ = desk_with(kit, calling(call(n=1)), saying("Ok."), tools=[Recorded()])

    await desk.ask(make_event())

    [event] = await seen.until(1)
    assert (event.name, event.arguments, event.result) == ("look_up", {"n": 1}, None)
