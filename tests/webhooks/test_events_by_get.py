"""Vendors that bring news by GET: kept and handled like any other."""

from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from django.test import AsyncClient

from channels_app.channels.email import EmailChannel
from channels_app.models import ReceiptState, WebhookReceipt
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from channels_app.providers.elasticemail.email import ElasticEmailProvider
from channels_app.testing.fakes.elasticemail_webhooks import classic, notification
from channels_app.webhooks.handling import get_webhooks
from rooms import runtime
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]

PATH = "/webhooks/email/elasticemail/mail"
TOKEN = "fake-url-token"


@pytest.fixture
async def kit(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RoomKit]:
    config = ElasticEmailConfig.model_validate(
        {"from_email": "support@example.org", "api_key": "k", "webhook_token": TOKEN}
    )
    made = RoomKit(OrmStore())
    made.register_channel(EmailChannel("mail", provider=ElasticEmailProvider(config)))
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


async def receipts(kit: RoomKit) -> list[WebhookReceipt]:
    assert isinstance(kit.store, OrmStore)
    return await kit.store.threads.run(lambda: list(WebhookReceipt.objects.order_by("pk")))


async def test_a_notification_by_get_is_kept_and_handled(kit: RoomKit) -> None:
    query = classic(notification("Sent")).query

    response = await AsyncClient().get(f"{PATH}?{query}")
    await get_webhooks().handle_due()
    await kit.pipeline.parts.tasks.close(timeout=5)

    assert response.status_code == HTTPStatus.OK
    (row,) = await receipts(kit)
    assert (row.state, TOKEN in row.url, "status=Sent" in row.url) == (
        ReceiptState.DONE,
        False,
        True,
    )


async def test_a_try_of_the_address_leaves_nothing(kit: RoomKit) -> None:
    response = await AsyncClient().get(PATH, {"token": TOKEN})

    assert (response.status_code, await receipts(kit)) == (HTTPStatus.OK, [])


@pytest.mark.parametrize("query", ["status=Sent&token=x", "status=Sent", "token=x"])
async def test_without_proof_a_get_is_refused(kit: RoomKit, query: str) -> None:
    response = await AsyncClient().get(f"{PATH}?{query}")

    assert (response.status_code, await receipts(kit)) == (HTTPStatus.FORBIDDEN, [])
