"""Results of tools that are too long for a model: it gets the edges and reads the rest by pages."""

from hashlib import sha256

from channels_app.ai.store import ResultStore
from channels_app.ai.tools.base import Tool, ToolContext, ToolFault, ToolRules, TurnScope
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

READ_STORED_RESULT = "read_stored_result"
EDGE_LINES = 5
EDGE_CHARS = 8000
CHARS_PER_TOKEN = 4
FOOTER_CHARS = 200
"""What is left free on a page for the line below it."""

SMALLEST_PAGE = 200


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text is."""
    return len(text) // CHARS_PER_TOKEN + 1


class StoredResults:
    """Keeps long results of one turn, and offers the tool that reads them.

    Args:
        store: Where they are kept.
        room_id: Whose they are.
        threshold: How many tokens a result may have.
    """

    def __init__(self, store: ResultStore, *, room_id: str, threshold: int) -> None:
        self._store = store
        self._room_id = room_id
        self._threshold = threshold
        self.has_any = False

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Offer to read stored results, once there are any."""
        return [ReadStoredResult(self._store, self.page_chars)] if self.has_any else []

    async def prompt_for(self, context: TurnScope) -> str:
        """Add nothing: the notice in the place of a result says what to do."""
        return ""

    @property
    def page_chars(self) -> int:
        """How many characters a page has at most."""
        return max(SMALLEST_PAGE, self._threshold * CHARS_PER_TOKEN - FOOTER_CHARS)

    def is_too_long(self, text: str) -> bool:
        """Tell whether a result has to be kept apart."""
        return estimate_tokens(text) > self._threshold

    async def keep(self, idempotency_key: str, text: str) -> str:
        """Store a result and return what the model is told in its place."""
        result_id = f"r_{sha256(idempotency_key.encode()).hexdigest()[:12]}"
        await self._store.put(self._room_id, result_id, text)
        self.has_any = True
        return (
            f"[The result has {len(text)} characters and is stored as {result_id}. Read it with "
            f"{READ_STORED_RESULT}(result_id, offset, limit), at most {self.page_chars} characters "
            f"at a time. Its edges:]\n{_edges(text, min(EDGE_CHARS, self.page_chars))}"
        )


class ReadStoredResult:
    """The tool that reads a stored result of the room, page by page."""

    rules = ToolRules(read_only=True, idempotent=True, bypasses_policy=True, is_told_whole=True)

    def __init__(self, store: ResultStore, page_chars: int) -> None:
        self._store = store
        self._page_chars = page_chars

    @property
    def definition(self) -> AITool:
        """What the model is told."""
        return AITool(
            name=READ_STORED_RESULT,
            description="Read a part of a tool's result that was too long to show.",
            parameters={
                "type": "object",
                "properties": {
                    "result_id": {"type": "string"},
                    "offset": {"type": "integer", "minimum": 0, "description": "in characters"},
                    "limit": {
                        "type": "integer",
                        "minimum": 1,
                        "description": f"characters, at most {self._page_chars}",
                    },
                },
                "required": ["result_id"],
                "additionalProperties": False,
            },
        )

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Return a page and where the next one begins.

        Raises:
            ToolFault: If this room has no such result.
        """
        text = await self._store.get(context.room_id, arguments["result_id"])
        if text is None:
            raise ToolFault(f"there is no stored result {arguments['result_id']!r}")
        start = arguments.get("offset", 0)
        end = min(len(text), start + min(arguments.get("limit", len(text)), self._page_chars))
        more = f"; the next page is at offset {end}" if end < len(text) else "; this is the end"
        return f"{text[start:end]}\n[characters {start} to {end} of {len(text)}{more}]"


def _edges(text: str, chars: int) -> str:
    """Return the first and the last lines, or characters where lines are long."""
    lines = text.splitlines()
    edges = "\n".join([*lines[:EDGE_LINES], "…", *lines[-EDGE_LINES:]])
    if len(lines) > 2 * EDGE_LINES and len(edges) <= chars:
        return edges
    half = chars // 2
    return f"{text[:half]}\n…\n{text[-half:]}"
