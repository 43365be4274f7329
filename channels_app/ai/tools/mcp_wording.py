"""What MCP servers say, as a model may be told it: it is a stranger's text."""

import json
import re
import unicodedata
from typing import Any

from channels_app.ai.tools.mcp_extra import (
    AudioContent,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
    Tool,
)
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

MAX_DESCRIPTION_CHARS = 1024
"""How much of a tool's description is passed on."""

MAX_SCHEMA_CHARS = 20_000
"""How large the schema of a tool may be, as JSON; a tool with a larger one is not offered."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_MAX_NAME_CHARS = 64
_SPOKEN = ("description", "title")


def expose_name(name: str) -> str:
    """Return a tool's name with only what vendors of models take, at most 64 characters."""
    return _NOT_IN_NAMES.sub("_", name)[:_MAX_NAME_CHARS]


def declare(tool: Tool) -> AITool | None:
    """Return what a model is told of a server's tool; None if its schema is too large."""
    schema = _clean_schema(tool.input_schema)
    if len(json.dumps(schema)) > MAX_SCHEMA_CHARS:
        return None
    return AITool(
        name=expose_name(tool.name),
        description=clean(tool.description or tool.title or ""),
        parameters=schema,
    )


def clean(text: str) -> str:
    """Cut a text, and take out what people do not see but models read: control, format, unknown."""
    seen = "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")
    if len(seen) <= MAX_DESCRIPTION_CHARS:
        return seen.strip()
    return f"{seen[: MAX_DESCRIPTION_CHARS - 1].rstrip()}…"


def read_result(result: CallToolResult) -> str:
    """Return what a tool answered: the one text as it is, several parts as a JSON list.

    Pictures and sounds are only named. A result with no parts is its structured content.
    """
    if len(result.content) == 1 and isinstance(result.content[0], TextContent):
        return result.content[0].text
    if not result.content and result.structured_content is not None:
        return json.dumps(result.structured_content, ensure_ascii=False)
    return json.dumps([_describe(part) for part in result.content], ensure_ascii=False)


def _describe(part: ContentBlock) -> str | JsonObject:
    match part:
        case TextContent():
            return part.text
        case ImageContent() | AudioContent():
            return {"type": part.type, "mime_type": part.mime_type, "omitted": True}
        case ResourceLink():
            return {"type": part.type, "uri": str(part.uri), "name": part.name}
        case EmbeddedResource(resource=TextResourceContents() as resource):
            return {"type": part.type, "uri": str(resource.uri), "text": resource.text}
        case _:
            return {"type": part.type, "uri": str(part.resource.uri), "omitted": True}


def _clean_schema(schema: Any) -> Any:
    """Clean the words that a schema says to the model; its values and names stay what they are."""
    if isinstance(schema, list):
        return [_clean_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: clean(value) if key in _SPOKEN and isinstance(value, str) else _clean_schema(value)
        for key, value in schema.items()
    }
