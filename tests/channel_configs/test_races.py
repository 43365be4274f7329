"""What becomes of channels that somebody else changes while a person looks at a page of theirs."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from channels_app.models import ChannelConfig
from rooms.models import AuditEntry, ChannelBinding, Room
from rooms.testing.factories import make_binding, make_room
from tests.channel_configs.kits import keep
from tests.channel_configs.pages import CHANNEL, act, address

pytestmark = [pytest.mark.database, pytest.mark.django_db]

COUNT = "channels_app.admin.configured.count_open_rooms"


@pytest.fixture
def channel() -> ChannelConfig:
    return keep(CHANNEL)


@pytest.fixture
def attached_late(channel: ChannelConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room gets the channel after the page has counted its rooms."""
    Room.from_domain(make_room("room-1")).save()
    ChannelBinding.from_domain(make_binding(room_id="room-1", channel_id=CHANNEL)).save()
    monkeypatch.setattr(COUNT, lambda **_: 0)


@pytest.fixture
def deleted_late(channel: ChannelConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else deletes the channel while the page counts its rooms."""

    def delete_it(**_: object) -> int:
        ChannelConfig.objects.filter(pk=CHANNEL).delete()
        return 0

    monkeypatch.setattr(COUNT, delete_it)


def confirm(client: Client) -> str:
    """Say yes to the question whether to delete the channel; return the page that follows."""
    page = client.post(address("delete", CHANNEL), {"post": "yes"}, follow=True)
    text: str = page.content.decode()
    return text


def delete_chosen(client: Client, *channels: str) -> str:
    """Choose channels in the list, and say yes to the question whether to delete them."""
    form = {"action": "delete_selected", "_selected_action": channels, "post": "yes"}
    text: str = client.post(address("changelist"), form, follow=True).content.decode()
    return text


@pytest.mark.usefixtures("attached_late")
def test_channel_that_came_into_a_room_meanwhile_is_kept(admin_client: Client) -> None:
    page = confirm(admin_client)

    assert "attached to 1 open rooms" in page
    assert "was deleted successfully" not in page
    assert ChannelConfig.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.usefixtures("deleted_late")
def test_channel_that_was_deleted_meanwhile_is_told(admin_client: Client) -> None:
    assert "it was deleted meanwhile" in confirm(admin_client)
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("attached_late")
def test_of_chosen_channels_none_is_deleted_where_one_is_needed(admin_client: Client) -> None:
    keep("another")

    page = delete_chosen(admin_client, CHANNEL, "another")

    assert "attached to 1 open rooms" in page
    assert "Successfully deleted" not in page
    assert ChannelConfig.objects.count() == 2
    assert not LogEntry.objects.exists()


@pytest.mark.usefixtures("deleted_late")
def test_chosen_channel_that_was_deleted_meanwhile_is_told(admin_client: Client) -> None:
    assert "it was deleted meanwhile" in delete_chosen(admin_client, CHANNEL)


def test_chosen_channels_are_deleted_each_written_down(
    admin_client: Client, channel: ChannelConfig
) -> None:
    keep("another")

    assert "Successfully deleted 2" in delete_chosen(admin_client, CHANNEL, "another")
    assert AuditEntry.objects.filter(action="channel_deleted").count() == 2


def test_channel_that_is_gone_by_its_vendors_answer_is_told(
    admin_client: Client, channel: ChannelConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete_and_praise(row: ChannelConfig) -> str:
        row.delete()
        return ""

    monkeypatch.setattr("channels_app.admin.channel_actions.check", delete_and_praise)

    assert "it was deleted meanwhile" in act(admin_client, "check_now")
