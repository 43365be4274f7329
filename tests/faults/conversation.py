"""One process of a conversation: `python -m tests.faults.conversation ask|resume ROOM`.

`ask` takes the customer's message in and hangs, as the step named in FAULT_AT says, so that the
process can be killed there. `resume` is the next process: its worker takes up what was left.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator

import django

django.setup()

from channels_app import AIChannel, AIContext, MockAIProvider, SMSChannel, WebSocketChannel  # noqa: E402
from channels_app.providers.base.ai import StreamEvent, StreamTextDelta  # noqa: E402
from channels_app.providers.mock.sms import MockSMSProvider  # noqa: E402
from rooms import (  # noqa: E402
    DeliveryPolicy,
    InboundMessage,
    ProviderResult,
    RoomEvent,
    RoomKit,
    TextContent,
    Worker,
)
from rooms.domain.job import OPEN_STATES  # noqa: E402

LEASE_SECONDS = 1.0
QUESTION = "Where is my order?"
ANSWER = "It shipped yesterday."


def say(**facts: object) -> None:
    """Tell the parent process something, as one line of JSON."""
    print(json.dumps(facts), flush=True)


class Fate:
    """Hangs for ever at one named step, and says so first."""

    def __init__(self, at: str) -> None:
        self._at = at

    async def reach(self, step: str) -> None:
        """Go on, or hang if this is the step."""
        if step == self._at:
            say(reached=step)
            await asyncio.Event().wait()


class FatefulAI(MockAIProvider):
    """Streams the answer in two halves."""

    def __init__(self, fate: Fate) -> None:
        super().__init__(streaming=True)
        self._fate = fate

    async def generate_structured_stream(self, context: AIContext) -> AsyncIterator[StreamEvent]:
        """Answer in two halves."""
        say(generated=True)
        await self._fate.reach("before the answer")
        yield StreamTextDelta(text=ANSWER[:5])
        await self._fate.reach("inside the answer")
        yield StreamTextDelta(text=ANSWER[5:])


class FatefulSMS(MockSMSProvider):
    """Says what it was asked to send."""

    def __init__(self, fate: Fate) -> None:
        super().__init__()
        self._fate = fate

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Note the text, then send."""
        if event.chain_depth > 0:
            await self._fate.reach("before the text message")
        say(sent=getattr(event.content, "body", ""))
        return await super().send(event, to, from_)


def build_kit(fate: Fate) -> RoomKit:
    """Build the kit that both processes share."""
    kit = RoomKit(lease_seconds=LEASE_SECONDS)
    kit.register_channel(WebSocketChannel("chat"))
    kit.register_channel(SMSChannel("sms", provider=FatefulSMS(fate), from_number="+1"))
    kit.register_channel(AIChannel("assistant", FatefulAI(fate)))
    return kit


async def ask(room_id: str) -> None:
    """Open the room and take the question in."""
    kit = build_kit(Fate(os.environ["FAULT_AT"]))
    await kit.create_room(room_id)
    await kit.attach_channel(room_id, "chat")
    # Twice is better than never: what was sent in the instant of the death may be sent again.
    await kit.attach_channel(
        room_id,
        "sms",
        metadata={"phone_number": "+15550100"},
        delivery_policy=DeliveryPolicy.AT_LEAST_ONCE,
    )
    await kit.attach_channel(room_id, "assistant")
    message = InboundMessage(
        channel_id="chat", sender_id="noor", content=TextContent(body=QUESTION), room_id=room_id
    )
    await kit.process_inbound(message)


async def resume(room_id: str) -> None:
    """Take up what the dead process left, until nothing is open; then tell the timeline."""
    kit = build_kit(Fate(""))
    working = asyncio.create_task(Worker(kit, sweep_seconds=0.05).run())
    async with asyncio.timeout(20):
        while any(job.state in OPEN_STATES for job in await kit.store.list_deliveries(room_id)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # the other side is a database, it rings no bell
    working.cancel()
    bodies = [getattr(e.content, "body", "") for e in await kit.store.list_events(room_id)]
    say(timeline=bodies)
    await kit.close()


if __name__ == "__main__":
    asyncio.run({"ask": ask, "resume": resume}[sys.argv[1]](sys.argv[2]))
