"""Writes of merges of identities: one transaction moves everything, another moves it back."""

from collections.abc import Iterable
from functools import reduce

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from rooms import models
from rooms.domain import identity_merge as values
from rooms.domain.errors import (
    IdentityMergeNotFoundError,
    IdentityMergeRefusedError,
    IdentityNotFoundError,
)
from rooms.domain.identity import Identity
from rooms.models.columns import ID_LENGTH
from rooms.selectors.clock import get_database_now
from rooms.services.audit import AuditAction, build_entry

AT_A_TIME = 200


@transaction.atomic
def merge_identities(
    *,
    survivor_id: str,
    merged_id: str,
    user_id: str | None = None,
    reason: str | None = None,
    actor: AbstractBaseUser | None = None,
) -> models.IdentityMerge:
    """Let one identity go on for two of the same organization.

    Args:
        survivor_id: The one that goes on.
        merged_id: The one that is taken in.
        user_id: Who did it, as the host names its users.
        reason: Why, in words.
        actor: Who did it, as an account of the site.

    Raises:
        IdentityNotFoundError: If there is no such identity in the survivor's organization.
        IdentityMergeRefusedError: If they are one already, or one of them was merged before.
    """
    survivor, merged = _lock(survivor_id, merged_id)
    refusal = values.why_not_merged(survivor.to_domain(), merged.to_domain())
    if refusal:
        raise IdentityMergeRefusedError(refusal)
    filled, external_ids = values.take_over(survivor.to_domain(), merged.to_domain())
    merge = values.IdentityMerge(
        organization_id=survivor.organization_id or None,
        survivor_id=survivor.pk,
        merged_id=merged.pk,
        merged_at=get_database_now(),
        merged_by=user_id,
        reason=reason,
        addresses=_move_addresses(merged.pk, survivor.pk),
        participants=_move_participants(merged, survivor),
        filled=filled,
        external_ids=external_ids,
    )
    _write(values.after_merge(survivor.to_domain(), merge))
    models.Identity.objects.filter(pk=merged.pk).update(merged_into=survivor.pk)
    row = models.IdentityMerge.from_domain(merge)
    row.save(force_insert=True)
    _note(row, AuditAction.IDENTITIES_MERGED, user_id=user_id, actor=actor)
    return row


@transaction.atomic
def unmerge_identities(
    *, merge_id: str, user_id: str | None = None, actor: AbstractBaseUser | None = None
) -> models.IdentityMerge:
    """Give a merged identity back what came from it; what came later stays with the survivor.

    Raises:
        IdentityMergeNotFoundError: If there is no such merge.
        IdentityMergeRefusedError: If it is too late, or another merge has to be undone first.
    """
    row = models.IdentityMerge.objects.filter(pk=merge_id).first()
    if row is None:
        raise IdentityMergeNotFoundError(merge_id)
    survivor, merged = _lock(row.survivor_id, row.merged_id)
    # Whoever waited for the same two may have undone it.
    row.refresh_from_db()
    now = get_database_now()
    merge = row.to_domain()
    refusal = merge.why_not_undone(merged.to_domain(), survivor.to_domain(), now=now)
    if refusal:
        raise IdentityMergeRefusedError(refusal)
    _give_addresses_back(merge)
    _give_participants_back(merge)
    _lead_back(merge)
    _write(values.after_undo(survivor.to_domain(), merge))
    models.Identity.objects.filter(pk=merged.pk).update(merged_into=None)
    row.undone_at, row.undone_by = now, user_id
    row.save(update_fields=["undone_at", "undone_by"])
    _note(row, AuditAction.MERGE_UNDONE, user_id=user_id, actor=actor)
    return row


def _lock(survivor_id: str, merged_id: str) -> tuple[models.Identity, models.Identity]:
    """Return two identities of one organization, locked in the order in which everybody does."""
    rows = models.Identity.objects.select_for_update().filter(pk__in=[survivor_id, merged_id])
    found = {row.pk: row for row in rows.order_by("pk")}
    for identity_id in (survivor_id, merged_id):
        if identity_id not in found:
            raise IdentityNotFoundError(identity_id)
    survivor, merged = found[survivor_id], found[merged_id]
    if survivor.organization_id != merged.organization_id:
        raise IdentityNotFoundError(merged_id)
    return survivor, merged


def _write(identity: Identity) -> None:
    columns = models.Identity.own_columns(identity)
    models.Identity.objects.filter(pk=identity.id).update(**columns)


def _move_addresses(from_id: str, to_id: str) -> list[tuple[str, str]]:
    rows = models.IdentityAddress.objects.filter(identity_id=from_id)
    moved = list(rows.order_by("pk").values_list("channel_type", "address"))
    rows.update(identity_id=to_id)
    return moved


def _move_participants(old: models.Identity, new: models.Identity) -> list[tuple[str, str]]:
    """Move participants; another organization's resolver may use the same ids for its people."""
    rows = models.Participant.objects.filter(identity_id=old.pk)
    if old.organization_id:
        rows = rows.filter(room__organization_id=old.organization_id)
    moved = list(rows.order_by("pk").values_list("room_id", "participant_id"))
    rows.update(identity_id=new.pk)
    return moved


def _give_addresses_back(merge: values.IdentityMerge) -> None:
    mine = models.IdentityAddress.objects.filter(identity_id=merge.survivor_id)
    for some in _batches(merge.addresses):
        which = _any_of(Q(channel_type=kind, address=address) for kind, address in some)
        mine.filter(which).update(identity_id=merge.merged_id)


def _give_participants_back(merge: values.IdentityMerge) -> None:
    mine = models.Participant.objects.filter(identity_id=merge.survivor_id)
    for some in _batches(merge.participants):
        which = _any_of(Q(room_id=room, participant_id=person) for room, person in some)
        mine.filter(which).update(identity_id=merge.merged_id)


def _lead_back(merge: values.IdentityMerge) -> None:
    """Let no address that was given back lead into a room of the survivor's.

    In a room of both it is the merged one's again.
    """
    here = models.Participant.objects.filter(room_id=OuterRef("room_id"))
    survivors = here.filter(
        identity_id=merge.survivor_id, participant_id=OuterRef("participant_id")
    )
    own = here.filter(identity_id=merge.merged_id).order_by("pk").values("participant_id")
    wrong = models.RoomAddress.objects.filter(Exists(survivors))
    for some in _batches(merge.addresses):
        rows = wrong.filter(_any_of(Q(channel_type=kind, address=each) for kind, each in some))
        rows.filter(~Exists(own)).delete()
        rows.update(participant_id=Subquery(own[:1]))


def _batches(pairs: list[tuple[str, str]]) -> Iterable[list[tuple[str, str]]]:
    return (pairs[start : start + AT_A_TIME] for start in range(0, len(pairs), AT_A_TIME))


def _any_of(conditions: Iterable[Q]) -> Q:
    return reduce(Q.__or__, conditions)


def _note(
    row: models.IdentityMerge,
    action: AuditAction,
    *,
    user_id: str | None,
    actor: AbstractBaseUser | None,
) -> None:
    entry = build_entry(
        actor=actor,
        action=action,
        row=row,
        organization_id=row.organization_id,
        detail={
            "survivor": row.survivor_id,
            "merged": row.merged_id,
            "addresses": len(row.addresses),
            "participants": len(row.participants),
        },
    )
    if actor is None:
        entry.actor_label = (user_id or "")[:ID_LENGTH]
    entry.save()
