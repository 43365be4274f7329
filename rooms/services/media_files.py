"""Writes of kept files.

Rows come before bytes and go after them, so that no bytes are forgotten.
"""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Subquery

from rooms import models
from rooms.domain.frozen import new_id
from rooms.domain.media import FileOrigin
from rooms.selectors.clock import get_database_now
from rooms.selectors.media_files import columns_of, find_event_naming, list_unclaimed

FOLDER = "roomkit"


@transaction.atomic
def begin_file(
    *, origin: FileOrigin, filename: str, mime_type: str
) -> tuple[models.MediaFile, str]:
    """Say under which name the bytes of a file will be stored.

    Returns:
        The row, and the name under which a former attempt may have left bytes, "" if there is
        none. A row that has its bytes already comes back as it is.
    """
    row, is_new = models.MediaFile.objects.select_for_update().get_or_create(
        **columns_of(origin),
        defaults={
            "organization_id": origin.organization_id or "",
            "filename": filename,
            "mime_type": mime_type,
            "created_at": get_database_now(),
            "storage_name": _new_name(),
        },
    )
    if is_new or (row.stored_at is not None and row.erased_at is None):
        return row, ""
    former, row.storage_name = row.storage_name, _new_name()
    row.filename, row.mime_type = filename, mime_type
    # What was erased and comes once more is a new file.
    row.stored_at = row.erased_at = None
    row.room_id = row.event_id = ""
    row.save()
    return row, former


def finish_file(
    *, file_id: str, begun_as: str, stored_as: str, size_bytes: int, sha256: str
) -> models.MediaFile | None:
    """Note that the bytes are stored; None if another attempt has begun meanwhile.

    The storage may have chosen another name than it was asked for.
    """
    rows = models.MediaFile.objects.filter(
        pk=file_id, storage_name=begun_as, stored_at__isnull=True
    )
    done = rows.update(
        storage_name=stored_as,
        size_bytes=size_bytes,
        sha256=sha256,
        stored_at=get_database_now(),
    )
    return models.MediaFile.objects.get(pk=file_id) if done else None


def claim_files(*, ids: Collection[str], room_id: str, event_id: str) -> None:
    """Note that an event has files, unless a stored event has them already."""
    rows = models.MediaFile.objects.living().filter(pk__in=ids).without_event()
    room = models.Room.objects.filter(pk=room_id)
    rows.update(
        room_id=room_id,
        event_id=event_id,
        organization_id=Subquery(room.values("organization_id")[:1]),
    )


def erase_files_of_room(*, room_id: str) -> None:
    """Have the bytes of a room's files deleted."""
    models.MediaFile.objects.living().filter(room_id=room_id).update(erased_at=get_database_now())


def erase_files_of_events(*, event_ids: Collection[str]) -> None:
    """Have the bytes of the files of deleted events deleted, unless another event names them."""
    for row in models.MediaFile.objects.living().filter(event_id__in=event_ids):
        _give_or_erase(row)


def erase_unclaimed(*, hours: float, limit: int) -> int:
    """Have files deleted that no event came to have in so many hours; return how many.

    One that an event names after all is given to it instead.
    """
    return sum(map(_give_or_erase, list_unclaimed(hours=hours, limit=limit)))


def _give_or_erase(row: models.MediaFile) -> bool:
    """Give a file to an event that names it; else have it deleted, and tell so."""
    event = find_event_naming(row=row)
    # An event may have claimed it in this very moment.
    same = models.MediaFile.objects.filter(pk=row.pk, event_id=row.event_id)
    if event is not None:
        same.update(event_id=event.pk)
        return False
    return same.update(erased_at=get_database_now()) > 0


def forget_files(*, ids: Collection[str]) -> None:
    """Delete the rows of files whose bytes are gone."""
    models.MediaFile.objects.erased().filter(pk__in=ids).delete()


def _new_name() -> str:
    """Make a name that is no part of any address, for a storage that may be open to all."""
    name = new_id()
    return f"{FOLDER}/{name[:2]}/{name}"
