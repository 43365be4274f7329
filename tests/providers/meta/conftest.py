"""Providers that speak to Meta's fakes."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from channels_app.providers.meta.config import MessengerConfig, WhatsAppCloudConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud


@pytest.fixture
def cloud() -> Iterator[FakeWhatsAppCloud]:
    with FakeWhatsAppCloud().serving() as fake:
        yield fake


@pytest.fixture
def page() -> Iterator[FakeMessenger]:
    with FakeMessenger().serving() as fake:
        yield fake


@pytest.fixture
def whatsapp_config(cloud: FakeWhatsAppCloud) -> WhatsAppCloudConfig:
    return WhatsAppCloudConfig(
        access_token=SecretStr(cloud.token),
        phone_number_id=cloud.phone_number_id,
        waba_id=cloud.hooks.waba_id,
        app_secret=SecretStr(cloud.app_secret),
        verify_token=SecretStr(cloud.verify_token),
        api_base=cloud.url,
        media_hosts=("127.0.0.1",),
        timeout=5,
    )


@pytest.fixture
async def whatsapp(whatsapp_config: WhatsAppCloudConfig) -> AsyncIterator[WhatsAppCloudProvider]:
    provider = WhatsAppCloudProvider(whatsapp_config)
    yield provider
    await provider.close()


@pytest.fixture
def messenger_config(page: FakeMessenger) -> MessengerConfig:
    return MessengerConfig(
        page_access_token=SecretStr(page.token),
        page_id=page.page_id,
        app_secret=SecretStr(page.app_secret),
        verify_token=SecretStr(page.verify_token),
        api_base=page.url,
        timeout=5,
    )


@pytest.fixture
async def messenger(messenger_config: MessengerConfig) -> AsyncIterator[FacebookMessengerProvider]:
    provider = FacebookMessengerProvider(messenger_config)
    yield provider
    await provider.close()
