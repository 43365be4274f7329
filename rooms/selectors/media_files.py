"""Reads of kept files."""

from collections.abc import Collection
from datetime import timedelta

from django.core.files.storage import Storage, storages

from rooms import models
from rooms.conf import get_settings
from rooms.domain.media import FileOrigin
from rooms.models.media_file import MediaFileQuerySet
from rooms.selectors.clock import get_database_now


def get_storage() -> Storage:
    """Return where the bytes are: the entry of `STORAGES` that `MEDIA_STORAGE` names."""
    return storages[get_settings().MEDIA_STORAGE]


def find_by_origin(*, origin: FileOrigin) -> models.MediaFile | None:
    """Return the file that came from there before, whether or not its bytes are all here."""
    return _living().filter(**columns_of(origin)).first()


def list_files(*, ids: Collection[str]) -> list[models.MediaFile]:
    """Return the files of these ids that are there to be read."""
    return list(_living().filter(pk__in=ids, stored_at__isnull=False))


def list_said(*, ids: Collection[str]) -> set[str]:
    """Return those of these ids whose files a stored event has."""
    files = _living().filter(pk__in=ids).with_event()
    return set(files.values_list("pk", flat=True))


def list_erased(*, limit: int) -> list[models.MediaFile]:
    """Return files whose bytes are to be deleted."""
    return list(models.MediaFile.objects.erased().order_by("erased_at")[:limit])


def list_unclaimed(*, hours: float, limit: int) -> list[models.MediaFile]:
    """Return files that are older than so many hours and that no stored event has."""
    before = get_database_now() - timedelta(hours=hours)
    rows = _living().kept_before(before).without_event()
    return list(rows.order_by("created_at")[:limit])


def find_event_naming(*, row: models.MediaFile) -> models.Event | None:
    """Return an event of the file's room whose content names it, though the file's row does not."""
    if not row.room_id:
        return None
    events = models.Event.objects.filter(room_id=row.room_id)
    return events.filter(content__icontains=row.to_domain().reference).first()


def columns_of(origin: FileOrigin) -> dict[str, str | int]:
    """Return the columns that tell where a file comes from."""
    return {
        "channel_id": origin.channel_id,
        "message_key": origin.message_key,
        "position": origin.position,
    }


def _living() -> MediaFileQuerySet:
    return models.MediaFile.objects.living()
