"""What an agent is, what it answers and what it leaves alone."""

import inspect

import pytest

from channels_app import (
    AIChannel,
    AIResponse,
    MockAIProvider,
    ProviderError,
)
from hooks.results import Observation, Task
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import DeleteContent, EditContent, ReactionContent, TextContent
from rooms.domain.enums import (
    ChannelCategory,
    ChannelMediaType,
    ChannelType,
    EventType,
)
from rooms.domain.event import RoomEvent
from rooms.domain.output import ChannelOutput
from tests.channels_app.asking import ask, given_to_model, turns
from tests.channels_app.values import (
    make_agent_binding,
    make_context,
    make_event,
    make_message,
)


def test_constructor_has_the_promised_parameters_in_order() -> None:
    parameters = inspect.signature(AIChannel).parameters

    promised = {
        name: each.default
        for name, each in parameters.items()
        if each.kind is not inspect.Parameter.KEYWORD_ONLY
    }

    owed = {
        "channel_id": inspect.Parameter.empty,
        "provider": inspect.Parameter.empty,
        "system_prompt": None,
        "temperature": 0.7,
        "max_tokens": 1024,
        "max_context_events": 50,
        "tool_handler": None,
        "max_tool_rounds": 200,
        "tool_loop_timeout_seconds": 300.0,
        "tool_loop_warn_after": 50,
        "retry_policy": None,
        "fallback_provider": None,
        "skills": None,
        "script_executor": None,
        "memory": None,
        "tool_policy": None,
        "thinking_budget": None,
    }
    assert [*promised.items()] == [*owed.items()]


def test_agent_thinks_and_carries_nothing() -> None:
    agent = AIChannel("agent", MockAIProvider())

    assert (agent.channel_type, agent.category) == (ChannelType.AI, ChannelCategory.INTELLIGENCE)
    assert agent.info == {"provider": "MockAIProvider"}
    assert agent.provider_name == "MockAIProvider"


@pytest.mark.parametrize("vision", [True, False])
def test_agent_is_shown_files_only_if_its_model_can_see(*, vision: bool) -> None:
    media = [ChannelMediaType.TEXT, ChannelMediaType.RICH]
    expected = ChannelCapabilities(
        media_types=[*media, ChannelMediaType.MEDIA] if vision else media,
        supports_rich_text=True,
        supports_media=vision,
    )

    assert AIChannel("agent", MockAIProvider(vision=vision)).capabilities() == expected


async def test_agent_asks_for_as_much_history_as_it_shows() -> None:
    agent = AIChannel("agent", MockAIProvider(), max_context_events=2)

    given = await given_to_model(
        make_event("now"), recent=[make_event(word) for word in "abcd"], max_context_events=2
    )

    assert agent.recent_events_window == 2
    assert [content for _, content in turns(given)] == ["c", "d", "now"]


async def test_agent_is_not_delivered_to() -> None:
    provider = MockAIProvider()
    agent, binding = AIChannel("agent", provider), make_agent_binding()

    output = await agent.deliver(make_event(), binding, make_context(binding))

    assert (output, provider.calls) == (ChannelOutput.empty(), [])


async def test_agent_takes_no_inbound_messages() -> None:
    with pytest.raises(NotImplementedError, match="'agent' takes no inbound messages"):
        await AIChannel("agent", MockAIProvider()).handle_inbound(make_message(), make_context())


# -- what it answers


async def test_answer_is_one_message_one_level_deeper() -> None:
    agent = AIChannel("agent", MockAIProvider(responses=["It shipped yesterday."]))
    question = make_event("Where is my order?", chain_depth=2)

    output = await ask(agent, question)

    (answer,) = output.response_events
    assert output.responded
    assert (answer.type, answer.content) == (
        EventType.MESSAGE,
        TextContent(body="It shipped yesterday."),
    )
    assert (answer.chain_depth, answer.parent_event_id) == (3, question.id)
    assert (answer.source.channel_id, answer.source.channel_type) == ("agent", ChannelType.AI)


async def test_answer_names_provider_and_usage() -> None:
    output = await ask(AIChannel("agent", MockAIProvider()), make_event())

    (answer,) = output.response_events
    assert answer.source.provider == "MockAIProvider"
    assert answer.metadata == {"ai_usage": {"input_tokens": 10, "output_tokens": 5}}


async def test_own_events_are_left_alone() -> None:
    provider = MockAIProvider()

    output = await ask(AIChannel("agent", provider), make_event(channel_id="agent", sender=None))

    assert (output, provider.calls) == (ChannelOutput.empty(), [])


@pytest.mark.parametrize(
    "event",
    [
        make_event(type=EventType.TOOL_CALL_START),
        make_event(type=EventType.TOOL_CALL_END),
        make_event(
            EditContent(target_event_id="e1", new_content=TextContent(body="Hi")),
            type=EventType.EDIT,
        ),
        make_event(DeleteContent(target_event_id="e1"), type=EventType.DELETE),
        make_event(ReactionContent(target_event_id="e1", emoji="👍"), type=EventType.REACTION),
        make_event(type=EventType.READ_RECEIPT),
        make_event(type=EventType.DELIVERY_RECEIPT),
        make_event(type=EventType.TYPING),
        make_event(type=EventType.PARTICIPANT_JOINED),
        make_event(type=EventType.CHANNEL_ATTACHED),
        make_event(""),  # nothing to read
        # being named does not make a reaction a question
        make_event(
            ReactionContent(target_event_id="e1", emoji="👍"),
            type=EventType.REACTION,
            addressed_to=["agent"],
        ),
    ],
    ids=lambda event: str(event.type),
)
async def test_what_is_not_a_question_gets_no_answer(event: RoomEvent) -> None:
    provider = MockAIProvider()

    output = await ask(AIChannel("agent", provider), event)

    assert (output, provider.calls) == (ChannelOutput.empty(), [])


async def test_correction_is_answered_by_the_agent_it_is_addressed_to() -> None:
    provider = MockAIProvider()
    correction = make_event(
        EditContent(target_event_id="e1", new_content=TextContent(body="order 20391")),
        type=EventType.EDIT,
        addressed_to=["agent"],
    )

    output = await ask(AIChannel("agent", provider), correction)

    assert len(output.response_events) == 1
    assert provider.calls[0].messages[-1].content == "Correction: order 20391"


@pytest.mark.parametrize("said", ["", "  \n"])
async def test_empty_answer_makes_no_event(said: str) -> None:
    provider = MockAIProvider(ai_responses=[AIResponse(content=said)])

    output = await ask(AIChannel("agent", provider), make_event())

    assert output.response_events == []


async def test_tasks_and_observations_of_the_model_are_passed_on() -> None:
    task, seen = (
        Task(type="call_back", title="Call back"),
        Observation(type="mood", content="angry"),
    )
    provider = MockAIProvider(
        ai_responses=[AIResponse(content="", tasks=[task], observations=[seen])]
    )

    output = await ask(AIChannel("agent", provider), make_event())

    assert (output.tasks, output.observations) == ([task], [seen])


async def test_failure_of_the_model_is_raised() -> None:
    provider = MockAIProvider(errors=[ProviderError("overloaded", retryable=True, status_code=529)])

    with pytest.raises(ProviderError, match="overloaded") as caught:
        await ask(AIChannel("agent", provider), make_event())

    assert (caught.value.retryable, caught.value.status_code) == (True, 529)
