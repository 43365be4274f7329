"""What surrounds the turns: settings, and the limits of the readers."""

from typing import Any

import pytest

from channels_app import (
    AITool,
)
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.enums import Access, ChannelMediaType
from tests.channels_app.asking import given_to_model
from tests.channels_app.values import (
    make_agent_binding,
    make_binding,
    make_event,
    make_reader,
)

RICH: dict[str, Any] = {"media_types": ["text", "rich"]}


# -- settings


async def test_settings_are_the_channels_by_default() -> None:
    given = await given_to_model(
        make_event(), system_prompt="Be kind.", temperature=0.2, max_tokens=300
    )

    assert (given.system_prompt, given.temperature, given.max_tokens) == ("Be kind.", 0.2, 300)
    assert (given.thinking_budget, given.tools) == (None, [])


@pytest.mark.parametrize(
    ("metadata", "field", "value"),
    [
        ({"system_prompt": "Be brief."}, "system_prompt", "Be brief."),
        ({"system_prompt": None}, "system_prompt", None),  # a key that is there wins
        ({"temperature": 0.0}, "temperature", 0.0),
        ({"temperature": None}, "temperature", 0.2),  # a model needs a number
        ({"max_tokens": 10}, "max_tokens", 10),
        ({"thinking_budget": 2048}, "thinking_budget", 2048),
        ({"thinking_budget": None}, "thinking_budget", None),
        ({}, "thinking_budget", 1024),
        ({"tools": [{"name": "look_up"}]}, "tools", [AITool(name="look_up", description="")]),
    ],
)
async def test_binding_overrides_the_channel(
    metadata: dict[str, Any], field: str, value: object
) -> None:
    given = await given_to_model(
        make_event(),
        metadata=metadata,
        system_prompt="Be kind.",
        temperature=0.2,
        thinking_budget=1024,
    )

    assert getattr(given, field) == value


# -- readers


async def test_readers_capabilities_are_merged_to_what_all_can_show() -> None:
    sms = make_reader("sms", media_types=["text", "media"], max_length=1600, supports_media=True)
    mail = make_reader(
        "mail", media_types=["text", "rich", "media"], supports_media=True, supports_threading=True
    )

    given = await given_to_model(make_event(), sms, mail)

    assert given.target_media_types == [ChannelMediaType.TEXT, ChannelMediaType.MEDIA]
    assert given.target_capabilities is not None
    assert given.target_capabilities.max_length == 1600
    assert given.target_capabilities.supports_media
    assert not given.target_capabilities.supports_threading


async def test_smallest_limit_and_shared_formats_count() -> None:
    first = make_reader("a", max_length=4096, supported_media_types=["image/png", "image/gif"])
    second = make_reader("b", max_length=2000, supported_media_types=["image/png"])
    unlimited = make_reader("c")

    given = await given_to_model(make_event(), first, second, unlimited)

    assert given.target_capabilities is not None
    assert given.target_capabilities.max_length == 2000
    assert given.target_capabilities.supported_media_types == ["image/png"]


@pytest.mark.parametrize("names", [("sms",), ("sms", "other")])
async def test_readers_alike_are_one_audience(names: tuple[str, ...]) -> None:
    alike: dict[str, Any] = {"max_length": 1600, "supports_edit": True, "custom": {"sender": "42"}}

    given = await given_to_model(make_event(), *[make_reader(name, **alike) for name in names])

    # What only concerns one channel's own delivery is no capability of an audience.
    assert given.target_capabilities == ChannelCapabilities(max_length=1600, supports_edit=True)


@pytest.mark.parametrize(
    "readers",
    [
        [],
        [make_agent_binding("agent-2")],  # another agent is no reader
        [make_binding(access=Access.WRITE_ONLY)],  # cannot be shown anything
    ],
)
async def test_without_readers_there_are_no_limits(readers: list[ChannelBinding]) -> None:
    given = await given_to_model(make_event(), *readers, system_prompt="Be kind.")

    assert (given.target_capabilities, given.target_media_types) == (None, [])
    assert given.system_prompt == "Be kind."


@pytest.mark.parametrize(
    ("reader", "prompt"),
    [
        (
            make_reader(max_length=1600),
            "Be kind.\n\nKeep the answer under 1600 characters. "
            "Use plain text only: no Markdown, no HTML.",
        ),
        (
            make_reader(max_length=1600, **RICH),
            "Be kind.\n\nKeep the answer under 1600 characters.",
        ),
        (make_reader(), "Be kind.\n\nUse plain text only: no Markdown, no HTML."),
        (make_reader(**RICH), "Be kind."),
    ],
)
async def test_model_is_told_what_its_readers_can_show(reader: ChannelBinding, prompt: str) -> None:
    given = await given_to_model(make_event(), reader, system_prompt="Be kind.")

    assert given.system_prompt == prompt


async def test_limits_stand_alone_without_a_prompt() -> None:
    given = await given_to_model(make_event(), make_reader(max_length=160, **RICH))

    assert given.system_prompt == "Keep the answer under 160 characters."
