"""A shop's agents, as the processes of a site see them: they ask a model on loopback.

The model answers at AGENT_VENDOR_URL. What the tool does is written to the file AGENT_JOURNAL
names, one line of JSON for each time.
"""

import json
import os
from typing import Any

from pydantic import SecretStr

from channels_app import AIChannel
from channels_app.ai.tools.base import ToolContext
from channels_app.ai.tools.function import tool
from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.testing.fakes.anthropic import API_KEY

MODEL = "claude-haiku-4-5"


@tool(needs_approval=True)
async def refund(euros: int, context: ToolContext) -> str:
    """Pay money back."""
    line = {"room": context.room_id, "euros": euros, "key": context.idempotency_key}
    file = os.open(os.environ["AGENT_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (json.dumps(line) + "\n").encode())
    os.close(file)
    return f"{euros} euros are paid back"


def build_agent(channel_id: str, **options: Any) -> AIChannel:
    """Make an agent that may pay money back once a person has approved."""
    config = AnthropicConfig(
        api_key=SecretStr(API_KEY), model=MODEL, base_url=os.environ["AGENT_VENDOR_URL"]
    )
    return AIChannel(channel_id, AnthropicAIProvider(config), tools=(refund,), **options)
