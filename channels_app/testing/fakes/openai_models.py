"""The models that the fake of OpenAI serves, and what each of them refuses.

Sources: the pages "Reasoning models" and "Models" of the vendor's guides (November 2026), the
docstrings of `CompletionCreateParams` in the SDK openai 3.54.0 for Python, and refusals that people
have reported: https://github.com/openai/openai-openapi/issues/541 and
https://github.com/pydantic/pydantic-ai/issues/2865. Unconfirmed: whether the families refuse the
same on both endpoints in every case.
"""

from dataclasses import dataclass
from enum import Enum


class ChatTools(Enum):
    """When Chat Completions takes function tools from a model."""

    ALWAYS = 0
    WITHOUT_EFFORT = 1
    """Refused with any effort but `none`; nothing said is `none`."""
    WITH_EFFORT_NONE = 2
    """Refused unless the effort `none` is said."""


@dataclass(frozen=True)
class Model:
    """What one model takes.

    Attributes:
        efforts: The values of `reasoning_effort`; none for a model that does not reason.
        sees: Whether it takes pictures.
        chat_tools: When Chat Completions takes function tools.
    """

    efforts: tuple[str, ...] = ()
    sees: bool = True
    chat_tools: ChatTools = ChatTools.ALWAYS

    @property
    def reasons(self) -> bool:
        return bool(self.efforts)


_OLD_EFFORTS = ("low", "medium", "high")
_EFFORTS = ("none", "low", "medium", "high", "xhigh")

MODELS = {
    "gpt-4o": Model(),
    "gpt-4o-mini": Model(),
    "gpt-4.1": Model(),
    "gpt-3.5-turbo": Model(sees=False),
    "o3": Model(_OLD_EFFORTS),
    "o3-mini": Model(_OLD_EFFORTS, sees=False),
    "gpt-5": Model(("minimal", *_OLD_EFFORTS)),
    "gpt-5.1": Model(("none", *_OLD_EFFORTS)),
    "gpt-5.5": Model(_EFFORTS, chat_tools=ChatTools.WITHOUT_EFFORT),
    "gpt-5.6-terra": Model((*_EFFORTS, "max"), chat_tools=ChatTools.WITH_EFFORT_NONE),
    "gpt-6-luna": Model((*_EFFORTS, "max"), chat_tools=ChatTools.WITH_EFFORT_NONE),
    "gpt-6-astra": Model((*_OLD_EFFORTS, "xhigh", "max"), chat_tools=ChatTools.WITH_EFFORT_NONE),
}
