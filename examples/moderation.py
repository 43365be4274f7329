"""Hooks in a room: one holds messages back, one says which messages the AI answers.

Run it with `python examples/moderation.py`; it needs no settings and no database.
"""

import asyncio

from channels_app import AIChannel, MockAIProvider, WebSocketChannel
from hooks import HookResult, HookTrigger
from rooms import ChannelCategory, InboundMessage, RoomKit, TextContent

kit = RoomKit()


def contains_profanity(text):
    """Tell whether a text has a word that we do not pass on."""
    return any(word in text.lower() for word in ("damn", "bloody"))


def needs_ai_response(event, ctx):
    """Tell whether a message asks something."""
    return event.content.body.rstrip().endswith("?")


@kit.hook(HookTrigger.BEFORE_BROADCAST)
async def moderate_content(event, ctx):
    if contains_profanity(event.content.body):
        return HookResult.block("Content policy violation")
    return HookResult.allow()

@kit.hook(HookTrigger.BEFORE_BROADCAST)
async def route_to_ai(event, ctx):
    if needs_ai_response(event, ctx):
        return HookResult.inject_to(["ai-channel"])
    return HookResult.allow()


async def open_room():
    """Register the channels and put them into a room whose AI waits to be named."""
    kit.register_channel(WebSocketChannel("customer-ws"))
    kit.register_channel(AIChannel("ai-channel", provider=MockAIProvider(
        responses=["I found your order — it shipped yesterday."]
    )))
    await kit.create_room(room_id="support-43", agent_activation="on_demand")
    await kit.attach_channel("support-43", "customer-ws")
    await kit.attach_channel("support-43", "ai-channel",
                              category=ChannelCategory.INTELLIGENCE)


async def say(text):
    """Let the customer say something; the hooks above decide what becomes of it."""
    return await kit.process_inbound(InboundMessage(
        channel_id="customer-ws",
        sender_id="customer-1",
        content=TextContent(body=text),
    ))


async def main():
    """Say three things and print the conversation."""
    await open_room()
    await say("Good morning.")
    await say("Where is my order?")
    blocked = await say("Where is my damn order?")
    for event in await kit.store.list_events("support-43"):
        print(f"[{event.source.channel_id}] {event.status} {event.content.body}")
    print(f"The last one was held back: {blocked.reason}")


if __name__ == "__main__":
    asyncio.run(main())
