"""`manage.py check` names what the settings make that cannot be made without an SDK."""

import sys
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from pytest_django import Settings

from channels_app.providers.anthropic.ai import AnthropicAIProvider


class OurAnthropic(AnthropicAIProvider):
    """A provider of a site's own that goes by ours."""


def found() -> list[CheckMessage]:
    """Run the registered checks of this app that need no database."""
    checks = [each for each in registry.get_checks() if each.__module__ == "channels_app.checks"]
    return [message for check in checks for message in check(app_configs=None, databases=None)]


def agent_of(provider: str) -> dict[str, Any]:
    options = {"provider": {"FACTORY": provider}}
    return {"CHANNELS": {"ai": {"FACTORY": "channels_app.AIChannel", "OPTIONS": options}}}


@pytest.mark.parametrize(
    ("path", "module", "extra"),
    [
        ("channels_app.AnthropicAIProvider", "anthropic", "anthropic"),
        ("channels_app.OpenAIAIProvider", "openai", "openai"),
        ("channels_app.GeminiAIProvider", "google.genai", "gemini"),
        ("channels_app.create_vllm_provider", "openai", "openai"),
        ("channels_app.BotFrameworkTeamsProvider", "jwt", "teams"),
        # By another path, and a class that derives from ours.
        ("channels_app.providers.vllm.ai.create_vllm_provider", "openai", "openai"),
        (f"{__name__}.OurAnthropic", "anthropic", "anthropic"),
    ],
)
def test_provider_without_its_sdk_is_named_with_the_command(
    path: str, module: str, extra: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOMKIT = agent_of(path)
    assert found() == []
    monkeypatch.setitem(sys.modules, module, None)  # how Python marks what must not import

    [message] = found()

    assert (message.id, message.is_serious()) == ("roomkit_channels.E002", True)
    assert f"['provider']['FACTORY'] is {path!r}, whose SDK {module!r} is not" in message.msg
    assert message.hint == f"pip install 'django-roomkit[{extra}]'"


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("IMAPSource", "imapclient", "imap"),
        ("SSESource", "httpx_sse", "sse"),
        ("WebSocketSource", "websockets", "websocket"),
        ("WhatsAppPersonalSourceProvider", "neonize", "whatsapp-personal"),
    ],
)
def test_source_without_its_package_is_named_with_the_command(
    name: str, module: str, extra: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOMKIT = {"SOURCES": {"mail": {"FACTORY": f"channels_app.{name}"}}}
    monkeypatch.setitem(sys.modules, module, None)

    [message] = found()

    assert message.msg.startswith("ROOMKIT['SOURCES']['mail']['FACTORY']")
    assert message.hint == f"pip install 'django-roomkit[{extra}]'"


def test_sdk_that_nothing_needs_may_be_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOMKIT = agent_of("channels_app.DemoShopProvider")
    for module in ("anthropic", "openai", "neonize"):
        monkeypatch.setitem(sys.modules, module, None)

    assert found() == []
