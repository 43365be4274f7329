"""Twilio on loopback and the providers that speak to it."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from channels_app.providers.twilio.config import (
    TwilioConfig,
    TwilioRCSConfig,
    TwilioWhatsAppConfig,
)
from channels_app.providers.twilio.rcs import TwilioRCSProvider
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.providers.twilio.whatsapp import TwilioWhatsAppProvider
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import ACCOUNT_SID, AUTH_TOKEN, NUMBER, SERVICE_SID


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio().serving() as fake:
        yield fake


@pytest.fixture
async def sms(twilio: FakeTwilio) -> AsyncIterator[TwilioSMSProvider]:
    provider = TwilioSMSProvider(
        TwilioConfig(
            account_sid=ACCOUNT_SID,
            auth_token=SecretStr(AUTH_TOKEN),
            from_number=NUMBER,
            base_url=twilio.url,
        )
    )
    yield provider
    await provider.close()


@pytest.fixture
async def rcs(twilio: FakeTwilio) -> AsyncIterator[TwilioRCSProvider]:
    provider = TwilioRCSProvider(
        TwilioRCSConfig(
            account_sid=ACCOUNT_SID,
            auth_token=SecretStr(AUTH_TOKEN),
            messaging_service_sid=SERVICE_SID,
            base_url=twilio.url,
        )
    )
    yield provider
    await provider.close()


@pytest.fixture
async def whatsapp(twilio: FakeTwilio) -> AsyncIterator[TwilioWhatsAppProvider]:
    provider = TwilioWhatsAppProvider(
        TwilioWhatsAppConfig(
            account_sid=ACCOUNT_SID,
            auth_token=SecretStr(AUTH_TOKEN),
            from_number=NUMBER,
            base_url=twilio.url,
        )
    )
    yield provider
    await provider.close()
