"""Putting together the tool calls of an answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from uuid import uuid4

from channels_app.providers.base.ai import StreamToolCall
from channels_app.providers.base.arguments import read_arguments
from channels_app.providers.openai.extra import (
    ChatCompletionMessageToolCallUnion,
    ChoiceDeltaToolCall,
)

Fragment: TypeAlias = ChoiceDeltaToolCall | ChatCompletionMessageToolCallUnion
"""A piece of a call, or all of it."""


@dataclass
class _Begun:
    id: str = ""
    name: str = ""
    arguments: str = ""


class CallAssembler:
    """Puts together calls whose pieces come in turns; `index` tells whose a piece is.

    Some servers say no index, or the same one for all: another id begins another call then. Where
    they say no id, one is made up.
    """

    def __init__(self) -> None:
        self._calls: list[_Begun] = []
        self._at: dict[int, _Begun] = {}

    def add(self, fragments: Iterable[Fragment] | None) -> None:
        """Take the `tool_calls` of a delta, or of a whole message."""
        for place, fragment in enumerate(fragments or ()):
            self._add(fragment, place)

    def end(self) -> Iterator[StreamToolCall]:
        """Yield the calls, in the order in which they began."""
        for call in self._calls:
            yield StreamToolCall(
                id=call.id or f"call_{uuid4().hex[:24]}",
                name=call.name,
                arguments=read_arguments(call.arguments),
            )

    def _add(self, fragment: Fragment, place: int) -> None:
        index = getattr(fragment, "index", None)
        call = self._find(place if index is None else index, fragment.id or "")
        function = getattr(fragment, "function", None)
        if function is not None:
            call.name = call.name or function.name or ""
            call.arguments += function.arguments or ""

    def _find(self, index: int, call_id: str) -> _Begun:
        call = self._at.get(index)
        if call is None or (call_id and call.id and call_id != call.id):
            call = self._at[index] = _Begun()
            self._calls.append(call)
        call.id = call.id or call_id
        return call
