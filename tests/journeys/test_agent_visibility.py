"""What two agents with different eyes tell their vendors: whispers, blocks, edits and deletions.

The payloads are those that the fake vendors received over HTTP, whole.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pydantic import SecretStr

from channels_app import AIChannel
from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.testing.fakes import anthropic, openai
from channels_app.testing.fakes.anthropic_script import Reply, Text
from channels_app.testing.fakes.openai_script import Answer
from hooks import HookResult, HookTrigger
from rooms import (
    AgentResponsePolicy,
    DeleteContent,
    EditContent,
    EventType,
    RoomContext,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.testing.rig import Recorder, text
from tests.steps import stored, until

ROOM = "claim"
CARD = "4111 1111 1111 1111"
GUARDED = "Use plain text only: no Markdown, no HTML."


class Claim:
    """A customer with an assistant, and an advisor whose coach answers nobody else."""

    def __init__(
        self, kit: RoomKit, claude: anthropic.FakeAnthropic, gpt: openai.FakeOpenAI
    ) -> None:
        self.kit = kit
        self.claude = claude
        self.gpt = gpt
        self.chat = Recorder("chat")
        self.desk = Recorder("desk")

    async def open(self) -> None:
        """Attach everybody; agents answer whoever names them."""
        await self.kit.create_room(ROOM, agent_activation="on_demand")
        await self.kit.set_agent_response_policy(ROOM, AgentResponsePolicy.ADDRESSED_ONLY)
        for channel in (self.chat, self.desk, self._assistant(), self._coach()):
            self.kit.register_channel(channel)
        for channel_id in ("chat", "desk", "assistant"):
            await self.kit.attach_channel(ROOM, channel_id)
        await self.kit.attach_channel(ROOM, "coach", visibility="desk")
        self.kit.hook(HookTrigger.BEFORE_BROADCAST, name="cards")(_hold_cards_back)

    def _assistant(self) -> AIChannel:
        config = AnthropicConfig(
            api_key=SecretStr(anthropic.API_KEY),
            model="claude-sonnet-4-6",
            base_url=self.claude.url,
        )
        return AIChannel("assistant", AnthropicAIProvider(config), "You help the customer.")

    def _coach(self) -> AIChannel:
        config = OpenAIConfig(
            api_key=SecretStr(openai.API_KEY), model="gpt-4o", base_url=self.gpt.api
        )
        return AIChannel("coach", OpenAIAIProvider(config), "You advise the advisor.")

    async def customer(self, body: str, **fields: Any) -> RoomEvent:
        """Let the customer write."""
        message = text("chat", "noor", body, room_id=ROOM, **fields)
        return stored(await self.kit.process_inbound(message))

    async def advisor(self, body: str, visibility: str = "all", **fields: Any) -> RoomEvent:
        """Let the advisor write, to everybody or to some."""
        return await self.kit.send_event(
            ROOM,
            "desk",
            TextContent(body=body),
            participant_id="ada",
            visibility=visibility,
            **fields,
        )

    async def correct(self, event: RoomEvent, body: str) -> None:
        """Let the customer change what was said."""
        new = EditContent(
            target_event_id=event.id, new_content=TextContent(body=body), edit_source="sender"
        )
        message = text("chat", "noor", "", room_id=ROOM).model_copy(
            update={"content": new, "event_type": EventType.EDIT}
        )
        assert not (await self.kit.process_inbound(message)).blocked

    async def take_back(self, event: RoomEvent) -> None:
        """Let the customer delete what was said."""
        gone = DeleteContent(target_event_id=event.id)
        message = text("chat", "noor", "", room_id=ROOM).model_copy(
            update={"content": gone, "event_type": EventType.DELETE}
        )
        assert not (await self.kit.process_inbound(message)).blocked

    async def whisper(self) -> None:
        """Fill the room with what not everybody may read."""
        await self.customer("My parcel is broken.")
        await self.customer(f"Pay it back to {CARD}.")
        order = await self.customer("It was order 17.")
        anger = await self.customer("You are thieves!")
        await self.correct(order, "It was order 71.")
        await self.take_back(anger)
        self.gpt.will(Answer(text=("Yes, ", "for ten years.")))
        await self.advisor("Is she an old customer?", "coach", addressed_to=["coach"])
        await self.said("desk", "Yes, for ten years.")
        await self.advisor("Up to 50 euros are fine.", "intelligence")
        await self.advisor("I shall phone you tonight.", "chat")
        await self.advisor("She is my neighbour.", "none")
        await self.advisor("Hello, I read along.")

    async def ask_assistant(self, body: str = "What now?") -> list[dict[str, Any]]:
        """Let the customer ask, and return the turns that the assistant's vendor received."""
        number = len(self.claude.requests) + 1
        self.claude.reply_with(Reply(Text("We pay ", "you back.")))
        await self.customer(body, addressed_to=["assistant"])
        await self.said("chat", "We pay you back.", times=number)
        return list(self.claude.requests[-1].json()["messages"])

    async def ask_coach(self, body: str = "What shall I say?") -> list[dict[str, Any]]:
        """Let the advisor ask, and return the turns that the coach's vendor received."""
        self.gpt.will(Answer(text=("Offer 30.",)))
        await self.advisor(body, "coach", addressed_to=["coach"])
        await self.said("desk", "Offer 30.")
        return list(self.gpt.requests[-1].json()["messages"])

    async def said(self, channel_id: str, body: str, *, times: int = 1) -> None:
        """Wait until a transport was given these words so many times."""
        channel = {"chat": self.chat, "desk": self.desk}[channel_id]
        await until(lambda: [*map(_words, channel.delivered)].count(body) >= times)


async def _hold_cards_back(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
    return HookResult.block("a card number") if CARD in _words(event) else HookResult.allow()


def _words(event: RoomEvent) -> str:
    return str(getattr(event.content, "body", ""))


@pytest.fixture
def vendors() -> Iterator[tuple[anthropic.FakeAnthropic, openai.FakeOpenAI]]:
    with ExitStack() as stack:
        yield (
            stack.enter_context(anthropic.FakeAnthropic().serving()),
            stack.enter_context(openai.FakeOpenAI().serving()),
        )


@pytest.fixture
async def claim(
    kit: RoomKit, vendors: tuple[anthropic.FakeAnthropic, openai.FakeOpenAI]
) -> AsyncIterator[Claim]:
    opened = Claim(kit, *vendors)
    await opened.open()
    await opened.whisper()
    yield opened
    assert [*opened.claude.refusals, *opened.gpt.refusals] == []


def _block(words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "text": words} | fields


ASSISTANT_READ = [
    "[noor] My parcel is broken.",
    "[noor] It was order 71.",
    "[ada] Up to 50 euros are fine.",
    "[ada] Hello, I read along.",
]
KEPT = {"cache_control": {"type": "ephemeral"}}
"""The vendor is asked to keep what stands before these marks for the next question."""


async def test_assistant_is_told_what_it_may_read_and_nothing_else(claim: Claim) -> None:
    await claim.ask_assistant()

    [request] = claim.claude.requests
    assert request.json() == {
        "model": "claude-sonnet-4-6",
        "stream": True,
        "max_tokens": 1024,
        "temperature": 0.7,
        "system": [_block(f"You help the customer.\n\n{GUARDED}", **KEPT)],
        "messages": [
            {
                "role": "user",
                "content": [
                    *map(_block, ASSISTANT_READ),
                    _block("[noor] What now?", **KEPT),
                ],
            }
        ],
    }


async def test_coach_reads_the_whispers_to_it_and_its_own_answers(claim: Claim) -> None:
    await claim.ask_coach()

    assert claim.gpt.requests[-1].json() == {
        "model": "gpt-4o",
        "stream": True,
        "max_tokens": 1024,
        "temperature": 0.7,
        "messages": [
            {"role": "system", "content": f"You advise the advisor.\n\n{GUARDED}"},
            {"role": "user", "content": "[noor] My parcel is broken."},
            {"role": "user", "content": "[noor] It was order 71."},
            {"role": "user", "content": "[ada] Is she an old customer?"},
            {"role": "assistant", "content": "Yes, for ten years."},
            {"role": "user", "content": "[ada] Up to 50 euros are fine."},
            {"role": "user", "content": "[ada] Hello, I read along."},
            {"role": "user", "content": "[ada] What shall I say?"},
        ],
    }


async def test_agents_read_of_each_other_what_was_said_aloud(claim: Claim) -> None:
    await claim.ask_assistant()

    to_the_coach = await claim.ask_coach()
    to_the_assistant = await claim.ask_assistant("And then?")

    assert to_the_coach[-3:-1] == [
        {"role": "user", "content": "[noor] What now?"},
        {"role": "user", "content": "[assistant] We pay you back."},
    ]
    assert to_the_assistant == [
        {"role": "user", "content": [*map(_block, ASSISTANT_READ), _block("[noor] What now?")]},
        {"role": "assistant", "content": [_block("We pay you back.", **KEPT)]},
        {"role": "user", "content": [_block("[noor] And then?", **KEPT)]},
    ]


async def test_what_changes_after_it_was_told_is_told_anew(claim: Claim) -> None:
    await claim.ask_assistant()
    first, *_ = await claim.kit.get_timeline(ROOM)

    await claim.correct(first, "My parcel is wet.")
    second, *_ = await claim.ask_assistant("And then?")
    await claim.take_back(first)
    third, *_ = await claim.ask_assistant("And now?")

    read = [*map(_block, ASSISTANT_READ), _block("[noor] What now?")]
    assert second["content"] == [_block("[noor] My parcel is wet."), *read[1:]]
    assert third["content"] == read[1:]


@pytest.mark.parametrize(
    "secret",
    [
        CARD,  # blocked
        "order 17",  # corrected
        "thieves",  # deleted
        "phone you tonight",  # whispered to the customer
        "my neighbour",  # for nobody
    ],
)
async def test_no_vendor_ever_receives_what_no_agent_may_read(claim: Claim, secret: str) -> None:
    await claim.ask_assistant()
    await claim.ask_coach()

    sent = [each.body.decode() for each in (*claim.claude.requests, *claim.gpt.requests)]
    assert [body for body in sent if secret in body] == []
