"""Turns that are taken up where a process died, or where they waited for people."""

import asyncio
from typing import Any

import pytest

from channels_app import AIResponse, MockAIProvider
from channels_app.ai.records import AgentRun, DecisionKind, DecisionState, RunStatus, StepState
from channels_app.ai.steering import Cancel
from channels_app.ai.tools.arguments import WrongArguments
from channels_app.ai.tools.base import Tool, TurnScope
from channels_app.ai.turn.resuming import UNKNOWN_OUTCOME
from hooks import HookTrigger
from rooms import RoomKit
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.output import ChannelOutput
from rooms.stores.memory import InMemoryStore
from tests import steps
from tests.ai.working import (
    ByRound,
    Desk,
    Job,
    Recorded,
    Snapshots,
    call,
    calling,
    restore,
    said,
    saying,
    told,
    until,
)
from tests.channels_app.values import make_event

TWO_ROUNDS = [
    calling(call("pay"), text="Paying.", thinking="I pay.", thinking_signature="s1"),
    calling(call("tell", "t2"), text="Telling."),
    saying("Done."),
]
WHOLE = "Paying.\n\nTelling.\n\nDone."


def desk_of(
    *answers: AIResponse, streaming: bool = False, **options: Any
) -> tuple[Desk, MockAIProvider]:
    """Return a desk of a process of its own."""
    model = ByRound(ai_responses=[*answers], streaming=streaming)
    return Desk(RoomKit(store=InMemoryStore()), model, **options), model


async def run_of(desk: Desk, event: RoomEvent) -> AgentRun:
    opened, _ = await desk.kept.runs.open_run(
        AgentRun(room_id=event.room_id, channel_id="agent", event_id=event.id)
    )
    return opened


async def test_steps_are_written_around_each_call(*, streaming: bool) -> None:
    at_tool: list[list[tuple[str, str]]] = []
    event = make_event()

    async def look(arguments: JsonObject) -> str:
        [run] = await desk.kept.runs.find_running()
        stored = await desk.kept.runs.list_steps(run.id)
        at_tool.append([(step.kind.value, step.state.value) for step in stored])
        return "found"

    desk, _ = desk_of(
        calling(call()),
        saying("Ok."),
        streaming=streaming,
        tools=[Recorded(result=look)],
    )

    await said(await desk.ask(event))

    assert at_tool == [[("model", "done"), ("tool", "begun")]]


@pytest.mark.parametrize("is_expected", [True, False])
@pytest.mark.parametrize("moment", range(5))
async def test_answer_is_whole_wherever_the_process_died(
    moment: int, *, is_expected: bool, streaming: bool
) -> None:
    """After any write: nothing that ended runs again, and nothing is said twice or not at all."""
    event, tools = make_event(), [Recorded("pay"), Recorded("tell")]
    first, _ = desk_of(*TWO_ROUNDS, streaming=streaming, tools=tools)
    snapshots = Snapshots(first.kept)
    assert await said(await first.ask(event)) == WHOLE
    states = snapshots.states
    assert len(states) == 5
    after = [Recorded("pay", idempotent=True), Recorded("tell", idempotent=True)]
    second, model = desk_of(*TWO_ROUNDS, streaming=streaming, tools=after)
    await restore(second.kept, states[moment])

    output = await second.ask(event, Job(is_repeated=is_expected))

    assert await said(output) == WHOLE
    ended = {step.name for step in states[moment][1] if step.state is StepState.DONE}
    ran = {tool.definition.name for tool in after if tool.calls}
    assert ran == {"pay", "tell"} - ended
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "completed"
    facts = output.response_metadata or output.response_events[0].metadata
    assert facts["ai_usage"] == {"input_tokens": 30, "output_tokens": 15}
    asked_again = [each for each in model.calls if len(each.messages) > 1]
    assert len(asked_again) == [2, 2, 1, 1, 0][moment]
    assert len(model.calls) - len(asked_again) == (0 if is_expected else 1)
    assert all("s1" in each.messages[1].model_dump_json() for each in asked_again)


async def test_tool_whose_outcome_nobody_knows_is_not_run_again() -> None:
    event = make_event()
    first, _ = desk_of(*TWO_ROUNDS, tools=[Recorded("pay"), Recorded("tell")])
    snapshots = Snapshots(first.kept)
    await first.ask(event)
    pay = Recorded("pay")
    second, model = desk_of(*TWO_ROUNDS, tools=[pay, Recorded("tell")])
    await restore(second.kept, snapshots.states[0])  # the word before `pay`

    await second.ask(event)

    assert pay.calls == []
    assert told(model.calls[-1])[0] == (UNKNOWN_OUTCOME, True)
    run = await run_of(second, event)
    states = {step.name: step.state for step in await second.kept.runs.list_steps(run.id)}
    assert states["pay"] is StepState.UNKNOWN


async def test_run_tells_what_it_took() -> None:
    event = make_event()
    desk, _ = desk_of(*TWO_ROUNDS, tools=[Recorded("pay"), Recorded("tell")], version_id="v7")

    output = await desk.ask(event)

    snapshot = (await desk.kept.runs.find_running(), output.response_events[0].metadata)
    assert snapshot[0] == []
    assert snapshot[1]["ai_version"] == "v7"
    run = await desk.kept.runs.get_run(next(iter(desk.kept.runs._runs)))  # type: ignore[attr-defined]
    assert run is not None
    assert (run.status, run.end_reason, run.rounds) == (RunStatus.COMPLETED, "completed", 2)
    assert run.usage == {"input_tokens": 30, "output_tokens": 15}
    assert (run.cost, run.version_id, run.delivery_id) == (None, "v7", "d1")


async def test_tools_that_run_when_a_turn_is_called_off_end_and_are_written_down() -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(arguments: JsonObject) -> str:
        begun.set()
        await go.wait()
        return "paid"

    event, job = make_event(), Job(stop=[None, None, "superseded"])
    desk, _ = desk_of(*TWO_ROUNDS, tools=[Recorded("pay", slow), Recorded("tell")])
    asking = asyncio.create_task(desk.ask(event, job))
    await begun.wait()

    asking.cancel()
    await asyncio.wait({asking})
    go.set()

    async def is_written() -> bool:
        [run] = desk.kept.runs._runs.values()  # type: ignore[attr-defined]  # all there are
        steps_of_tools = (await desk.kept.runs.list_steps(run.id))[1:]
        results = [step.response.get("result") for step in steps_of_tools]
        return (run.end_reason, results) == ("superseded", ["paid"])

    await until(is_written)


async def test_turn_that_gave_way_to_a_question_that_is_gone_is_taken_anew(
    *, streaming: bool
) -> None:
    event, pay = make_event(), Recorded("pay")
    desk, model = desk_of(
        calling(call("pay"), text="Paying."), saying("Paid."), streaming=streaming, tools=[pay]
    )
    gave_way = await said(await desk.ask(event, Job(stop=[None, "superseded"])))

    again = await said(await desk.ask(event, Job(is_repeated=True)))

    assert (gave_way, again) == ("Paying.", "Paying.\n\nPaid.")
    assert (len(pay.calls), len(model.calls)) == (1, 3)


async def test_turn_that_another_process_has_begun_anew_ends_without_a_word() -> None:
    from rooms.domain.errors import StoreUnavailableError  # noqa: PLC0415 - only here

    event = make_event()

    async def stolen(arguments: JsonObject) -> str:
        await run_of(desk, event)  # as another process does
        return "paid"

    desk, model = desk_of(*TWO_ROUNDS, tools=[Recorded("pay", stolen), Recorded("tell")])

    with pytest.raises(StoreUnavailableError, match="another process"):
        await desk.ask(event)

    assert len(model.calls) == 1


# -- people decide


def needing(name: str = "pay", **rules: Any) -> Recorded:
    return Recorded(name, **({"needs_approval": True} | rules))


async def test_call_that_needs_approval_waits_and_others_run(*, streaming: bool) -> None:
    event, pay, look = make_event(), needing(), Recorded("look")
    asked = calling(call("pay", amount=5), call("look", "t2"), text="One moment.")
    desk, model = desk_of(asked, saying("Paid."), streaming=streaming, tools=[pay, look])
    told_of = steps.spy(desk.kit, HookTrigger.ON_USER_INPUT_REQUIRED)

    output = await desk.ask(event)

    assert await said(output) == "One moment."
    assert (pay.calls, look.calls, len(model.calls)) == ([], [{}], 1)
    assert output.response_outcome is not None
    assert (output.response_outcome.parked, output.response_outcome.reason) == (True, "waiting")
    [run] = await desk.kept.runs.find_running()
    [approval] = await desk.kept.approvals.of_run(run.id)
    assert run.status is RunStatus.WAITING
    assert (approval.tool_name, approval.arguments) == ("pay", {"amount": 5})
    assert (approval.expires_at - approval.created_at).total_seconds() == 86400
    [request] = await told_of.until(1)
    assert request.approval == approval


async def decided(
    desk: Desk, state: DecisionState, *, kind: DecisionKind = DecisionKind.APPROVAL, **said_by: Any
) -> None:
    [run] = await desk.kept.runs.find_running()
    pending = [
        each
        for each in await desk.kept.approvals.of_run(run.id)
        if each.state is DecisionState.PENDING
    ]
    assert pending[0].kind is kind
    assert await desk.kept.approvals.decide(pending[0].id, state, decided_by="kim", **said_by)


@pytest.mark.parametrize(
    ("state", "extra", "ran", "word"),
    [
        (DecisionState.APPROVED, {}, [{"amount": 5}], ("found", False)),
        (
            DecisionState.APPROVED,
            {"edited_arguments": {"amount": 4}},
            [{"amount": 4}],
            ("found", False),
        ),
        (
            DecisionState.REJECTED,
            {"reason": "too much"},
            [],
            ("Error: a person refused this call: too much", True),
        ),
        (
            DecisionState.TIMED_OUT,
            {},
            [],
            ("Error: nobody decided about this call in time", True),
        ),
        (
            DecisionState.ANSWERED,
            {"answer": "ask again on Monday"},
            [],
            ("ask again on Monday", False),
        ),
    ],
)
async def test_decision_is_acted_on_in_the_next_piece(
    state: DecisionState,
    extra: JsonObject,
    ran: list[JsonObject],
    word: tuple[str, bool],
    *,
    streaming: bool,
) -> None:
    event, pay = make_event(), needing()
    desk, model = desk_of(
        calling(call("pay", amount=5), text="One moment."),
        saying("Ok."),
        streaming=streaming,
        tools=[pay],
    )
    await said(await desk.ask(event))
    await decided(desk, state, **extra)

    output = await desk.ask(event, Job(segment=1))

    assert await said(output) == "Ok."
    assert pay.calls == ran
    assert told(model.calls[-1]) == [word]
    assert output.response_outcome is not None
    assert not output.response_outcome.parked
    assert len(model.calls) == 2


async def test_edited_arguments_are_checked_when_people_decide() -> None:
    schema = {"type": "object", "properties": {"amount": {"type": "integer"}}}
    event, pay = make_event(), Recorded("pay", schema=schema, needs_approval=True)
    desk, model = desk_of(calling(call("pay", amount=5)), saying("Ok."), tools=[pay])
    await desk.ask(event)
    with pytest.raises(WrongArguments, match="amount: 'lots' is not of type 'integer'"):
        await decided(desk, DecisionState.APPROVED, edited_arguments={"amount": "lots"})
    assert (await said(await desk.ask(event, Job(segment=1))), len(model.calls)) == ("", 1)

    await decided(desk, DecisionState.APPROVED, edited_arguments={"amount": 4})
    await desk.ask(event, Job(segment=1))

    assert (pay.calls, told(model.calls[-1])) == ([{"amount": 4}], [("found", False)])


async def test_what_people_approved_of_is_checked_again_where_the_tool_has_changed() -> None:
    event, pay = make_event(), needing()
    desk, model = desk_of(calling(call("pay", amount=5)), saying("Ok."), tools=[pay])
    await desk.ask(event)
    await decided(desk, DecisionState.APPROVED, edited_arguments={"amount": "lots"})
    pay.definition.parameters = {"type": "object", "properties": {"amount": {"type": "integer"}}}

    await desk.ask(event, Job(segment=1))

    assert pay.calls == []
    assert told(model.calls[-1])[0][1]


async def test_turn_waits_on_while_somebody_has_not_decided() -> None:
    event, pay = make_event(), needing()
    asked = calling(call("pay", n=1), call("pay", "t2", n=2))
    desk, model = desk_of(asked, saying("Ok."), tools=[pay])
    await desk.ask(event)
    await decided(desk, DecisionState.APPROVED)

    again = await desk.ask(event, Job(segment=1))
    await decided(desk, DecisionState.REJECTED)
    last = await desk.ask(event, Job(segment=1))

    assert again.response_outcome is not None
    assert again.response_outcome.parked
    assert (await said(again), await said(last)) == ("", "Ok.")
    assert pay.calls == [{"n": 1}]
    assert len(model.calls) == 2


async def test_rule_decides_by_the_arguments_whether_people_are_asked() -> None:
    pay = needing(needs_approval=lambda arguments: arguments["amount"] > 10)
    desk, _ = desk_of(calling(call("pay", amount=5)), saying("Ok."), tools=[pay])

    assert await said(await desk.ask(make_event())) == "Ok."
    assert pay.calls == [{"amount": 5}]


async def test_question_to_a_person_is_answered_by_the_person() -> None:
    event, tool = make_event(), Recorded("ask_a_person", asks_input=True)
    desk, model = desk_of(
        calling(call("ask_a_person", question="Which size?")), saying("Ok."), tools=[tool]
    )
    await desk.ask(event)
    [run] = await desk.kept.runs.find_running()
    [approval] = await desk.kept.approvals.of_run(run.id)
    assert (approval.kind, approval.question) == (DecisionKind.INPUT, "Which size?")
    await decided(desk, DecisionState.ANSWERED, kind=DecisionKind.INPUT, answer="Large.")

    await desk.ask(event, Job(segment=1))

    assert told(model.calls[-1]) == [("Large.", False)]
    assert tool.calls == []


async def test_process_that_dies_between_step_and_request_asks_people_anyway() -> None:
    event = make_event()
    first, _ = desk_of(calling(call("pay"), text="One moment."), tools=[needing()])
    snapshots = Snapshots(first.kept)
    await first.ask(event)
    second, _ = desk_of(calling(call("pay"), text="One moment."), tools=[needing()])
    await restore(second.kept, snapshots.states[0])

    output = await second.ask(event)

    assert await said(output) == "One moment."
    assert output.response_outcome is not None
    assert output.response_outcome.parked
    [run] = await second.kept.runs.find_running()
    assert len(await second.kept.approvals.of_run(run.id)) == 1


async def test_what_was_said_before_waiting_is_not_history_of_the_same_turn() -> None:
    event = make_event()
    desk, model = desk_of(
        calling(call("pay"), text="One moment."), saying("Paid."), tools=[needing()]
    )
    await desk.ask(event)
    await decided(desk, DecisionState.APPROVED)
    own = make_event("One moment.", channel_id="agent", sender=None, parent_event_id=event.id)
    context = desk.context(Job(segment=1)).model_copy(update={"recent_events": [own]})

    await desk.agent.on_event(event, context.bindings[1], context)

    assert [each.role for each in model.calls[-1].messages] == ["user", "assistant", "tool"]


async def test_people_are_told_once_of_each_question_and_by_its_own_id() -> None:
    """The second of two questions is still open when the first decision lets the turn go on."""
    event = make_event()
    calls = calling(call("pay", "t1"), call("pay", "t2"))
    desk, _ = desk_of(calls, saying("Ok."), tools=[needing()])
    told_of = steps.spy(desk.kit, HookTrigger.ON_USER_INPUT_REQUIRED)
    await desk.ask(event)
    await told_of.until(2)
    await decided(desk, DecisionState.APPROVED)

    output = await desk.ask(event, Job(is_repeated=True))

    assert output.response_outcome is not None
    assert output.response_outcome.parked
    await desk.kit.close()
    [run] = await desk.kept.runs.find_running()
    kept = {each.id for each in await desk.kept.approvals.of_run(run.id)}
    assert sorted(each.approval.id for each in told_of) == sorted(kept)


async def test_stopped_turn_does_not_do_what_was_approved_before_the_stop() -> None:
    event, pay = make_event(), needing()
    desk, model = desk_of(calling(call("pay")), saying("Ok."), tools=[pay])
    await desk.ask(event)
    await decided(desk, DecisionState.APPROVED)
    [run] = await desk.kept.runs.find_running()
    await desk.kept.steering.add(run.id, Cancel().model_dump())

    output = await desk.ask(event, Job(is_repeated=True))

    assert (pay.calls, len(model.calls)) == ([], 1)
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "cancelled"
    stopped = await desk.kept.runs.get_run(run.id)
    assert stopped is not None
    assert stopped.status is RunStatus.CANCELLED


async def test_rule_that_cannot_decide_asks_people() -> None:
    pay = needing(needs_approval=lambda arguments: arguments["amount"] > 10)
    desk, _ = desk_of(calling(call("pay")), saying("Ok."), tools=[pay])

    output = await desk.ask(make_event())

    assert output.response_outcome is not None
    assert (output.response_outcome.parked, pay.calls) == (True, [])


async def test_turn_that_breaks_is_written_down_as_failed(*, streaming: bool) -> None:
    """Whatever breaks: a run that stays open looks to everybody as if it were still at work."""

    class Breaking:
        rounds = 0

        async def tools_for(self, context: TurnScope) -> list[Tool]:
            self.rounds += 1
            if self.rounds > 1:
                raise RuntimeError("the list of tools is gone")
            return [Recorded()]

        async def prompt_for(self, context: TurnScope) -> str:
            return ""

    event = make_event()
    desk, _ = desk_of(
        calling(call(), text="Let me look."),
        saying("Ok."),
        streaming=streaming,
        toolsets=[Breaking()],
    )
    output = await desk.ask(event)

    shown = await read_as_far_as_it_goes(output)

    assert shown == "Let me look."
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "error"
    [run] = desk.kept.runs._runs.values()  # type: ignore[attr-defined]  # all there are
    assert (run.status, run.end_reason) == (RunStatus.FAILED, "error")
    assert run.error == "RuntimeError: the list of tools is gone"


async def read_as_far_as_it_goes(output: ChannelOutput) -> str:
    if output.response_stream is None:
        return await said(output)
    shown = [await anext(output.response_stream)]
    with pytest.raises(RuntimeError):
        await anext(output.response_stream)
    return "".join(shown)
