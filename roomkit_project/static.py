"""Static files, served by the project itself: no web server in front is needed."""

from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any, BinaryIO

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware


@sync_and_async_middleware
def static_files(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer requests for static files from whitenoise's table, pass on everything else.

    Whitenoise's own middleware is synchronous. Under ASGI it would send every request, also
    those for views, through a worker thread and back.
    """
    whitenoise = WhiteNoiseMiddleware()

    def answer(request: HttpRequest) -> HttpResponseBase | None:
        path = request.path_info
        file = whitenoise.find_file(path) if whitenoise.autorefresh else whitenoise.files.get(path)
        if file is None:
            return None
        found = file.get_response(request.method, request.META)
        return HttpResponse(
            _read(found.file), status=int(found.status), headers=dict(found.headers)
        )

    if iscoroutinefunction(get_response):
        return _async_form(answer, get_response)
    return lambda request: answer(request) or get_response(request)


def _read(file: BinaryIO | None) -> bytes:
    """Return the whole of an open file and close it; an answer without a body has none."""
    if file is None:
        return b""
    with closing(file):
        return file.read()


def _async_form(
    answer: Callable[[HttpRequest], HttpResponseBase | None],
    get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    """Return the middleware for an event loop; its files are small and read at once."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        return answer(request) or await get_response(request)

    return middleware
