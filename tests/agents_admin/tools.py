"""Tools that a site has written, as its settings name them."""

from channels_app.ai.tools.base import Tool, TurnScope
from channels_app.ai.tools.function import tool

RUNS: list[str] = []


@tool
def look_up_order(number: str) -> str:
    """Look up where an order is."""
    RUNS.append(number)
    return f"Order {number} is on its way."


@tool(needs_approval=True)
def refund(number: str) -> str:
    """Pay an order back."""
    return f"Order {number} is paid back."


class Desk:
    """Everything the desk knows."""

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        return [look_up_order]

    async def prompt_for(self, context: TurnScope) -> str:
        return "Ask the desk."


NOTHING = 7
