"""A model that goes in circles: the same call again and again, the same result again and again."""

import json
from collections import Counter
from enum import StrEnum

from channels_app.providers.base.ai import AIToolCall

ADVISED_AT = 4
"""The third repetition of a call is not made: the model is told that it has the result."""

STOPPED_AT = 7
"""After three more it must answer without tools."""

SAME_RESULT_AT = 3

ADVICE = (
    "This call was made before with the same arguments, and its result was the same. It was not "
    "made again. Use the result you have, try something else, or answer."
)
SAME_RESULT = "[This is the same result as before. Calling again will not change it.]"
ANSWER_NOW = "Do not use any more tools. Answer now, with what you know."
ANSWER_PLEASE = "Answer now, in words, with what the tools have told you."


class Word(StrEnum):
    """What is to be done about a call."""

    RUN = "run"
    ADVISE = "advise"
    STOP = "stop"


class Repetition:
    """Counts what a model does in one turn."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._results: Counter[tuple[str, str]] = Counter()

    def note_call(self, call: AIToolCall) -> Word:
        """Count a call and say what is to be done about it."""
        key = f"{call.name} {json.dumps(call.arguments, sort_keys=True, default=str)}"
        self._calls[key] += 1
        if self._calls[key] >= STOPPED_AT:
            return Word.STOP
        return Word.ADVISE if self._calls[key] >= ADVISED_AT else Word.RUN

    def note_result(self, name: str, text: str) -> str:
        """Count a result, and return it as the model is told it."""
        self._results[name, text] += 1
        return f"{text}\n\n{SAME_RESULT}" if self._results[name, text] >= SAME_RESULT_AT else text
