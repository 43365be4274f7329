"""Whose models agents can be made with, and what is asked for each."""

import pytest
from pytest_django import Settings

from channels_app.configured import agent_catalog
from channels_app.configured.agent_catalog import (
    OTHERS,
    OURS,
    Ours,
    find_agent_offer,
    list_agent_catalog,
)
from channels_app.configured.catalog import list_catalog
from channels_app.configured.offering import Listed, NotOffered

OWL = "tests.agents_admin.models.OwlAIProvider"
TOY = "tests.channel_configs.toys.ToyProvider"


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.label)
def test_each_of_ours_is_offered(ours: Ours) -> None:
    offer = find_agent_offer(ours.path)

    assert offer.label == ours.label
    assert Listed(ours.path, ours.label, "Models") in list_agent_catalog()


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.label)
def test_what_versions_decide_is_not_asked_with_the_credentials(ours: Ours) -> None:
    asked = {field.name for field in find_agent_offer(ours.path).fields}

    assert asked.isdisjoint({"model", "max_tokens", "temperature"})


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.label)
def test_each_field_of_ours_says_what_it_is(ours: Ours) -> None:
    assert [each.name for each in find_agent_offer(ours.path).fields if not each.help] == []


def test_provider_of_models_in_the_settings_is_for_agents_only(settings: Settings) -> None:
    settings.ROOMKIT = {"PROVIDERS": [OWL, TOY]}

    assert Listed(OWL, "Owl AI", OTHERS) in list_agent_catalog()
    assert OWL not in [each.path for each in list_catalog()]
    assert TOY not in [each.path for each in list_agent_catalog()]


def test_provider_that_nobody_listed_is_refused() -> None:
    with pytest.raises(NotOffered, match="PROVIDERS"):
        find_agent_offer(OWL)


def test_missing_sdk_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Ours(OWL, "Owl", "", "owl", "owl_sdk")
    monkeypatch.setattr(agent_catalog, "OURS", (ours,))

    [listed] = list_agent_catalog()

    assert listed.problem == "Owl needs its SDK: pip install 'django-roomkit[owl]'"
