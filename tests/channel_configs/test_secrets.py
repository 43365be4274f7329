"""What lies in the database says nothing to whoever has no key, and keys can be exchanged."""

import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from channels_app.models import ChannelConfig
from channels_app.secrets import SecretsUnreadable, decrypt, encrypt
from rooms.conf import find_faults

OLD, NEW = "o" * 32, "n" * 32
VALUES = {"token": "s3cret", "headers": {"X-Key": "é"}}


def test_what_was_encrypted_is_read_again() -> None:
    assert decrypt(encrypt(VALUES)) == VALUES


def test_nothing_stays_nothing() -> None:
    assert (encrypt({}), decrypt("")) == ("", {})


def test_no_secret_stands_in_the_text() -> None:
    assert "s3cret" not in encrypt(VALUES)
    assert encrypt(VALUES) != encrypt(VALUES)


def test_every_key_reads_and_the_first_writes(settings: Settings) -> None:
    settings.ROOMKIT = {"SECRETS_KEYS": [OLD]}
    kept = encrypt(VALUES)
    settings.ROOMKIT = {"SECRETS_KEYS": [NEW, OLD]}
    fresh = encrypt(decrypt(kept))
    settings.ROOMKIT = {"SECRETS_KEYS": [NEW]}

    assert decrypt(fresh) == VALUES
    with pytest.raises(SecretsUnreadable, match="SECRETS_KEYS"):
        decrypt(kept)


def test_former_secret_key_of_django_still_reads(settings: Settings) -> None:
    settings.SECRET_KEY = OLD
    kept = encrypt(VALUES)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    assert decrypt(kept) == VALUES


def test_keys_may_be_set_after_secrets_were_kept(settings: Settings) -> None:
    kept = encrypt(VALUES)
    settings.ROOMKIT = {"SECRETS_KEYS": [NEW]}

    assert decrypt(kept) == VALUES


@pytest.mark.parametrize("given", [["short"], "short-and-no-list"])
def test_wrong_key_is_refused_and_not_shown(given: object) -> None:
    [fault] = find_faults({"SECRETS_KEYS": given})

    assert "SECRETS_KEYS" in fault
    assert "short" not in fault


def keep(channel_id: str) -> None:
    ChannelConfig.objects.create(channel_id=channel_id, provider="toy", secrets=encrypt(VALUES))


@pytest.mark.database
@pytest.mark.django_db
def test_command_makes_the_former_key_dispensable(settings: Settings) -> None:
    keep("a")
    settings.ROOMKIT = {"SECRETS_KEYS": [NEW]}

    call_command("rotate_secrets", stdout=io.StringIO())

    settings.SECRET_KEY = OLD
    row = ChannelConfig.objects.get()
    assert (decrypt(row.secrets), row.version) == (VALUES, 1)


@pytest.mark.database
@pytest.mark.django_db
def test_command_names_what_no_key_reads(settings: Settings) -> None:
    keep("lost")
    settings.SECRET_KEY = NEW

    with pytest.raises(CommandError, match="lost"):
        call_command("rotate_secrets", stdout=io.StringIO())
