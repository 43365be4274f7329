"""Who sees which rooms, and what each group may do."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from rooms import models
from rooms.models.permissions import PERMISSIONS
from rooms.permissions import (
    PERMISSIONS_OF_GROUP,
    RoomGroup,
    RoomPermission,
    has_permission,
    organizations_of,
)
from rooms.services.groups import StandardGroups
from rooms.testing.factories import make_room

pytestmark = [pytest.mark.database, pytest.mark.django_db]

P = RoomPermission

# The first group that has a permission; those below it in the list have it too.
FIRST_GROUP = {
    P.VIEW_ROOM: RoomGroup.VIEWER,
    P.REPLY: RoomGroup.AGENT,
    P.NOTE: RoomGroup.AGENT,
    P.WHISPER_AI: RoomGroup.AGENT,
    P.TAKE_OVER: RoomGroup.AGENT,
    P.ASSIGN: RoomGroup.AGENT,
    P.PAUSE_AI_ROOM: RoomGroup.AGENT,
    P.RETRY_DELIVERY: RoomGroup.AGENT,
    P.LISTEN: RoomGroup.SUPERVISOR,
    P.WHISPER_CALL: RoomGroup.SUPERVISOR,
    P.BARGE: RoomGroup.SUPERVISOR,
    P.END_CALL: RoomGroup.SUPERVISOR,
    P.PAUSE_AI_GLOBAL: RoomGroup.SUPERVISOR,
    P.VIEW_REPORTS: RoomGroup.SUPERVISOR,
    P.VIEW_COST: RoomGroup.SUPERVISOR,
    P.VIEW_AUDIT: RoomGroup.SUPERVISOR,
    P.MERGE: RoomGroup.SUPERVISOR,
    P.MANAGE_AGENTS: RoomGroup.ADMINISTRATOR,
    P.PUBLISH_AGENT: RoomGroup.ADMINISTRATOR,
    P.MANAGE_CHANNELS: RoomGroup.ADMINISTRATOR,
    P.VIEW_SECRETS_META: RoomGroup.ADMINISTRATOR,
    P.EXPORT: RoomGroup.ADMINISTRATOR,
    P.ERASE: RoomGroup.ADMINISTRATOR,
}
RANKS = list(RoomGroup)


@pytest.fixture
def three_rooms() -> None:
    for organization_id in (None, "acme", "umbrella"):
        room = make_room(f"room of {organization_id}", organization_id=organization_id)
        models.Room.from_domain(room).save()


def member_of(group: RoomGroup) -> User:
    user = User.objects.create_user("somebody")
    user.groups.add(Group.objects.get(name=group.value))
    return user


def rooms_of(user: AbstractBaseUser | AnonymousUser) -> set[str]:
    rooms = models.Room.objects.visible_to(user)
    return {room_id.removeprefix("room of ") for room_id in rooms.values_list("pk", flat=True)}


# -- codes and groups


def test_every_code_is_a_permission_of_rooms() -> None:
    declared = [codename for codename, _ in PERMISSIONS]

    assert [P.VIEW_ROOM.value, *declared] == [permission.value for permission in P]
    assert set(FIRST_GROUP) == set(P)


@pytest.mark.parametrize("group", RoomGroup)
def test_group_may_do_what_its_rank_allows(group: RoomGroup) -> None:
    user = member_of(group)

    allowed = {permission for permission in P if has_permission(user, permission)}

    assert allowed == {
        permission
        for permission, first in FIRST_GROUP.items()
        if RANKS.index(first) <= RANKS.index(group)
    }


@pytest.mark.parametrize("group", RoomGroup)
def test_every_permission_of_a_group_exists(group: RoomGroup) -> None:
    assert member_of(group).get_all_permissions() == PERMISSIONS_OF_GROUP[group]


@pytest.mark.parametrize(
    ("permission", "first"),
    [
        ("roomkit_rooms.view_event", RoomGroup.VIEWER),
        ("roomkit_rooms.change_task", RoomGroup.AGENT),
        ("roomkit_rooms.view_eventrevision", RoomGroup.SUPERVISOR),  # deleted messages
        ("roomkit_rooms.change_channelbinding", RoomGroup.SUPERVISOR),
        ("roomkit_hooks.view_hookrun", RoomGroup.SUPERVISOR),
        ("roomkit_rooms.change_room", RoomGroup.ADMINISTRATOR),
        ("roomkit_rooms.delete_identity", RoomGroup.ADMINISTRATOR),
    ],
)
def test_admin_page_opens_from_a_rank_on(permission: str, first: RoomGroup) -> None:
    holders = [group for group in RANKS if permission in PERMISSIONS_OF_GROUP[group]]

    assert holders == RANKS[RANKS.index(first) :]


# -- making the groups


def migrate(groups: StandardGroups, *new: str) -> None:
    """Act as a migration that brings the permissions `new` into the world."""
    Permission.objects.filter(codename__in=new).delete()
    groups.before(using="default", apps=apps)
    groups.after(using="default", apps=apps)


def test_missing_group_is_made_again_with_everything() -> None:
    Group.objects.filter(name=RoomGroup.AGENT.value).delete()

    migrate(StandardGroups())

    assert member_of(RoomGroup.AGENT).has_perm(P.REPLY.full)


def test_migrating_again_keeps_what_the_site_changed() -> None:
    viewers = Group.objects.get(name=RoomGroup.VIEWER.value)
    viewers.permissions.clear()

    migrate(StandardGroups())

    assert not viewers.permissions.exists()


def test_new_permission_reaches_groups_that_exist() -> None:
    agents = Group.objects.get(name=RoomGroup.AGENT.value)
    agents.permissions.clear()

    migrate(StandardGroups(), "reply")

    assert list(agents.permissions.values_list("codename", flat=True)) == ["reply"]


def test_groups_are_complete_where_permissions_are_made_later() -> None:
    """As in a site that lists these apps before `django.contrib.auth`."""
    Group.objects.all().delete()
    Permission.objects.all().delete()

    StandardGroups().after(using="default", apps=apps)

    assert member_of(RoomGroup.SUPERVISOR).has_perm("roomkit_hooks.view_hookrun")


def test_migrating_a_database_without_people_makes_no_groups() -> None:
    class NoApps:
        def get_model(self, label: str, name: str) -> None:
            raise LookupError

    with CaptureQueriesContext(connection) as queries:
        StandardGroups().after(using="default", apps=NoApps())  # type: ignore[arg-type]

    assert not queries.captured_queries


# -- seeing rooms


def acme(user: User) -> Collection[str | None]:
    return {"acme"}


def acme_and_nobody(user: User) -> Collection[str | None]:
    return ["acme", None]


def nowhere(user: User) -> Collection[str | None]:
    return ()


def everywhere(user: User) -> None:
    return None


@pytest.mark.parametrize(
    ("function", "seen"),
    [
        (None, {"None", "acme", "umbrella"}),
        (everywhere, {"None", "acme", "umbrella"}),
        (acme, {"acme"}),
        (acme_and_nobody, {"acme", "None"}),  # having no organization is a namespace of its own
        (nowhere, set()),
    ],
)
@pytest.mark.usefixtures("three_rooms")
def test_member_sees_the_rooms_of_the_sites_choice(
    function: Callable[[User], Any] | None, seen: set[str], settings: Settings
) -> None:
    path = f"{__name__}.{function.__name__}" if function else None
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": path}

    assert rooms_of(member_of(RoomGroup.VIEWER)) == seen


@pytest.mark.usefixtures("three_rooms")
def test_superuser_sees_every_room_whatever_the_site_says(settings: Settings) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.nowhere"}

    assert len(rooms_of(User.objects.create_superuser("root"))) == 3


@pytest.mark.usefixtures("three_rooms")
def test_without_the_permission_nobody_sees_a_room() -> None:
    assert rooms_of(User.objects.create_user("somebody", is_staff=True)) == set()
    assert rooms_of(AnonymousUser()) == set()


@pytest.mark.usefixtures("three_rooms")
def test_inactive_superuser_sees_no_room() -> None:
    assert rooms_of(User.objects.create_superuser("root", is_active=False)) == set()


def test_user_model_without_permissions_sees_no_room() -> None:
    assert organizations_of(object()) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", ["acme", 7])
def test_answer_that_is_no_collection_is_refused(
    answer: object, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "nowhere", lambda user: answer)
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.nowhere"}

    with pytest.raises(ImproperlyConfigured, match=f"nowhere returned {answer!r}"):
        organizations_of(member_of(RoomGroup.VIEWER))


def test_every_model_can_be_narrowed_to_what_a_user_sees() -> None:
    user = User.objects.create_user("somebody")

    # Leases belong to processes, and to no organization.
    for model in set(apps.get_app_config("roomkit_rooms").get_models()) - {models.Lease}:
        assert not model._default_manager.visible_to(user).exists()  # type: ignore[attr-defined]
