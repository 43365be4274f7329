"""Whether people see an answer grow, and what is asked before they see some of it.

`live` shows words as they come. `sentence` shows sentences, each after BEFORE_BROADCAST hooks have
let it pass. `hold` shows nothing before the whole was stored. In each mode the hooks see the whole
answer once, when it is stored.
"""

import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator
from enum import StrEnum

from hooks.triggers import HookTrigger
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TextContent, text_of
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.core.streaming")

# A sentence ends with its mark, what closes behind that, and the space before the next one.
_SENTENCE = re.compile(r".*?(?:[.!?…]+[\"'”’»)\]]*\s+|[。！？]+|\n+)", re.DOTALL)  # noqa: RUF001


class StreamMode(StrEnum):
    """How an agent's answers are shown; `stream_mode` in its binding's metadata."""

    LIVE = "live"
    SENTENCE = "sentence"
    HOLD = "hold"


def choose_mode(parts: Parts, binding: ChannelBinding) -> StreamMode:
    """Return how an agent's answers are shown in a room.

    A BEFORE_BROADCAST hook that guards output has all of them held back.
    """
    if parts.hooks.guards_output(binding.room_id, HookTrigger.BEFORE_BROADCAST):
        return StreamMode.HOLD
    asked = binding.metadata.get("stream_mode", StreamMode.LIVE)
    try:
        return StreamMode(asked)
    except ValueError:
        facts = {"room_id": binding.room_id, "channel_id": binding.channel_id}
        logger.warning("unknown stream mode: answers are held back", extra=facts)
        return StreamMode.HOLD


class SentenceJudge:
    """Asks BEFORE_BROADCAST hooks about an answer sentence by sentence.

    A sentence that is blocked is left out of the answer, one that is modified goes on as modified.
    Whatever else the hooks want, such as injections, counts only for the whole.

    Args:
        parts: The collaborators of the pipeline.
        placeholder: The answer without text, for hooks to know whose it is.
        context: The room.
    """

    def __init__(self, parts: Parts, placeholder: RoomEvent, context: RoomContext) -> None:
        self._hooks = parts.hooks
        self._placeholder = placeholder
        self._context = context

    async def pass_on(self, deltas: AsyncIterator[str]) -> AsyncGenerator[str, None]:
        """Yield the sentences that may be shown."""
        rest = ""
        async for delta in deltas:
            rest += delta
            end = 0
            for sentence in _SENTENCE.finditer(rest):
                end = sentence.end()
                if text := await self._judge(sentence.group()):
                    yield text
            rest = rest[end:]
        if text := await self._judge(rest):
            yield text

    async def _judge(self, sentence: str) -> str:
        if not sentence.strip():
            return sentence
        event = self._placeholder.model_copy(update={"content": TextContent(body=sentence)})
        with return_at_commit():
            outcome = await self._hooks.run_sync_hooks(
                event.room_id, HookTrigger.BEFORE_BROADCAST, event, self._context
            )
        return text_of(outcome.event.content) if outcome.allowed else ""
