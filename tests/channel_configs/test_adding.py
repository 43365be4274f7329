"""Making a channel in the admin: what is asked, checked, kept, and never shown."""

import pytest
from django.test import Client
from pytest_django import Settings

from channels_app.admin.channel_form import ANYWAY
from channels_app.models import ChannelConfig
from channels_app.secrets import decrypt
from channels_app.testing.fakes import twilio_answers
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.twilio import FakeTwilio
from tests.channel_configs.kits import TOY
from tests.channel_configs.pages import (
    CHANNEL,
    TOKEN,
    TWILIO,
    WRONG_TOKEN,
    add,
    address,
    errors_on,
    stored,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_provider_is_chosen_first(admin_client: Client) -> None:
    page = admin_client.get(address("add")).content.decode()

    assert f"?provider={TWILIO}" in page
    assert "Microsoft Teams" in page
    assert "config_" not in page


def test_form_asks_what_the_config_asks(admin_client: Client) -> None:
    page = admin_client.get(address("add", provider=TWILIO)).content.decode()

    assert '<input type="password" name="config_auth_token"' in page
    assert 'name="config_account_sid"' in page
    assert "Console" in page


def test_working_channel_is_kept_with_its_secrets_apart(added: ChannelConfig) -> None:
    assert (added.provider, added.channel_type, added.version) == (TWILIO, "sms", 1)
    assert added.options["config"]["account_sid"] == twilio_answers.ACCOUNT_SID
    assert decrypt(added.secrets) == {"auth_token": TOKEN}
    assert TOKEN not in f"{added.options} {added.secrets}"
    assert (added.check_error, added.checked_at is None) == ("", False)


def test_wrong_token_is_told_at_its_field_and_nothing_is_kept(
    admin_client: Client, twilio: FakeTwilio
) -> None:
    page = add(admin_client, twilio, config_auth_token=WRONG_TOKEN)

    assert 'id="id_config_auth_token_error"' in errors_on(page)
    assert WRONG_TOKEN not in page.content.decode()
    assert not ChannelConfig.objects.exists()


def test_vendor_that_is_away_is_told_in_words(admin_client: Client, twilio: FakeTwilio) -> None:
    twilio.fail_next(Fault(Response(500)))

    assert "Twilio could not be asked" in errors_on(add(admin_client, twilio))


def test_channel_can_be_kept_although_the_check_failed(
    admin_client: Client, twilio: FakeTwilio
) -> None:
    add(admin_client, twilio, config_auth_token=WRONG_TOKEN, **{ANYWAY: "on"})

    assert "auth token" in stored().check_error
    assert "auth token" in admin_client.get(address("changelist")).content.decode()


def test_channel_that_is_switched_off_is_not_checked(
    admin_client: Client, twilio: FakeTwilio
) -> None:
    add(admin_client, twilio, is_enabled=None, config_auth_token=WRONG_TOKEN)

    assert (stored().is_enabled, twilio.requests) == (False, [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel_id", "with/slash"),
        ("channel_id", "assistant"),  # the settings have it
        ("config_account_sid", ""),
        ("config_timeout", "soon"),
    ],
)
def test_wrong_value_is_told_at_its_field(
    admin_client: Client, twilio: FakeTwilio, field: str, value: str
) -> None:
    page = add(admin_client, twilio, **{field: value})

    assert f'id="id_{field}_error"' in errors_on(page)
    assert not ChannelConfig.objects.exists()


def test_what_only_the_config_knows_is_told_at_its_field(admin_client: Client) -> None:
    form = {"channel_id": CHANNEL, "is_enabled": "on", "config_bot_token": "1:token"}
    form |= {"config_webhook_secret": "not allowed!", "config_timeout": "30"}

    page = admin_client.post(address("add", provider="channels_app.TelegramBotProvider"), form)

    assert 'id="id_config_webhook_secret_error"' in errors_on(page)
    assert "not allowed!" not in page.content.decode()


def test_what_is_wrong_with_the_whole_is_told_above_the_form(admin_client: Client) -> None:
    form = {"channel_id": CHANNEL, "is_enabled": "on", "config_app_id": "x"}
    form |= {"config_app_password": "secret-1", "config_certificate_private_key": "secret-2"}

    page = admin_client.post(
        address("add", provider="channels_app.BotFrameworkTeamsProvider"), form
    )

    assert "go together" in errors_on(page)
    assert "secret-" not in page.content.decode()


def test_key_of_several_lines_keeps_them(admin_client: Client) -> None:
    provider = "channels_app.BotFrameworkTeamsProvider"
    page = admin_client.get(address("add", provider=provider)).content.decode()

    assert '<textarea name="config_certificate_private_key"' in page


# -- a provider of somebody else


def toy_form(**more: str) -> dict[str, str]:
    return {"channel_id": "toys", "is_enabled": "on", "config_colour": "blue"} | more


def test_provider_of_ones_own_needs_one_line_of_the_settings(
    admin_client: Client, settings: Settings
) -> None:
    settings.ROOMKIT = {"PROVIDERS": [TOY]}
    form = toy_form(config_key="right-key", config_labels="a\n\n b ")

    admin_client.post(address("add", provider=TOY), form)

    assert stored().options == {"config": {"colour": "blue", "labels": ["a", "b"]}, "channel": {}}
    assert decrypt(stored().secrets) == {"key": "right-key"}


@pytest.mark.parametrize("key", ["wrong-key", "bug-key"])
def test_word_of_a_provider_is_shown_without_the_secret(
    admin_client: Client, settings: Settings, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    settings.ROOMKIT = {"PROVIDERS": [TOY]}

    page = admin_client.post(address("add", provider=TOY), toy_form(config_key=key))

    assert "…" in errors_on(page)
    assert key not in page.content.decode()
    assert key not in caplog.text
