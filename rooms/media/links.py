"""Addresses of kept files: signed, good for a day or two, the same all day."""

from datetime import UTC, datetime
from functools import partial

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from rooms.conf import get_settings
from rooms.domain.content import EventContent
from rooms.domain.frozen import utc_now
from rooms.domain.media import FileContent, kept_id_of, name_of, replace_files

SALT = "roomkit.media"
DAY_S = 24 * 3600
HOUR_S = 3600


def build_link(file_id: str, name: str, *, now: datetime | None = None) -> str:
    """Return the path at which a kept file can be fetched, with its signature.

    It ends `MEDIA_LINK_HOURS` after the end of the day (UTC), so that whoever is told of the same
    file twice on a day is told the same address.

    Args:
        file_id: The file's.
        name: What it is saved as, without slashes.
        now: The present moment.
    """
    today = int((now or utc_now()).timestamp()) // DAY_S
    ends_at = (today + 1) * DAY_S + get_settings().MEDIA_LINK_HOURS * HOUR_S
    path = reverse("roomkit_rooms:media", args=[file_id, name])
    return f"{path}?e={ends_at}&s={_signer().signature(_told(file_id, name, ends_at))}"


def check_link(
    file_id: str, name: str, ends_at: str, signature: str, *, now: datetime | None = None
) -> bool:
    """Tell whether we made a link and it has not ended."""
    if not (ends_at.isascii() and ends_at.isdigit()):
        return False
    signer = _signer()
    try:
        signer.unsign(f"{_told(file_id, name, ends_at)}{signer.sep}{signature}")
    except BadSignature:
        return False
    return (now or datetime.now(UTC)).timestamp() < int(ends_at)


def show_files(content: EventContent, *, base: str = "") -> EventContent:
    """Return a content whose kept files have addresses; the same object if it has none.

    Args:
        content: What to show.
        base: What stands before the path, such as `https://chat.example.org`.
    """
    return replace_files(content, partial(_show, base=base.rstrip("/")))


def _show(file: FileContent, *, base: str) -> FileContent:
    file_id = kept_id_of(file.url)
    if not file_id:
        return file
    return file.model_copy(update={"url": base + build_link(file_id, name_of(file))})


def _told(file_id: str, name: str, ends_at: int | str) -> str:
    return f"{file_id}/{name}/{ends_at}"


def _signer() -> Signer:
    return Signer(salt=SALT)
