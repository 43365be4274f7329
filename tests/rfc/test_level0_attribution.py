"""Every shipped channel says which vendor an event came through (RFC §5.2)."""

from typing import Any

import pytest

from channels_app import (
    AIChannel,
    EmailChannel,
    HTTPChannel,
    MessengerChannel,
    MockAIProvider,
    MockEmailProvider,
    MockHTTPProvider,
    MockMessengerProvider,
    MockRCSProvider,
    MockSMSProvider,
    MockTeamsProvider,
    MockTelegramProvider,
    MockWhatsAppProvider,
    RCSChannel,
    SMSChannel,
    TeamsChannel,
    TelegramChannel,
    WebSocketChannel,
    WhatsAppChannel,
    WhatsAppPersonalChannel,
)
from rooms import TextContent
from tests.scene import ROOM, Scene
from tests.steps import stored

WITH_PROVIDER: list[tuple[Any, Any]] = [
    (SMSChannel, MockSMSProvider),
    (RCSChannel, MockRCSProvider),
    (EmailChannel, MockEmailProvider),
    (WhatsAppChannel, MockWhatsAppProvider),
    (WhatsAppPersonalChannel, MockWhatsAppProvider),
    (MessengerChannel, MockMessengerProvider),
    (TeamsChannel, MockTeamsProvider),
    (TelegramChannel, MockTelegramProvider),
    (HTTPChannel, MockHTTPProvider),
]


@pytest.mark.rfc("0.9")
@pytest.mark.parametrize(("channel", "provider"), WITH_PROVIDER)
async def test_event_names_the_vendor_it_came_through(
    scene: Scene, channel: Any, provider: Any
) -> None:
    vendor = provider()
    await scene.add(channel("x", provider=vendor))

    event = stored(await scene.say(channel="x", sender="somebody"))

    assert event.source.provider == vendor.name


@pytest.mark.rfc("0.9")
async def test_event_of_a_socket_names_a_provider_too(scene: Scene) -> None:
    await scene.add(WebSocketChannel("x"))

    event = stored(await scene.say(channel="x", sender="somebody"))

    assert event.source.provider


@pytest.mark.rfc("0.9")
async def test_answer_of_an_agent_names_its_vendor(scene: Scene) -> None:
    model = MockAIProvider(responses=["hello"])
    await scene.add(AIChannel("ai", provider=model))

    await scene.say()

    assert (await scene.rows())[-1].source.provider == model.name


@pytest.mark.rfc("0.9")
async def test_host_may_name_the_vendor_of_what_it_sends(scene: Scene) -> None:
    content = TextContent(body="from the back office")

    event = await scene.kit.send_event(ROOM, "person", content, provider="backoffice")

    assert event.source.provider == "backoffice"
