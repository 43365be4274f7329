"""Webhooks while the database or the broker is away: answered at once, and in the right words."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.test import AsyncClient
from django.utils import timezone

from channels_app.models import WebhookReceipt
from channels_app.stores.receipts import ReceiptStore
from channels_app.waker import CeleryWaker, ChoreWakeUp, WakeUp
from channels_app.webhooks.handling import get_webhooks
from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, StoreUnavailableError, runtime
from rooms.assembly import Sharing
from rooms.domain.content import TextContent
from rooms.kit import RoomKit
from rooms.pipeline.dispatch import Dispatch
from rooms.stores.orm import OrmStore
from tests.webhooks.toy_vendor import ToyProvider, message, post, toy_channel

pytestmark = pytest.mark.database

ANSWERED_WITHIN_S = 0.5


class AbsentReceipts(ReceiptStore):
    """Keeps nothing until the database is back."""

    is_away = True

    async def keep(self, *args: Any, **facts: Any) -> Any:
        if self.is_away:
            raise StoreUnavailableError("the database does not answer")
        return await super().keep(*args, **facts)


async def said(kit: RoomKit) -> list[str]:
    await get_webhooks().handle_due()
    await kit.pipeline.parts.tasks.close(timeout=5)
    rooms = await kit.store.list_rooms()
    contents = [event.content for room in rooms for event in await kit.get_timeline(room.id)]
    return [content.body for content in contents if isinstance(content, TextContent)]


async def test_what_could_not_be_kept_is_asked_for_again(kit: RoomKit, client: AsyncClient) -> None:
    assert isinstance(kit.store, OrmStore)
    receipts = AbsentReceipts(kit.store.threads, owner="test")
    get_webhooks().store = receipts

    refused = await post(client, message("hello"))
    receipts.is_away = False
    taken = await post(client, message("hello"))

    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.headers["Retry-After"] == "5"
    assert taken.status_code == HTTPStatus.OK
    assert await said(kit) == ["hello"]


async def test_message_that_was_not_stored_in_time_comes_again(
    committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = RoomKit(OrmStore(), process_timeout=0.2)
    kit.register_channel(toy_channel(ToyProvider()))
    monkeypatch.setattr(runtime, "_kit", kit)
    stalls = iter([True])

    @kit.hook(HookTrigger.BEFORE_BROADCAST)
    async def stall(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        if next(stalls, False):
            await asyncio.Event().wait()
        return HookResult.allow()

    await post(AsyncClient(), message("hello"))
    assert await said(kit) == []
    assert isinstance(kit.store, OrmStore)
    await kit.store.threads.run(WebhookReceipt.objects.update, due_at=timezone.now())
    assert await said(kit) == ["hello"]
    await kit.close()


# -- with Celery


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """The broker takes nothing before this is set."""
    opened = threading.Event()
    yield opened
    opened.set()


@pytest.fixture
async def web(
    committed_database: None, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    """A web process of a site with Celery."""

    def enqueue(wake_up: WakeUp | ChoreWakeUp) -> None:
        gate.wait(30)

    waker = CeleryWaker(enqueue)
    dispatch = Dispatch(runs_here=False, is_shared=True, waker=waker)
    made = RoomKit(OrmStore(), sharing=Sharing(dispatch=dispatch))
    made.register_channel(toy_channel(ToyProvider()))
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    gate.set()
    await made.close()
    await waker.close()


async def test_broker_that_does_not_answer_holds_no_vendor_up(web: RoomKit) -> None:
    client = AsyncClient()
    await post(client, message("warm"))

    async with asyncio.timeout(ANSWERED_WITHIN_S):
        answers = [await post(client, message("hello", id=f"n-{n}")) for n in range(3)]

    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}
    assert sorted(await said(web)) == ["hello"] * 3 + ["warm"]
