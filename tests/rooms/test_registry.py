"""The channels that are registered in this process."""

import pytest

from rooms import ChannelAlreadyRegisteredError, ChannelNotRegisteredError
from rooms.registry import ChannelRegistry
from rooms.testing.rig import Recorder


@pytest.fixture
def registry() -> ChannelRegistry:
    return ChannelRegistry()


def test_channel_is_found_by_its_id(registry: ChannelRegistry) -> None:
    phone = Recorder("phone")
    registry.add(phone)

    assert registry.get("phone") is registry.require("phone") is phone


def test_id_is_taken_once(registry: ChannelRegistry) -> None:
    first = Recorder("phone")
    registry.add(first)

    with pytest.raises(ChannelAlreadyRegisteredError, match="phone"):
        registry.add(Recorder("phone"))

    assert registry.get("phone") is first


def test_missing_channel_is_none_or_an_error(registry: ChannelRegistry) -> None:
    assert registry.get("phone") is None

    for ask in (registry.require, registry.remove):
        with pytest.raises(ChannelNotRegisteredError, match="phone"):
            ask("phone")


def test_removed_channel_is_handed_back_and_its_id_free(registry: ChannelRegistry) -> None:
    phone = Recorder("phone")
    registry.add(phone, "acme")

    removed = registry.remove("phone")

    assert removed is phone
    assert (registry.get("phone"), registry.organization_of("phone")) == (None, None)
    registry.add(Recorder("phone"))


@pytest.mark.parametrize("organization_id", [None, "acme"])
def test_channel_belongs_to_its_organization(
    registry: ChannelRegistry, organization_id: str | None
) -> None:
    registry.add(Recorder("phone"), organization_id)

    assert registry.organization_of("phone") == organization_id


def test_list_of_channels_is_the_caller_s_own(registry: ChannelRegistry) -> None:
    registry.add(Recorder("phone"))
    registry.add(Recorder("mail"))

    listed = registry.all()
    listed.clear()

    assert list(registry.all()) == ["phone", "mail"]
