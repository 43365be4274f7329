"""Agents in the database, as their pages leave them."""

from typing import Any

from django.contrib.auth.models import User

from channels_app.models import AgentConfig, AgentVersion
from channels_app.secrets import encrypt
from channels_app.services.agent_configs import add_agent
from channels_app.services.agent_versions import open_draft, publish, save_draft
from channels_app.testing.fakes.anthropic import API_KEY

ANTHROPIC = "channels_app.AnthropicAIProvider"
AGENT = "support"
MODEL = "claude-sonnet-4-6"


def boss() -> User:
    """Return an account that may do everything."""
    return User.objects.get_or_create(
        username="boss", defaults={"is_staff": True, "is_superuser": True}
    )[0]


def keep_agent(url: str, **columns: Any) -> AgentConfig:
    """Store an agent whose model is at `url`, with a draft."""
    row = AgentConfig(
        **{
            "channel_id": AGENT,
            "name": "Support",
            "provider": ANTHROPIC,
            "options": {"config": {"base_url": url}},
            "secrets": encrypt({"api_key": API_KEY}),
            "reply_quiet_s": 0.0,
            "reply_cap_s": 0.0,
        }
        | columns
    )
    add_agent(row=row, model=MODEL, actor=boss(), fields=[])
    return row


def put_in_force(agent: AgentConfig, **content: Any) -> AgentVersion:
    """Draft and publish a version that says something."""
    draft = open_draft(agent_id=agent.pk, actor=boss())
    for name, value in content.items():
        setattr(draft, name, value)
    save_draft(row=draft, actor=boss(), fields=list(content))
    return publish(version_id=draft.pk, actor=boss())
