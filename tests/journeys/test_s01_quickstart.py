"""A customer asks in a chat window and the assistant answers: the first example of all."""

import pytest

from channels_app import AIChannel, MockAIProvider, WebSocketChannel
from rooms import (
    ChannelCategory,
    EventStatus,
    EventType,
    InboundMessage,
    InboundResult,
    RoomEvent,
    RoomKit,
    TextContent,
)
from tests.steps import full_timeline, lines, timeline

ROOM = "support-42"
QUESTION = "Where is my order?"
ANSWER = "I found your order — it shipped yesterday."


class Chat:
    """The quickstart's room, with a browser connected to its socket."""

    def __init__(self, kit: RoomKit, *, streaming: bool) -> None:
        self.kit = kit
        self.model = MockAIProvider(responses=[ANSWER], streaming=streaming)
        self.shown: list[RoomEvent] = []

    async def open(self) -> None:
        """Register, create, attach, connect."""
        socket = WebSocketChannel("customer-ws")
        self.kit.register_channel(socket)
        self.kit.register_channel(AIChannel("assistant", provider=self.model))
        await self.kit.create_room(room_id=ROOM)
        await self.kit.attach_channel(ROOM, "customer-ws")
        await self.kit.attach_channel(ROOM, "assistant", category=ChannelCategory.INTELLIGENCE)
        socket.register_connection("browser-1", self._show)

    async def ask(self) -> InboundResult:
        """Say the customer's sentence."""
        message = InboundMessage(
            channel_id="customer-ws",
            sender_id="customer-1",
            content=TextContent(body=QUESTION),
        )
        return await self.kit.process_inbound(message)

    async def _show(self, connection_id: str, event: RoomEvent) -> None:
        self.shown.append(event)


@pytest.fixture(params=[False, True], ids=["whole", "streaming"])
async def chat(kit: RoomKit, request: pytest.FixtureRequest) -> Chat:
    opened = Chat(kit, streaming=request.param)
    await opened.open()
    return opened


async def test_printing_the_timeline_gives_the_two_promised_lines(chat: Chat) -> None:
    await chat.ask()

    assert lines(await timeline(chat.kit, ROOM)) == [
        f"[customer-ws] {QUESTION}",
        f"[assistant] {ANSWER}",
    ]


async def test_question_is_accepted_and_returned(chat: Chat) -> None:
    result = await chat.ask()

    assert not result.blocked
    assert result.event == (await timeline(chat.kit, ROOM))[0]


async def test_answer_follows_the_question_one_step_deeper(chat: Chat) -> None:
    await chat.ask()

    question, answer = await timeline(chat.kit, ROOM)
    assert [question.chain_depth, answer.chain_depth] == [0, 1]
    assert question.status is answer.status is EventStatus.DELIVERED
    assert answer.index == question.index + 1
    assert answer.parent_event_id == question.id


async def test_browser_is_shown_the_answer_and_not_its_own_question(chat: Chat) -> None:
    await chat.ask()

    assert lines(chat.shown) == [f"[assistant] {ANSWER}"]


async def test_attachments_precede_the_conversation_but_stay_internal(chat: Chat) -> None:
    await chat.ask()

    rows = await full_timeline(chat.kit, ROOM)
    assert [row.type for row in rows] == [
        EventType.CHANNEL_ATTACHED,
        EventType.CHANNEL_ATTACHED,
        EventType.MESSAGE,
        EventType.MESSAGE,
    ]
    assert [row.index for row in rows] == [0, 1, 2, 3]


async def test_model_is_asked_once_with_the_question_alone(chat: Chat) -> None:
    await chat.ask()

    [prompt] = chat.model.calls
    assert [(said.role, said.content) for said in prompt.messages] == [("user", QUESTION)]


async def test_model_knows_what_the_browser_can_show(chat: Chat) -> None:
    await chat.ask()

    capabilities = chat.model.calls[0].target_capabilities
    assert capabilities is not None
    assert capabilities.max_length is None
    assert capabilities.supports_edit


async def test_agent_is_an_intelligence_without_being_told(kit: RoomKit) -> None:
    kit.register_channel(AIChannel("assistant", provider=MockAIProvider(responses=[ANSWER])))
    await kit.create_room(ROOM)

    binding = await kit.attach_channel(ROOM, "assistant")

    assert binding.category is ChannelCategory.INTELLIGENCE
