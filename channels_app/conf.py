"""The chat's part of the site's settings: ``ROOMKIT["CHAT"]``."""

from functools import cache
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.functional import Promise
from pydantic import ConfigDict, Field, ValidationError

from rooms.conf import get_settings
from rooms.domain.frozen import Frozen

# A text, or one that is translated when it is shown.
Words = str | Promise


class ChatOptions(Frozen):
    """How the chat page looks and what it is wired to; every entry has a default.

    Attributes:
        channel: The id of the WebSocketChannel that visitors write through.
        agent: The id of the channel that answers first; None leaves answering to people.
        title: Whose chat it is, shown in the header.
        agent_name: What the assistant is called; it is always named an AI assistant as well.
        greeting: What the empty page says in the assistant's name; None says nothing.
        team_name: Who is named when a person answers; None makes it "<title> team".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str = Field(default="web-chat", alias="CHANNEL")
    agent: str | None = Field(default="assistant", alias="AGENT")
    title: Words = Field(default="Chat", alias="TITLE")
    agent_name: Words = Field(default="Aria", alias="AGENT_NAME")
    greeting: Words | None = Field(default=None, alias="GREETING")
    team_name: Words | None = Field(default=None, alias="TEAM_NAME")


@cache
def chat_options() -> ChatOptions:
    """Return the chat's settings.

    Raises:
        ImproperlyConfigured: If an entry is unknown or has a wrong value.
    """
    try:
        return ChatOptions.model_validate(get_settings().CHAT)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise ImproperlyConfigured(f"ROOMKIT['CHAT'][{where!r}]: {fault['msg']}") from error


def _forget(*, setting: str, **_: Any) -> None:
    if setting == "ROOMKIT":
        chat_options.cache_clear()


setting_changed.connect(_forget, dispatch_uid="roomkit.channels.conf")
