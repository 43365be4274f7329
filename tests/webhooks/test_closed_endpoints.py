"""A receiver that answers 410 is left alone by every process, until a person says otherwise."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from channels_app.models import ClosedEndpoint
from channels_app.providers.http_webhook.config import HTTPProviderConfig
from channels_app.providers.http_webhook.provider import WebhookHTTPProvider
from channels_app.stores.closed_endpoints import DatabaseEndpointStore, read_endpoints
from channels_app.testing.fakes.http_webhook import SECRET, FakeReceiver
from channels_app.testing.fakes.server import Fault, Response
from rooms import runtime
from rooms.kit import RoomKit
from rooms.probes.diagnosis import Status
from rooms.stores.orm import OrmStore
from rooms.testing.factories import make_room
from tests.channels_app.values import make_event
from tests.providers.checking import field_of

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("committed_database")]


@pytest.fixture
async def store(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OrmStore]:
    made = OrmStore()
    kit = RoomKit(made)
    monkeypatch.setattr(runtime, "_kit", kit)
    yield made
    await kit.close()


@pytest.fixture
def receiver() -> Iterator[FakeReceiver]:
    with FakeReceiver(SECRET).serving() as fake:
        yield fake


def make_provider(url: str) -> WebhookHTTPProvider:
    """Make a provider as another process, or the next one, would."""
    config = HTTPProviderConfig(
        webhook_url=url,
        secret=SecretStr(SECRET),
        allow_private_hosts=True,
        allow_http=True,
    )
    return WebhookHTTPProvider(config, endpoint_store=DatabaseEndpointStore())


async def send(url: str) -> str | None:
    provider = make_provider(url)
    result = await provider.send(make_event("Salut"), "u1")
    await provider.close()
    return result.code


async def closed(store: OrmStore) -> list[ClosedEndpoint]:
    return await store.threads.run(lambda: list(ClosedEndpoint.objects.all()))


async def test_a_gone_receiver_hears_nothing_more(store: OrmStore, receiver: FakeReceiver) -> None:
    receiver.fail_next(Fault(Response(410)))

    codes = [await send(receiver.hook) for _ in range(3)]

    assert codes == ["endpoint_gone"] * 3
    assert len(receiver.requests) == 1


async def test_the_address_itself_is_not_kept(store: OrmStore, receiver: FakeReceiver) -> None:
    receiver.fail_next(Fault(Response(410)))
    await send(f"{receiver.hook}?token=s3cret")

    (row,) = await closed(store)

    assert row.host == "127.0.0.1"
    assert "s3cret" not in repr(vars(row))


async def test_it_belongs_to_the_organization_of_the_room(
    store: OrmStore, receiver: FakeReceiver
) -> None:
    event = make_event("Salut")
    await store.create_room(make_room(event.room_id, organization_id="acme"))
    receiver.fail_next(Fault(Response(410)))

    await send(receiver.hook)

    assert [(row.organization_id, row.room_id) for row in await closed(store)] == [
        ("acme", event.room_id)
    ]


async def test_another_address_at_the_same_host_is_posted_to(
    store: OrmStore, receiver: FakeReceiver
) -> None:
    receiver.fail_next(Fault(Response(410)))
    await send(f"{receiver.hook}?shop=1")

    assert await send(receiver.hook) is None


async def test_a_check_says_that_it_is_closed(store: OrmStore, receiver: FakeReceiver) -> None:
    receiver.fail_next(Fault(Response(410)))
    await send(receiver.hook)

    assert await field_of(make_provider(receiver.hook)) == "webhook_url"


async def test_the_doctor_names_the_host(store: OrmStore, receiver: FakeReceiver) -> None:
    assert list(await read_endpoints()) == []
    receiver.fail_next(Fault(Response(410)))
    await send(receiver.hook)

    (reading,) = await read_endpoints()

    assert (reading.status, "127.0.0.1" in reading.said) == (Status.WARNING, True)
