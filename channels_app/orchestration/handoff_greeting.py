"""First words of agents that take a conversation over."""

from channels_app.orchestration.handoff import HandoffHandler, OnHandoff
from channels_app.orchestration.handoff_tool import HandoffResult


def greeting_after(
    handler: HandoffHandler, *, channel_id: str | None = None, prompt: str | None = None
) -> OnHandoff:
    """Return what lets agents greet after handoffs, if they greet unasked.

    Args:
        handler: Makes the handoffs.
        channel_id: The one channel that gets greetings; None is every transport.
        prompt: What an agent without a greeting is asked for first words; None asks nothing.
    """

    async def greet(room_id: str, result: HandoffResult) -> None:
        agent = handler.agents.get(result.new_agent_id or "")
        if agent is None or not agent.auto_greet:
            return
        if agent.greeting:
            await handler.send_greeting(room_id, channel_id=channel_id)
        elif prompt:
            await handler.news.ask_greeting(room_id, agent.channel_id, prompt)

    return greet
