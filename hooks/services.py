"""Writes of the hooks app."""

from collections.abc import Iterable

from django.db import transaction

from hooks.models import HookRun

BATCH_ROWS = 500


@transaction.atomic
def record_runs(rows: Iterable[HookRun]) -> list[HookRun]:
    """Store unsaved rows, all or none, in as few statements as possible.

    Sync and blocking: call it from a thread, after the pipeline is done.
    """
    return HookRun.objects.bulk_create(rows, batch_size=BATCH_ROWS)
