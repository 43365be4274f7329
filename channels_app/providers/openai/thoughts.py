"""Telling reasoning from answer where a server writes both into one text.

Models that are served by vLLM, Ollama and others begin their answer with `<think>…</think>`, if the
server was not told how to take it out.
"""

from collections.abc import Iterator

from channels_app.providers.base.ai import StreamTextDelta, StreamThinkingDelta

OPENING, CLOSING = "<think>", "</think>"


class ThoughtSplitter:
    """Reads a text piece by piece; a tag may be cut anywhere."""

    def __init__(self) -> None:
        self._thinking = False
        self._held = ""
        self._said = False

    def read(self, piece: str) -> Iterator[StreamTextDelta | StreamThinkingDelta]:
        """Yield what a piece adds to answer and reasoning; what may begin a tag is held back."""
        self._held += piece
        while (at := self._held.find(self._tag)) >= 0:
            before, self._held = self._held[:at], self._held[at + len(self._tag) :]
            yield from self._give(before)
            self._thinking = not self._thinking
        cut = len(self._held) - _overlap(self._held, self._tag)
        before, self._held = self._held[:cut], self._held[cut:]
        yield from self._give(before)

    def end(self) -> Iterator[StreamTextDelta | StreamThinkingDelta]:
        """Yield what was held back: it was no tag."""
        held, self._held = self._held, ""
        yield from self._give(held)

    @property
    def _tag(self) -> str:
        return CLOSING if self._thinking else OPENING

    def _give(self, text: str) -> Iterator[StreamTextDelta | StreamThinkingDelta]:
        if self._thinking:
            if text:
                yield StreamThinkingDelta(thinking=text)
            return
        # Empty lines part the reasoning from the answer; before an answer they say nothing.
        shown = text if self._said else text.lstrip()
        if shown:
            self._said = True
            yield StreamTextDelta(text=shown)


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of a text may begin a tag."""
    longest = min(len(text), len(tag) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(tag[:size])), 0)
