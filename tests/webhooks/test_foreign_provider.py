"""A provider of somebody else's package, as `docs/adding-a-provider.md` shows: settings do it."""

import hashlib
import hmac
import json
import re
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import AsyncClient
from pytest_django import Settings

from channels_app import SMSProvider
from channels_app.channels.transport import TransportChannel
from channels_app.webhooks.handling import get_webhooks
from hooks import HookTrigger
from rooms import ChannelCategory, RoomContext, RoomEvent, RoomKit, runtime
from rooms.domain.content import TextContent
from rooms.runtime import build_kit

pytestmark = pytest.mark.database

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-provider.md"
PACKAGE = "pigeon_post"
PATH = "/webhooks/sms/pigeon/pigeons"
ANN = "+15550100123"
SECRET = b"secret"


def provider_on_the_page() -> str:
    """Return the provider's code as the page has it, without the program that tries it."""
    [code] = re.findall(r"```python\n(.*?)\nasync def main\(\):", PAGE.read_text(), re.DOTALL)
    return str(code)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install a package of somebody else's with the page's provider; return its dotted path."""
    home = tmp_path / PACKAGE
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "provider.py").write_text(provider_on_the_page())
    monkeypatch.syspath_prepend(tmp_path)
    for name in (PACKAGE, f"{PACKAGE}.provider"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return f"{PACKAGE}.provider.PigeonProvider"


@pytest.fixture
async def kit(
    package: str, settings: Settings, committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    """Build the site from its settings; whoever writes gets the assistant."""
    pigeon = {"provider": {"FACTORY": package, "secret": SECRET}}
    shop = {"provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}}
    settings.ROOMKIT = {
        "CHANNELS": {
            "pigeons": {"FACTORY": "channels_app.SMSChannel", "OPTIONS": pigeon},
            "assistant": {"FACTORY": "channels_app.AIChannel", "OPTIONS": shop},
        }
    }
    made = build_kit()

    @made.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await made.attach_channel(
            context.room.id, "assistant", category=ChannelCategory.INTELLIGENCE
        )

    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


async def post(kit: RoomKit, note: dict[str, str], *, secret: bytes = SECRET) -> int:
    """Post a note as the pigeons do, wait for everything it causes, and return the status."""
    body = json.dumps(note).encode()
    proof = hmac.new(secret, body, hashlib.sha256).hexdigest()
    response: Any = await AsyncClient().post(
        PATH, body, content_type="application/json", headers={"X-Pigeon": proof}
    )
    await get_webhooks().handle_due()
    await kit.pipeline.parts.tasks.close(timeout=10)
    return int(response.status_code)


def flown(kit: RoomKit) -> list[tuple[str, str]]:
    """Return what the provider was given to send."""
    channel = kit.get_channel("pigeons")
    assert isinstance(channel, TransportChannel)
    assert isinstance(channel.provider, SMSProvider)
    sent: list[tuple[str, str]] = vars(channel.provider)["flown"]
    return sent


async def test_message_comes_in_and_its_answer_goes_out(kit: RoomKit) -> None:
    note = {"from": ANN, "text": "Where is my order 1042?", "id": "n-1"}

    assert await post(kit, note) == HTTPStatus.OK

    [room] = await kit.store.list_rooms()
    question, answer = [
        event for event in await kit.store.list_events(room.id) if event.type == "message"
    ]
    assert question.content == TextContent(body="Where is my order 1042?")
    assert (question.source.channel_id, answer.source.channel_id) == ("pigeons", "assistant")
    [(to, words)] = flown(kit)
    assert to == ANN
    assert "1042" in words


async def test_note_that_the_pigeons_did_not_sign_is_refused(kit: RoomKit) -> None:
    note = {"from": ANN, "text": "Where is my order 1042?", "id": "n-1"}

    assert await post(kit, note, secret=b"guessed") == HTTPStatus.FORBIDDEN

    assert await kit.store.list_rooms() == []
    assert flown(kit) == []
