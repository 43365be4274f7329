"""What people do with the channels there are, and what they never get to see of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter
from pytest_django import Settings

from channels_app.models import ChannelConfig
from channels_app.secrets import decrypt
from channels_app.testing.fakes import telegram, twilio_answers
from channels_app.testing.fakes.twilio import FakeTwilio
from rooms import models
from rooms.models import AuditEntry
from rooms.permissions import PERMISSIONS_OF_GROUP, RoomGroup
from rooms.testing.factories import make_binding, make_room
from tests.admin.rows import make_user
from tests.channel_configs.kits import TOY
from tests.channel_configs.pages import (
    CHANNEL,
    RIGHTS,
    TOKEN,
    TWILIO,
    act,
    add,
    address,
    change,
    errors_on,
    stored,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def bind_to_a_room() -> None:
    models.Room.from_domain(make_room("room-1")).save()
    binding = make_binding(room_id="room-1", channel_id=CHANNEL)
    models.ChannelBinding.from_domain(binding).save()


# -- changing


def test_page_shows_no_secret_and_says_that_there_is_one(
    admin_client: Client, added: ChannelConfig
) -> None:
    page = admin_client.get(address("change", CHANNEL)).content.decode()

    assert TOKEN not in page
    assert added.secrets not in page
    assert 'placeholder="unchanged"' in page


def test_secret_that_is_left_empty_stays(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    change(admin_client, twilio, config_timeout="5")

    assert decrypt(stored().secrets) == {"auth_token": TOKEN}
    assert (stored().options["config"]["timeout"], stored().version) == (5.0, 2)


def test_page_that_is_out_of_date_changes_nothing(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    page = admin_client.get(address("change", CHANNEL)).content.decode()
    assert 'name="seen_version" value="1"' in page
    change(admin_client, twilio, config_timeout="5", seen_version="1")

    late = change(admin_client, twilio, config_timeout="7", seen_version="1")

    assert late.status_code == 302
    assert "changed by somebody else" in admin_client.get(late["Location"]).content.decode()
    assert (stored().options["config"]["timeout"], stored().version) == (5.0, 2)


def test_secret_does_not_follow_to_another_host(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    with FakeTwilio().serving() as elsewhere:
        assert "enter them again" in errors_on(change(admin_client, elsewhere))
        assert elsewhere.requests == []

        change(admin_client, elsewhere, config_auth_token=TOKEN)

        assert stored().options["config"]["base_url"] == elsewhere.url


def test_failure_report_shows_nothing_that_was_posted(
    admin_client: Client, twilio: FakeTwilio
) -> None:
    request = add(admin_client, twilio).wsgi_request

    shown = SafeExceptionReporterFilter().get_post_parameters(request)

    assert shown["config_auth_token"] == SafeExceptionReporterFilter.cleansed_substitute


def test_secret_that_is_not_needed_can_be_forgotten(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    change(admin_client, twilio, config_secondary_auth_token="another-token")
    assert decrypt(stored().secrets) == {
        "auth_token": TOKEN,
        "secondary_auth_token": "another-token",
    }

    change(admin_client, twilio, forget_secondary_auth_token="on")

    assert decrypt(stored().secrets) == {"auth_token": TOKEN}


def test_id_and_provider_stay(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    path = f"{address('change', CHANNEL)}?provider={TOY}"
    admin_client.post(path, {"channel_id": "other", "is_enabled": "on"})
    change(admin_client, twilio, channel_id="other", organization_id="other")

    assert (stored().pk, stored().provider, stored().organization_id) == (CHANNEL, TWILIO, "")


def test_page_names_the_addresses_to_paste(
    admin_client: Client, added: ChannelConfig, settings: Settings
) -> None:
    path = f"/webhooks/sms/twilio/{CHANNEL}"
    page = admin_client.get(address("change", CHANNEL)).content.decode()
    assert path in page
    assert "PUBLIC_URL is not set" in page

    settings.ROOMKIT = {"PUBLIC_URL": "https://chat.example/"}
    page = admin_client.get(address("change", CHANNEL)).content.decode()

    assert f"https://chat.example{path}<" in page
    assert f"https://chat.example{path}/status<" in page
    assert "PUBLIC_URL is not set" not in page


def test_secrets_that_no_key_reads_are_told_and_entered_again(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig, settings: Settings
) -> None:
    ChannelConfig.objects.update(secrets="gAAAA-of-another-key")
    assert "cannot be decrypted" in admin_client.get(address("changelist")).content.decode()

    assert "required" in errors_on(change(admin_client, twilio))
    change(admin_client, twilio, config_auth_token=TOKEN)

    assert decrypt(stored().secrets) == {"auth_token": TOKEN}


def test_secrets_that_are_not_needed_are_not_lost_with_their_key(admin_client: Client) -> None:
    form = {"channel_id": "mail", "config_from_email": "a@shop.example", "config_password": "pw-1"}
    admin_client.post(address("add", provider="channels_app.SMTPProvider"), form)
    ChannelConfig.objects.update(secrets="gAAAA-of-another-key")

    late = admin_client.post(address("change", "mail"), form | {"config_password": ""})

    assert "cannot be decrypted" in errors_on(late)
    assert stored().secrets == "gAAAA-of-another-key"


def test_channel_of_a_provider_that_is_gone_can_be_looked_at(admin_client: Client) -> None:
    ChannelConfig.objects.create(channel_id="old", channel_type="sms", provider="gone.Provider")

    page = admin_client.get(address("change", "old")).content.decode()

    assert "gone.Provider is not listed" in page


# -- actions


def test_check_now_notes_what_the_vendor_says(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    twilio.credentials = {twilio_answers.ACCOUNT_SID: "exchanged"}
    assert "auth token" in act(admin_client, "check_now")
    assert (stored().version, "auth token" in stored().check_error) == (1, True)

    twilio.credentials = {twilio_answers.ACCOUNT_SID: TOKEN}

    assert f"“{CHANNEL}”: works" in act(admin_client, "check_now")
    assert stored().check_error == ""


def test_channel_is_switched_off_and_on(admin_client: Client, added: ChannelConfig) -> None:
    act(admin_client, "disable")
    assert (stored().is_enabled, stored().version) == (False, 2)

    act(admin_client, "enable")

    assert (stored().is_enabled, stored().version) == (True, 3)


def test_vendor_that_cannot_be_told_the_address_says_so(
    admin_client: Client, added: ChannelConfig, settings: Settings
) -> None:
    assert "set PUBLIC_URL first" in act(admin_client, "set_webhook")

    settings.ROOMKIT = {"PUBLIC_URL": "https://chat.example"}

    assert "by a person" in act(admin_client, "set_webhook")


@pytest.fixture
def bot() -> Iterator[telegram.FakeTelegram]:
    with telegram.FakeTelegram().serving() as fake:
        yield fake


def test_vendor_that_can_be_told_the_address_is_told(
    admin_client: Client, bot: telegram.FakeTelegram, settings: Settings
) -> None:
    settings.ROOMKIT = {"PUBLIC_URL": "https://chat.example"}
    form = {"channel_id": "bot", "config_bot_token": telegram.TOKEN, "config_timeout": "5"}
    form |= {"config_webhook_secret": telegram.SECRET, "config_api_base": bot.url}
    admin_client.post(address("add", provider="channels_app.TelegramBotProvider"), form)

    page = act(admin_client, "set_webhook", "bot")

    assert "knows the webhook address" in page
    assert bot.webhook["url"] == "https://chat.example/webhooks/telegram/telegram/bot"


def test_channel_of_open_rooms_is_not_deleted(admin_client: Client, added: ChannelConfig) -> None:
    bind_to_a_room()

    page = admin_client.post(address("delete", CHANNEL), {"post": "yes"}).content.decode()

    assert "1 open rooms: disable it instead" in page
    assert stored() == added


def test_channel_of_no_open_room_is_deleted(admin_client: Client, added: ChannelConfig) -> None:
    bind_to_a_room()
    models.Room.objects.update(status="closed")

    admin_client.post(address("delete", CHANNEL), {"post": "yes"})

    assert not ChannelConfig.objects.exists()


# -- who may, and what is written down


def test_only_administrators_come_near_channels() -> None:
    holders = [group for group, codes in PERMISSIONS_OF_GROUP.items() if codes.issuperset(RIGHTS)]
    viewers = [group for group, codes in PERMISSIONS_OF_GROUP.items() if RIGHTS[0] in codes]

    assert holders == viewers == [RoomGroup.ADMINISTRATOR]


def test_whoever_may_only_look_changes_nothing(twilio: FakeTwilio, added: ChannelConfig) -> None:
    client = Client()
    client.force_login(make_user("roomkit_rooms.view_room", RIGHTS[0]))

    assert client.get(address("change", CHANNEL)).status_code == 200
    assert client.get(address("add")).status_code == 403
    assert change(client, twilio, config_timeout="5").status_code == 403
    assert "check_now" not in act(client, "check_now")


def acme_only(user: User) -> list[str]:
    """Open one organization to everybody."""
    return ["acme"]


def test_channels_of_other_organizations_are_not_there(
    settings: Settings, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.acme_only"}
    client = Client()
    client.force_login(make_user("roomkit_rooms.view_room", *RIGHTS))

    assert client.get(address("change", CHANNEL)).status_code == 302
    assert list(client.get(address("changelist")).context["cl"].result_list) == []
    refused = add(client, twilio, channel_id="mine", organization_id="umbrella")
    assert 'id="id_organization_id_error"' in errors_on(refused)
    assert add(client, twilio, channel_id="mine", organization_id="acme").status_code == 302


def test_audit_trail_names_fields_and_no_values(
    admin_client: Client, twilio: FakeTwilio, added: ChannelConfig
) -> None:
    change(admin_client, twilio, config_timeout="5", config_auth_token=TOKEN)
    act(admin_client, "check_now")
    admin_client.post(address("delete", CHANNEL), {"post": "yes"})

    written: list[Any] = list(AuditEntry.objects.order_by("pk").values_list("action", "detail"))
    assert [action for action, _ in written] == [
        "channel_added",
        "channel_changed",
        "channel_checked",
        "channel_deleted",
    ]
    assert written[1][1] == {"fields": ["auth_token", "timeout"]}
    assert TOKEN not in str(written)
