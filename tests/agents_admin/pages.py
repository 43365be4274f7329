"""The admin's pages of agents, and what people enter there."""

from typing import Any

from django.urls import reverse

from channels_app.testing.fakes.anthropic import API_KEY
from tests.agents_admin.agents import AGENT, ANTHROPIC, MODEL


def agent_page(page: str, *args: object, provider: str = "") -> str:
    """Return where a page of agents is; a new one's names its provider."""
    path = reverse(f"admin:roomkit_channels_agentconfig_{page}", args=args)
    return f"{path}?provider={provider}" if provider else path


def version_page(page: str, *args: object) -> str:
    """Return where a page of versions is."""
    return reverse(f"admin:roomkit_channels_agentversion_{page}", args=args)


ADD = agent_page("add", provider=ANTHROPIC)


def agent_form(url: str, **more: Any) -> dict[str, Any]:
    """Return what a person enters for an agent by Anthropic; None leaves a field out."""
    form = {
        "name": "Support",
        "channel_id": AGENT,
        "is_enabled": "on",
        "reply_quiet_s": "1.5",
        "reply_cap_s": "8.0",
        "on_new_message": "queue",
        "config_api_key": API_KEY,
        "config_base_url": url,
        "config_timeout": "120.0",
        "model": MODEL,
    } | more
    return {name: value for name, value in form.items() if value is not None}


def version_form(**more: Any) -> dict[str, Any]:
    """Return what a person enters for a draft; None leaves a field out."""
    form = {
        "prompt": "You help the customers of a shop.",
        "model": MODEL,
        "temperature": "0.7",
        "max_tokens": "1024",
        "max_tool_rounds": "200",
        "memory_kind": "window",
        "memory_max_events": "50",
        "memory_max_tokens": "16000",
    } | more
    return {name: value for name, value in form.items() if value is not None}
