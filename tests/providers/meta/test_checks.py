"""What Meta says of our tokens, before anything is sent."""

from typing import Any

import pytest

from channels_app.providers.meta.config import MessengerConfig, WhatsAppCloudConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta import error_body
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.server import Fault, Response
from tests.providers.checking import failure_of, field_of, words_of


def number(config: WhatsAppCloudConfig, **changes: Any) -> WhatsAppCloudProvider:
    given = config.model_dump() | changes
    return WhatsAppCloudProvider(WhatsAppCloudConfig.model_validate(given))


def of_page(config: MessengerConfig, **changes: Any) -> FacebookMessengerProvider:
    return FacebookMessengerProvider(MessengerConfig.model_validate(config.model_dump() | changes))


@pytest.mark.parametrize("changes", [{}, {"app_secret": None}, {"waba_id": None}])
async def test_a_good_number_passes(
    cloud: FakeWhatsAppCloud, whatsapp_config: WhatsAppCloudConfig, changes: dict[str, Any]
) -> None:
    assert await failure_of(number(whatsapp_config, **changes)) is None
    assert {request.method for request in cloud.requests} == {"GET"}
    assert (cloud.refusals, cloud.sent) == ([], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"access_token": "made-up"}, "access_token"),
        ({"app_secret": "made-up"}, "app_secret"),
        ({"phone_number_id": "1"}, "phone_number_id"),
        ({"waba_id": "1"}, "waba_id"),
    ],
)
async def test_what_is_wrong_with_a_number_is_named(
    cloud: FakeWhatsAppCloud,
    whatsapp_config: WhatsAppCloudConfig,
    changes: dict[str, Any],
    field: str,
) -> None:
    assert await field_of(number(whatsapp_config, **changes)) == field


async def test_a_token_without_the_permission_is_told_from_a_wrong_one(
    cloud: FakeWhatsAppCloud, whatsapp_config: WhatsAppCloudConfig
) -> None:
    cloud.may_manage = False

    failure = await failure_of(number(whatsapp_config))

    assert failure is not None
    assert (failure.field, "permission" in str(failure)) == ("access_token", True)


async def test_a_number_of_another_account_does_not_pass(
    cloud: FakeWhatsAppCloud, whatsapp_config: WhatsAppCloudConfig
) -> None:
    cloud.has_number = False

    assert await field_of(number(whatsapp_config)) == "waba_id"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Response(503, "")),
        Fault(Response(400, error_body(4, "(#4) Application request limit reached"))),
        Fault(drops_after=True),
        Fault(Response(200, "<html>")),
    ],
)
async def test_meta_that_is_away_says_nothing_of_the_credentials(
    cloud: FakeWhatsAppCloud, whatsapp_config: WhatsAppCloudConfig, fault: Fault
) -> None:
    cloud.fail_next(fault)

    assert "try again later" in await words_of(number(whatsapp_config))


@pytest.mark.parametrize("changes", [{}, {"page_id": None}])
async def test_a_good_page_passes(
    page: FakeMessenger, messenger_config: MessengerConfig, changes: dict[str, Any]
) -> None:
    assert await failure_of(of_page(messenger_config, **changes)) is None
    assert (page.refusals, page.sent, page.actions) == ([], [], [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"page_access_token": "made-up"}, "page_access_token"),
        ({"app_secret": "made-up"}, "app_secret"),
        ({"page_id": "1"}, "page_id"),
    ],
)
async def test_what_is_wrong_with_a_page_is_named(
    page: FakeMessenger, messenger_config: MessengerConfig, changes: dict[str, Any], field: str
) -> None:
    assert await field_of(of_page(messenger_config, **changes)) == field


async def test_a_page_that_may_not_send_does_not_pass(
    page: FakeMessenger, messenger_config: MessengerConfig
) -> None:
    page.may_send = False

    assert await field_of(of_page(messenger_config)) == "page_access_token"
