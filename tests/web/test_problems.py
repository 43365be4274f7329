import json

import pytest
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from ninja import NinjaAPI
from ninja.errors import HttpError

from rooms.api.problems import install_problems
from rooms.domain import errors


@pytest.fixture(scope="module")
def api() -> NinjaAPI:
    made = NinjaAPI(urls_namespace="problems-under-test")
    install_problems(made)
    return made


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.RoomNotFoundError("r"), 404, "room_not_found"),
        (errors.RoomClosedError("r", "closed"), 409, "room_closed"),
        (errors.RoomAlreadyExistsError("r"), 409, "room_exists"),
        (errors.ChannelNotFoundError("r", "c"), 404, "channel_not_attached"),
        (errors.ChannelNotRegisteredError("c"), 404, "channel_not_registered"),
        (errors.StoreUnavailableError("gone"), 503, "store_unavailable"),
        # One without a row of its own.
        (errors.DuplicateIndexError("r", 3), 400, "refused"),
        (HttpError(401, "who are you?"), 401, "not_authenticated"),
        (HttpError(400, "cannot parse"), 400, "bad_request"),
        (HttpError(502, "bad gateway"), 502, "unavailable"),
        (Http404(), 404, "not_found"),
    ],
)
def test_error_becomes_a_problem_with_its_own_words(
    api: NinjaAPI, request_: HttpRequest, error: Exception, status: int, code: str
) -> None:
    response = api.on_exception(request_, error)

    document = json.loads(response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert (response.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["detail"] == (str(error) or "there is nothing here")


def test_error_that_is_no_refusal_is_not_dressed_up(api: NinjaAPI, request_: HttpRequest) -> None:
    with pytest.raises(ZeroDivisionError):
        api.on_exception(request_, ZeroDivisionError())
