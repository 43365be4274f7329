"""The panel on a room's page, with this process's own kit on the event loop of the server."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient
from django.urls import reverse

from rooms import models
from rooms.domain.enums import OwnerKind
from rooms.kit import RoomKit
from rooms.testing.factories import ROOM, make_binding, make_event, make_room
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("asked_database")]

SEES = "roomkit_rooms.view_room"
RIGHTS = ("take_over", "assign", "pause_ai_room", "reply")
PAGE = "admin:roomkit_rooms_room_change"
BUTTON = "admin:roomkit_rooms_room_answering"

LogIn = Callable[..., AsyncClient]


@pytest.fixture
async def kit(site_kit: RoomKit) -> RoomKit:
    await site_kit.store.create_room(make_room())
    await site_kit.store.add_binding(make_binding())
    await site_kit.store.add_event_auto_index(ROOM, make_event("where is it?"))
    return site_kit


@pytest.fixture
def log_in(asked_database: None, kit: RoomKit) -> Iterator[LogIn]:
    """Log somebody in who may see rooms and has further rights."""

    def log_in(*rights: str, name: str = "ann", checks: bool = False) -> AsyncClient:
        user = make_user(SEES, *(f"roomkit_rooms.{right}" for right in rights), name=name)
        client = AsyncClient(enforce_csrf_checks=checks)
        client.force_login(user)
        return client

    yield log_in
    User.objects.all().delete()


@pytest.fixture
async def ann(log_in: LogIn) -> AsyncClient:
    """Somebody who may do all that the panel offers."""
    return await sync_to_async(log_in)(*RIGHTS)


async def press(client: AsyncClient, verb: str, **fields: object) -> Any:
    """Press a button of the panel, or send a reply."""
    return await client.post(reverse(BUTTON, args=[ROOM, verb]), fields, follow=True)


async def look(client: AsyncClient) -> str:
    """Return the room's page."""
    page = await client.get(reverse(PAGE, args=[ROOM]))
    text: str = page.content.decode()
    return text


async def owner() -> tuple[str, bool, int]:
    """Return what owns the room, whether that is a person, and the epoch."""
    row = await models.Room.objects.aget(pk=ROOM)
    return row.owner_kind, row.owner_id is not None, row.owner_epoch


async def texts() -> list[str]:
    rows = models.Event.objects.order_by("index").values_list("content", flat=True)
    return [content["body"] async for content in rows]


async def test_room_is_taken_over_and_handed_back(ann: AsyncClient) -> None:
    taken = await press(ann, "take_over", text="angry")
    assert "You answer in this room now." in taken.content.decode()
    assert await owner() == (OwnerKind.HUMAN, True, 1)

    await press(ann, "hand_back", text="paid back")

    assert await owner() == (OwnerKind.AI, False, 2)
    assert "paid back" in (await texts())[-1]


async def test_changes_are_written_down_with_who_made_them(ann: AsyncClient) -> None:
    for verb in ("take_over", "queue", "pause", "resume"):
        await press(ann, verb, text="angry")

    rows = models.AuditEntry.objects.order_by("pk")
    entries = [(row.action, row.actor_label, row.room_id) async for row in rows]
    actions = ("room_taken_over", "room_queued", "ai_paused", "ai_resumed")
    assert entries == [(action, "ann", ROOM) for action in actions]


async def test_panel_shows_who_answers_and_what_can_be_done(ann: AsyncClient) -> None:
    before = await look(ann)
    await press(ann, "take_over")
    after = await look(ann)

    assert "<strong>Ai</strong>" in before
    assert "<strong>Human</strong>: ann" in after
    offered = [[f"/{verb}/" in page for page in (before, after)] for verb in ("take_over", "reply")]
    assert offered == [[True, False], [False, True]]


async def test_reply_is_stored_and_planned_for_every_channel(ann: AsyncClient) -> None:
    await press(ann, "take_over")

    page = await press(ann, "reply", text="I look into it", last_seen_index=1)

    assert "Your message is on its way." in page.content.decode()
    row = await models.Delivery.objects.select_related("event").aget()
    assert (row.channel_id, row.event.content["body"]) == ("sms-1", "I look into it")


async def test_reply_that_crosses_a_message_is_shown_with_it(
    ann: AsyncClient, kit: RoomKit
) -> None:
    await press(ann, "take_over")
    await kit.store.add_event_auto_index(ROOM, make_event("it <b>arrived</b>"))

    page = await press(ann, "reply", text="I look into it", last_seen_index=1)

    assert page.status_code == HTTPStatus.CONFLICT
    assert "it &lt;b&gt;arrived&lt;/b&gt;" in page.content.decode()
    assert ">I look into it</textarea>" in page.content.decode()
    assert "I look into it" not in await texts()
    await press(ann, "reply", text="glad", last_seen_index=page.context["seen"])
    assert (await texts())[-1] == "glad"


@pytest.mark.parametrize(
    ("verb", "right"),
    [
        ("take_over", "take_over"),
        ("hand_back", "take_over"),
        ("queue", "assign"),
        ("pause", "pause_ai_room"),
        ("resume", "pause_ai_room"),
        ("reply", "reply"),
    ],
)
async def test_each_button_asks_for_a_permission(log_in: LogIn, verb: str, right: str) -> None:
    others = await sync_to_async(log_in)(*(each for each in RIGHTS if each != right))
    helper = await sync_to_async(log_in)(right, name="helper")

    refused = await press(others, verb, text="x", last_seen_index=0)
    let_through = await press(helper, verb, text="x", last_seen_index=0)

    assert (refused.status_code, let_through.status_code) == (HTTPStatus.FORBIDDEN, HTTPStatus.OK)


async def test_people_without_rights_see_no_buttons(log_in: LogIn) -> None:
    page = await look(await sync_to_async(log_in)())

    assert "Who answers" in page
    assert "/answering/" not in page


async def test_refusal_is_told_in_words(ann: AsyncClient) -> None:
    await press(ann, "pause")

    page = await press(ann, "hand_back")

    assert "lift the pause with resume_ai()" in page.content.decode()
    assert (await owner())[0] == OwnerKind.PAUSED


@pytest.mark.parametrize(("verb", "said"), [("queue", "Say why."), ("reply", "Write something")])
async def test_box_that_must_be_filled_is_asked_for(ann: AsyncClient, verb: str, said: str) -> None:
    page = await press(ann, verb, text="  ")

    assert said in page.content.decode()
    assert await owner() == (OwnerKind.AI, False, 0)


async def test_only_a_known_button_that_is_pressed_does_anything(ann: AsyncClient) -> None:
    looked = await ann.get(reverse(BUTTON, args=[ROOM, "take_over"]))
    unknown = await ann.post(reverse(BUTTON, args=[ROOM, "delete"]))
    elsewhere = await ann.post(reverse(BUTTON, args=["nowhere", "take_over"]))

    codes = [looked.status_code, unknown.status_code, elsewhere.status_code]
    assert codes == [HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND]


async def test_room_whose_id_looks_quoted_is_shown_again(ann: AsyncClient, kit: RoomKit) -> None:
    await kit.store.create_room(make_room("order_2342"))

    page = await ann.post(reverse(BUTTON, args=["order_2342", "take_over"]), follow=True)

    assert page.status_code == HTTPStatus.OK
    assert "You answer in this room now." in page.content.decode()
    assert page.context["original"].pk == "order_2342"


@pytest.mark.parametrize("seen", ["", "--1", "x"])
async def test_reply_without_a_place_in_the_timeline_is_not_sent(
    ann: AsyncClient, seen: str
) -> None:
    await press(ann, "take_over")

    page = await press(ann, "reply", text="hello", last_seen_index=seen)

    assert "Write something to send." in page.content.decode()
    assert "hello" not in await texts()


async def test_form_without_its_token_is_refused(log_in: LogIn) -> None:
    client = await sync_to_async(log_in)(*RIGHTS, checks=True)

    assert (await press(client, "take_over")).status_code == HTTPStatus.FORBIDDEN
    assert await owner() == (OwnerKind.AI, False, 0)
