"""Which providers channels can be made with, and what is asked for each."""

import sys
from inspect import signature

import pytest
from django.core.checks import run_checks
from django.utils.module_loading import import_string
from pytest_django import Settings

from channels_app.configured import catalog
from channels_app.configured.catalog import OURS, Ours, find_offer, list_catalog
from channels_app.configured.model_fields import ModelField, Shape, list_fields, secret_names
from channels_app.configured.offering import Listed, NotOffered
from rooms.domain.enums import ChannelType
from tests.channel_configs.toys import ToyConfig

TOY = "tests.channel_configs.toys.ToyProvider"


def listed(path: str) -> Listed:
    return next(each for each in list_catalog() if each.path == path)


def fields_of(path: str) -> dict[str, ModelField]:
    return {field.name: field for field in list_fields(find_offer(path).config_model)}


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.path)
def test_each_of_ours_is_offered_for_its_kind_of_channel(ours: Ours) -> None:
    offer = find_offer(ours.path)

    assert offer.kind.channel_type is ours.channel_type
    assert offer.provider_class.extra == ours.extra


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.path)
def test_each_store_that_a_provider_takes_is_given(ours: Ours) -> None:
    parameters = signature(find_offer(ours.path).provider_class).parameters
    stores = [name for name in parameters if name.endswith("_store")]

    assert [name for name, _ in ours.parts] == stores
    assert all(import_string(path) for _, path in ours.parts)


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.path)
def test_each_field_of_ours_says_what_it_is(ours: Ours) -> None:
    fields = fields_of(ours.path).values()

    assert [field.name for field in fields if not field.help] == []


def test_kind_follows_from_the_contract_of_the_class(settings: Settings) -> None:
    settings.ROOMKIT = {"PROVIDERS": [TOY]}

    assert listed(TOY) == Listed(TOY, "Toy", "SMS")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("toys.Formless", "config_model"),
        ("toys.NoContract", "no provider"),
        ("toys.Missing", "does not import"),
    ],
)
def test_provider_that_cannot_be_used_is_listed_with_the_reason(
    settings: Settings, name: str, reason: str
) -> None:
    path = f"tests.channel_configs.{name}"
    settings.ROOMKIT = {"PROVIDERS": [path]}

    assert reason in listed(path).problem


def test_provider_that_nobody_listed_is_not_imported() -> None:
    with pytest.raises(NotOffered, match="PROVIDERS"):
        find_offer("antigravity.Fly")

    assert "antigravity" not in sys.modules


def test_missing_sdk_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Ours("tests.channel_configs.sdkless.AcmeProvider", "Acme", ChannelType.SMS, "acme")
    monkeypatch.setattr(catalog, "OURS", (ours,))

    problem = Listed(
        ours.path, "Acme", "SMS", "Acme needs its SDK: pip install 'django-roomkit[acme]'"
    )

    assert list_catalog() == [problem]


def test_check_names_a_provider_that_does_not_import(settings: Settings) -> None:
    settings.ROOMKIT = {"PROVIDERS": ["no.such.Provider"]}

    assert "ROOMKIT['PROVIDERS'][0]" in str([each.msg for each in run_checks()])


# -- what is asked


def test_shapes_follow_from_the_annotations() -> None:
    shapes = {field.name: field.shape for field in list_fields(ToyConfig)}

    assert shapes == {"key": Shape.TEXT, "colour": Shape.CHOICE, "labels": Shape.LINES}


def test_what_may_hold_credentials_is_secret() -> None:
    names = secret_names(find_offer("channels_app.WebhookHTTPProvider").config_model)

    assert names == {"secret", "previous_secrets", "headers"}


def test_help_says_what_it_is_and_where_it_stands() -> None:
    token = fields_of("channels_app.TwilioSMSProvider")["auth_token"]

    assert token.help.startswith("Proves us to Twilio")
    assert "Console" in token.help


def test_what_could_harm_the_site_is_left_to_the_settings() -> None:
    assert "backend" not in fields_of("channels_app.SMTPProvider")
    assert "allow_private_hosts" not in fields_of("channels_app.WebhookHTTPProvider")


def test_options_of_the_channel_are_those_of_its_factory() -> None:
    [field] = list_fields(find_offer("channels_app.TwilioSMSProvider").channel_model)

    assert (field.name, field.is_required) == ("from_number", False)
    assert "every room" in field.help
