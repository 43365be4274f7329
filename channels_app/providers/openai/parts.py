"""Reading the turns of a conversation: both of OpenAI's interfaces are built from these."""

from dataclasses import dataclass, field

from channels_app.providers.base.ai import (
    AIImagePart,
    AIMessage,
    AITextPart,
    AIThinkingPart,
    AITool,
    AIToolCallPart,
    AIToolResultPart,
)
from rooms.domain.json import JsonObject


@dataclass
class Turn:
    """A message by what is in it.

    Attributes:
        texts: Its texts; a message of plain text has one.
        images: Its pictures.
        thoughts: Reasoning that is to go back.
        calls: Tool calls the model made.
        results: What tools answered.
    """

    texts: list[str] = field(default_factory=list)
    images: list[AIImagePart] = field(default_factory=list)
    thoughts: list[AIThinkingPart] = field(default_factory=list)
    calls: list[AIToolCallPart] = field(default_factory=list)
    results: list[AIToolResultPart] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its texts as one, a line each."""
        return "\n".join(self.texts)


def read_turn(message: AIMessage) -> Turn:
    """Sort the parts of a message."""
    turn = Turn()
    if isinstance(message.content, str):
        turn.texts.append(message.content)
        return turn
    for part in message.content:
        match part:
            case AITextPart():
                turn.texts.append(part.text)
            case AIImagePart():
                turn.images.append(part)
            case AIThinkingPart():
                turn.thoughts.append(part)
            case AIToolCallPart():
                turn.calls.append(part)
            case AIToolResultPart():
                turn.results.append(part)
    return turn


def schema_of(tool: AITool) -> JsonObject:
    """Return the schema of a tool's arguments; one that takes none still takes an object."""
    return {"type": "object", "properties": {}} | tool.parameters
