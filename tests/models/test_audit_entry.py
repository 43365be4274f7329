"""Audit entries are written once: no way of Django's changes or removes one."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from rooms.models import AppendOnlyError, AuditEntry

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def entry() -> AuditEntry:
    return AuditEntry.objects.create(
        actor_label="sam",
        action="take_over",
        object_type="room",
        object_id="r",
        room_id="r",
        detail={"reason": "asked"},
    )


def _save(entry: AuditEntry) -> None:
    entry.action = "hand_back"
    entry.save()


@pytest.mark.parametrize(
    "change",
    [
        _save,
        lambda entry: entry.save(update_fields=["action"]),
        lambda entry: entry.delete(),
        lambda entry: AuditEntry.objects.update(action="x"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda entry: AuditEntry.objects.bulk_update([entry], ["action"]),
    ],
    ids=["save", "save fields", "delete", "update", "delete many", "bulk update"],
)
def test_a_stored_entry_cannot_be_changed(
    entry: AuditEntry, change: Callable[[AuditEntry], object]
) -> None:
    with pytest.raises(AppendOnlyError, match="append-only"):
        change(entry)
    assert AuditEntry.objects.get().action == "take_over"


def test_a_copy_with_the_same_key_does_not_overwrite(entry: AuditEntry) -> None:
    copy = AuditEntry(pk=entry.pk, action="erase", object_type="room", object_id="r")
    with pytest.raises(Exception, match=r"(?i)unique"):
        copy.save()


def test_entries_can_be_added_together() -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(action="note", object_type="room", object_id=name) for name in ("a", "b")
    )
    assert AuditEntry.objects.count() == 2


def test_an_entry_outlives_its_actor() -> None:
    user = User.objects.create(username="sam")
    AuditEntry.objects.create(
        actor=user, actor_label="sam", action="note", object_type="room", object_id="r"
    )
    user.delete()
    kept = AuditEntry.objects.get()
    assert (kept.actor_id, kept.actor_label) == (None, "sam")
