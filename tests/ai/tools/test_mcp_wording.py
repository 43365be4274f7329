"""What a stranger's server says, as a model may be told it."""

import pytest
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
    Tool,
)

from channels_app.ai.tools.mcp_wording import (
    MAX_DESCRIPTION_CHARS,
    MAX_SCHEMA_CHARS,
    clean,
    declare,
    expose_name,
    read_result,
)
from rooms.domain.json import JsonObject

URI = "file:///orders.txt"


def a_tool(schema: JsonObject, **fields: str) -> Tool:
    return Tool.model_validate({"name": "look", "inputSchema": schema} | fields)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Plain,\n\twith lines.", "Plain,\n\twith lines."),
        ("Bell\x07 and escape\x1b[31m", "Bell and escape[31m"),
        # Right-to-left marks, zero-width letters and tags: read by models, seen by nobody.
        ("a\u202eb\u200bc\U000e0041d\ufeff", "abcd"),
        ("  around  ", "around"),
    ],
)
def test_what_nobody_sees_is_taken_out(said: str, told: str) -> None:
    assert clean(said) == told


def test_long_text_is_cut() -> None:
    told = clean("x" * 5000)

    assert len(told) == MAX_DESCRIPTION_CHARS
    assert told.endswith("…")


def test_words_inside_a_schema_are_cleaned_and_values_are_not() -> None:
    schema = {
        "type": "object",
        "title": "T\u200b",
        "properties": {
            "description": {"type": "string", "description": "D\u202e", "enum": ["a\u200b"]},
            "list": {"anyOf": [{"description": "x\x00"}, True]},
        },
    }

    declared = declare(a_tool(schema))

    assert declared is not None
    assert declared.parameters == {
        "type": "object",
        "title": "T",
        "properties": {
            "description": {"type": "string", "description": "D", "enum": ["a\u200b"]},
            "list": {"anyOf": [{"description": "x"}, True]},
        },
    }


def test_tool_with_a_huge_schema_is_not_offered() -> None:
    assert declare(a_tool({"type": "object", "enum": ["x" * MAX_SCHEMA_CHARS]})) is None


def test_title_describes_a_tool_without_a_description() -> None:
    declared = declare(a_tool({"type": "object"}, title="Look at it"))

    assert declared is not None
    assert declared.description == "Look at it"


@pytest.mark.parametrize(
    ("name", "told"), [("look_up-2", "look_up-2"), ("shop.look up", "shop_look_up"), ("é", "_")]
)
def test_names_have_only_what_vendors_take(name: str, told: str) -> None:
    assert expose_name(name) == told


def test_long_name_is_cut() -> None:
    assert expose_name("x" * 128) == "x" * 64


@pytest.mark.parametrize(
    ("parts", "structured", "told"),
    [
        pytest.param([TextContent(text="one")], None, "one", id="one-text"),
        pytest.param([TextContent(text="one")], {"a": 1}, "one", id="text-before-structure"),
        pytest.param([], {"città": 1}, '{"città": 1}', id="structure-only"),
        pytest.param([], None, "[]", id="nothing"),
        pytest.param(
            [TextContent(text="one"), TextContent(text="two")], None, '["one", "two"]', id="texts"
        ),
        pytest.param(
            [AudioContent(data="aGk=", mime_type="audio/wav")],
            None,
            '[{"type": "audio", "mime_type": "audio/wav", "omitted": true}]',
            id="sound",
        ),
        pytest.param(
            [ResourceLink(uri=URI, name="orders")],
            None,
            f'[{{"type": "resource_link", "uri": "{URI}", "name": "orders"}}]',
            id="link",
        ),
        pytest.param(
            [EmbeddedResource(resource=TextResourceContents(uri=URI, text="20391"))],
            None,
            f'[{{"type": "resource", "uri": "{URI}", "text": "20391"}}]',
            id="text-file",
        ),
        pytest.param(
            [EmbeddedResource(resource=BlobResourceContents(uri=URI, blob="aGk="))],
            None,
            f'[{{"type": "resource", "uri": "{URI}", "omitted": true}}]',
            id="binary-file",
        ),
    ],
)
def test_result_is_read_as_text(
    parts: list[ContentBlock], structured: JsonObject | None, told: str
) -> None:
    assert read_result(CallToolResult(content=parts, structured_content=structured)) == told
