"""Errors over HTTP: every one a problem document (RFC 9457) that names what and why.

The `type` is always ``about:blank``, so `title` is the status in words; programs read `code`.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from rooms.domain.errors import (
    AddressTakenError,
    ChannelAlreadyRegisteredError,
    ChannelNotFoundError,
    ChannelNotRegisteredError,
    IdentityNotFoundError,
    IllegalRoomMoveError,
    ParticipantNotFoundError,
    RoomAlreadyExistsError,
    RoomClosedError,
    RoomKitError,
    RoomNotFoundError,
    StoreUnavailableError,
)
from rooms.domain.json import JsonObject

E = TypeVar("E", bound=Exception)

MEDIA_TYPE = "application/problem+json"

# Looked up along the exception's ancestry, so an error without a row of its own gets its root's.
_ROOM_PROBLEMS: dict[type[Exception], tuple[HTTPStatus, str]] = {
    RoomNotFoundError: (HTTPStatus.NOT_FOUND, "room_not_found"),
    ChannelNotFoundError: (HTTPStatus.NOT_FOUND, "channel_not_attached"),
    ChannelNotRegisteredError: (HTTPStatus.NOT_FOUND, "channel_not_registered"),
    ParticipantNotFoundError: (HTTPStatus.NOT_FOUND, "participant_not_found"),
    IdentityNotFoundError: (HTTPStatus.NOT_FOUND, "identity_not_found"),
    RoomClosedError: (HTTPStatus.CONFLICT, "room_closed"),
    RoomAlreadyExistsError: (HTTPStatus.CONFLICT, "room_exists"),
    ChannelAlreadyRegisteredError: (HTTPStatus.CONFLICT, "channel_exists"),
    IllegalRoomMoveError: (HTTPStatus.CONFLICT, "illegal_room_move"),
    AddressTakenError: (HTTPStatus.CONFLICT, "address_taken"),
    StoreUnavailableError: (HTTPStatus.SERVICE_UNAVAILABLE, "store_unavailable"),
    RoomKitError: (HTTPStatus.BAD_REQUEST, "refused"),
}
_STATUS_CODES = {
    HTTPStatus.UNAUTHORIZED: "not_authenticated",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
}


def build_problem(
    status: int, code: str, detail: str, *, errors: list[dict[str, str]] | None = None
) -> JsonResponse:
    """Build the response of a refused request.

    Args:
        status: The HTTP status.
        code: For programs; stays the same when the words change.
        detail: For people: what is wrong, with which value, and what to do.
        errors: The faulty fields, each with `field` and `detail`.
    """
    document: JsonObject = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    if errors is not None:
        document["errors"] = errors
    return JsonResponse(document, status=status, content_type=MEDIA_TYPE)


def describe_room_error(error: RoomKitError) -> JsonResponse:
    """Build the response for something that rooms refuse."""
    status, code = next(
        _ROOM_PROBLEMS[kind] for kind in type(error).__mro__ if kind in _ROOM_PROBLEMS
    )
    return build_problem(status, code, str(error))


def describe_invalid_request(error: ValidationError) -> JsonResponse:
    """Build the response for parameters or a body that do not fit."""
    errors = [
        {"field": ".".join(str(step) for step in fault["loc"]), "detail": str(fault["msg"])}
        for fault in error.errors
    ]
    detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in errors)
    return build_problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, "validation_failed", detail, errors=errors
    )


def describe_http_error(error: HttpError) -> JsonResponse:
    """Build the response for what the framework refuses by itself."""
    status = HTTPStatus(error.status_code)
    usual = "unavailable" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad_request"
    code = _STATUS_CODES.get(status, usual)
    return build_problem(status, code, str(error))


def describe_missing(error: Http404) -> JsonResponse:
    """Build the response for an address that leads nowhere."""
    return build_problem(HTTPStatus.NOT_FOUND, "not_found", str(error) or "there is nothing here")


def install_problems(api: NinjaAPI) -> None:
    """Let an API answer every refusal with a problem document."""
    describe_by(api, RoomKitError, describe_room_error)
    describe_by(api, ValidationError, describe_invalid_request)
    describe_by(api, HttpError, describe_http_error)
    describe_by(api, Http404, describe_missing)


def describe_by(api: NinjaAPI, kind: type[E], describe: Callable[[E], JsonResponse]) -> None:
    """Let an API answer one kind of exception with the problem that `describe` builds."""

    # Ninja types the exception as "one, or its class", which no handler ever gets.
    def answer(_request: HttpRequest, error: Any) -> JsonResponse:
        return describe(error)

    api.add_exception_handler(kind, answer)
