"""The chat over plain HTTP: for what was missed, and where sockets do not get through."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import NinjaAPI, Query
from ninja.security import APIKeyCookie
from pydantic import BaseModel, Field

from channels_app import visitors
from channels_app.consumers.access import Caller, take_seat
from channels_app.consumers.frames import (
    MAX_FRAME_BYTES,
    MAX_INDEX,
    ErrorCode,
    MessageFrame,
    Refusal,
    check_content,
)
from channels_app.consumers.pages import PAGE_SIZE
from channels_app.consumers.seat import Seat
from channels_app.consumers.server_frames import PublicEvent
from rooms.api.problems import build_problem, describe_by, install_problems
from rooms.conf import get_settings
from rooms.runtime import get_kit

_STATUSES = {
    ErrorCode.BAD_JSON: HTTPStatus.BAD_REQUEST,
    ErrorCode.BAD_VALUE: HTTPStatus.BAD_REQUEST,
    ErrorCode.BAD_CONTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.FRAME_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.ROOM_CLOSED: HTTPStatus.CONFLICT,
    ErrorCode.BLOCKED: HTTPStatus.FORBIDDEN,
    ErrorCode.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.INTERNAL: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.NOT_AUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
}


class VisitorOrUser(APIKeyCookie):
    """Read the visitor's cookie or the session; whether that opens a room is asked later."""

    param_name = visitors.COOKIE_NAME

    async def authenticate(self, request: HttpRequest, key: str | None) -> Caller:
        """Return who asks, which may be nobody."""
        return Caller.of(request.COOKIES, await request.auser())


class EventPage(BaseModel):
    """Some events of a room in order, as its sockets show them.

    `latest_index` is how far this page reaches; ask on from there while `more` is true.
    """

    room_id: str
    latest_index: int
    more: bool
    events: list[PublicEvent]


class MessageReceipt(BaseModel):
    """What became of a message; the same id again gives the same receipt."""

    id: str
    event_id: str | None
    index: int | None
    blocked: str | None = None


class EventRange(BaseModel):
    """Which events: those after an index (−1 from the start), or those before one."""

    after: int = Field(default=-1, ge=-1, le=MAX_INDEX)
    before: int | None = Field(default=None, ge=0, le=MAX_INDEX)
    limit: int = Field(default=PAGE_SIZE, ge=1, le=PAGE_SIZE)


api = NinjaAPI(
    title="RoomKit chat",
    urls_namespace="roomkit_chat",
    auth=VisitorOrUser(),
    docs_url=None,
    openapi_url=None,
)
install_problems(api)


def describe_refusal(refusal: Refusal) -> JsonResponse:
    """Build the problem document of a refusal."""
    return build_problem(_STATUSES[refusal.code], refusal.code, refusal.message)


describe_by(api, Refusal, describe_refusal)


@api.get("rooms/{room_id}/events", response=EventPage, url_name="events")
async def list_events(request: HttpRequest, room_id: str, wanted: Query[EventRange]) -> Any:
    """Return the events that the caller may see."""
    seat = await _seat(request, room_id)
    if wanted.before is not None:
        page = await seat.page_before(wanted.before, limit=wanted.limit)
    else:
        page = await seat.page_after(wanted.after, limit=wanted.limit)
    return EventPage(
        room_id=room_id,
        latest_index=page.upto,
        more=page.more,
        events=[PublicEvent.of(event) for event in page.events],
    )


@api.post("rooms/{room_id}/messages", response=MessageReceipt, url_name="messages")
async def send_message(request: HttpRequest, room_id: str, said: MessageFrame) -> Any:
    """Put a message into the room; returns as soon as it is stored."""
    if len(request.body) > MAX_FRAME_BYTES:
        raise Refusal(
            ErrorCode.FRAME_TOO_LARGE,
            f"the body has {len(request.body)} bytes, at most {MAX_FRAME_BYTES} are taken",
        )
    seat = await _seat(request, room_id)
    content = said.said()
    check_content(content, max_characters=get_settings().MESSAGE_MAX_LENGTH)
    receipt = await seat.say(said.id, content)
    return MessageReceipt(
        id=receipt.client_id,
        event_id=receipt.event_id,
        index=receipt.index,
        blocked=receipt.blocked,
    )


async def _seat(request: HttpRequest, room_id: str) -> Seat:
    caller: Caller = request.auth  # type: ignore[attr-defined]  # what ninja keeps there
    return await take_seat(get_kit(), room_id, caller)
