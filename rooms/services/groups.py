"""The groups that the apps bring along, made when their tables are."""

from contextlib import suppress
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import router, transaction

from rooms.permissions import CHANNELS, HOOKS, PERMISSIONS_OF_GROUP, ROOMS

LABELS = (HOOKS, ROOMS, CHANNELS)


class StandardGroups:
    """Makes missing groups with all their permissions, and hands out permissions that are new.

    What a site has taken from a group of ours, it keeps: an existing group gets only permissions
    that came into the world with this very migration. Connect `before` to `pre_migrate` and
    `after` to `post_migrate`.
    """

    def __init__(self) -> None:
        self._known: dict[str, frozenset[str]] = {}

    def before(self, *, using: str, apps: Apps, **_: object) -> None:
        """Remember which permissions exist."""
        self._known[using] = frozenset(_Tables(apps, using).permissions())

    def after(self, *, using: str, apps: Apps = installed, **_: object) -> None:
        """Bring the groups up to date; twice changes nothing."""
        tables = _Tables(apps, using)
        if not tables.are_here:
            return
        permissions = tables.permissions()
        if not permissions.keys() >= frozenset().union(*PERMISSIONS_OF_GROUP.values()):
            # The apps that make permissions may come after this one.
            tables.create_permissions()
            permissions = tables.permissions()
        known = self._known.pop(using, frozenset(permissions))
        with transaction.atomic(using=using):
            tables.fill(permissions, new=permissions.keys() - known)


class _Tables:
    """The tables of `django.contrib.auth` as they are in the midst of a migration."""

    def __init__(self, apps: Apps, using: str) -> None:
        # Their classes are made anew for each state of the migrations; no type knows them.
        self._group: Any = None
        self._permission: Any = None
        self._apps, self._using = apps, using
        with suppress(LookupError):
            self._group = apps.get_model("auth", "Group")
            self._permission = apps.get_model("auth", "Permission")

    @property
    def are_here(self) -> bool:
        return self._group is not None and router.allow_migrate_model(self._using, self._group)

    def permissions(self) -> dict[str, int]:
        """Return the keys of our apps' permissions by `app_label.codename`."""
        if not self.are_here:
            return {}
        rows = self._permission.objects.using(self._using).filter(
            content_type__app_label__in=LABELS
        )
        found = rows.values_list("content_type__app_label", "codename", "pk")
        return {f"{label}.{codename}": pk for label, codename, pk in found}

    def create_permissions(self) -> None:
        for label in LABELS:
            with suppress(LookupError):
                config = installed.get_app_config(label)
                create_permissions(config, verbosity=0, using=self._using, apps=self._apps)

    def fill(self, permissions: dict[str, int], *, new: frozenset[str] | set[str]) -> None:
        """Make missing groups with all they should have; give the others what is `new`."""
        groups = self._group.objects.using(self._using)
        names = [group.value for group in PERMISSIONS_OF_GROUP]
        there = set(groups.filter(name__in=names).values_list("name", flat=True))
        groups.bulk_create(
            [self._group(name=name) for name in names if name not in there], ignore_conflicts=True
        )
        keys = dict(groups.filter(name__in=names).values_list("name", "pk"))
        grants = [
            (keys[group.value], permissions[name])
            for group, names in PERMISSIONS_OF_GROUP.items()
            for name in names
            if name in permissions and (group.value not in there or name in new)
        ]
        through = self._group.permissions.through
        through.objects.using(self._using).bulk_create(
            [through(group_id=group, permission_id=one) for group, one in grants],
            ignore_conflicts=True,
        )
