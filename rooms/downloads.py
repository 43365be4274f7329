"""The address at which kept files are fetched: by browsers, by vendors, by whoever has a link."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from rooms.domain.media import KeptFile
from rooms.media.kinds import is_shown
from rooms.media.links import check_link
from rooms.media.store import DatabaseMediaStore
from rooms.runtime import get_kit

CHUNK_BYTES = 64 * 1024
# Links of one day are the same, so a browser may keep what it has fetched.
CACHE = "private, max-age=3600"
# No file has a byte of a longer number, and Python refuses to read very long ones.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Which bytes of a file are sent: from `start` up to, not including, `end`."""

    start: int
    end: int


class FileStream:
    """The bytes of a span, chunk by chunk; Django closes it with the response that it is in."""

    def __init__(self, opened: "File[bytes]", span: Span) -> None:
        self._opened = opened
        self._span = span

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks; reading blocks, so threads do it."""
        await asyncio.to_thread(self._opened.seek, self._span.start)
        left = self._span.end - self._span.start
        while left > 0:
            chunk = await asyncio.to_thread(self._opened.read, min(CHUNK_BYTES, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the file."""
        self._opened.close()


class UnsatisfiableRange(ValueError):
    """A range holds no byte of the file."""


@login_not_required
@require_safe
async def media(request: HttpRequest, file_id: str, filename: str) -> HttpResponseBase:
    """Serve a kept file to whoever has a link that we signed and that has not ended.

    Anything else is not found, whether or not there is such a file. What comes from customers is
    never run: it has no origin of ours (`sandbox`), and what is no picture, sound or film is saved.
    """
    asked, store = request.GET, get_kit().media
    is_ours = check_link(file_id, filename, asked.get("e", ""), asked.get("s", ""))
    if not is_ours or not isinstance(store, DatabaseMediaStore):
        return _not_found()
    found = await store.files.list_files([file_id])
    return await _serve(request, store, found[0], filename) if found else _not_found()


async def _serve(
    request: HttpRequest, store: DatabaseMediaStore, kept: KeptFile, filename: str
) -> HttpResponseBase:
    headers = _headers_of(kept, filename)
    try:
        span = _read_range(request.headers.get("Range", ""), kept.size_bytes)
    except UnsatisfiableRange:
        whole = f"bytes */{kept.size_bytes}"
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return HttpResponse(status=status, headers={"Content-Range": whole})
    status = HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK
    if span is not None:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{kept.size_bytes}"
    span = span or Span(0, kept.size_bytes)
    headers["Content-Length"] = str(span.end - span.start)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    try:
        opened = await store.files.open(kept)
    except FileNotFoundError:
        return _not_found()
    return StreamingHttpResponse(FileStream(opened, span), status=status, headers=headers)


def _headers_of(kept: KeptFile, filename: str) -> dict[str, str]:
    is_saved = not is_shown(kept.mime_type)
    return {
        "Content-Type": kept.mime_type,
        "Content-Disposition": content_disposition_header(is_saved, filename) or "inline",
        "Content-Security-Policy": "sandbox; default-src 'none'; media-src 'self'; img-src 'self'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": CACHE,
        "Accept-Ranges": "bytes",
    }


def _read_range(header: str, size: int) -> Span | None:
    """Return the one range that is asked for (RFC 9110 §14.1.2); None asks for the whole file.

    Several at once, and what is no range of bytes, may be answered with the whole file.

    Raises:
        UnsatisfiableRange: If it holds no byte of the file.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        raise UnsatisfiableRange(header)
    return Span(start, end) if start < end else None


def _not_found() -> HttpResponse:
    return HttpResponse(status=HTTPStatus.NOT_FOUND)
