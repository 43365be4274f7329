"""What a request is reckoned to cost depends on everything that the model reads."""

import pytest

from channels_app.ai.turn.sizes import IMAGE_TOKENS, estimate_read
from channels_app.providers.base.ai import (
    AIContext,
    AIImagePart,
    AIMessage,
    AITextPart,
    AITool,
    AIToolResultPart,
)

LONG = "x" * 4000
EMPTY = estimate_read(AIContext(messages=[]))


@pytest.mark.parametrize(
    "context",
    [
        AIContext(messages=[], system_prompt=LONG),
        AIContext(messages=[AIMessage(role="user", content=LONG)]),
        AIContext(messages=[AIMessage(role="user", content=[AITextPart(text=LONG)])]),
        AIContext(
            messages=[
                AIMessage(
                    role="tool",
                    content=[AIToolResultPart(tool_call_id="1", name="look_up", result=LONG)],
                )
            ]
        ),
        # what tools say of themselves is paid for with every request
        AIContext(messages=[], tools=[AITool(name="look_up", description=LONG, parameters={})]),
    ],
    ids=["prompt", "text", "part", "tool result", "tool"],
)
def test_everything_that_is_read_counts(context: AIContext) -> None:
    assert 1000 <= estimate_read(context) - EMPTY < 1100


def test_picture_does_not_count_by_the_bytes_of_its_address() -> None:
    picture = AIImagePart(url=f"data:image/png;base64,{'A' * 1_000_000}")
    context = AIContext(messages=[AIMessage(role="user", content=[picture])])

    assert estimate_read(context) - EMPTY == IMAGE_TOKENS
