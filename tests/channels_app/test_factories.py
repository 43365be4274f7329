"""The nine factories: signatures, capabilities, recipient keys and options."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from channels_app import (
    EmailChannel,
    HTTPChannel,
    MessengerChannel,
    RCSChannel,
    SMSChannel,
    TeamsChannel,
    TelegramChannel,
    TransportChannel,
    WebSocketChannel,
    WhatsAppChannel,
    WhatsAppPersonalChannel,
)
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.enums import ChannelCategory, ChannelDirection, ChannelType


class Kind(NamedTuple):
    """What a factory is expected to make."""

    factory: Callable[..., TransportChannel]
    channel_type: ChannelType
    recipient_key: str
    media: str
    max_length: int | None
    flags: str
    limits: dict[str, Any] = {}


KINDS = [
    Kind(
        SMSChannel,
        ChannelType.SMS,
        "phone_number",
        "text media",
        1600,
        "read_receipts media",
        {"supported_media_types": ["image/jpeg", "image/png", "image/gif"]},
    ),
    Kind(
        RCSChannel,
        ChannelType.RCS,
        "phone_number",
        "text rich media",
        8000,
        "read_receipts typing rich_text buttons quick_replies cards media",
    ),
    Kind(
        EmailChannel,
        ChannelType.EMAIL,
        "email_address",
        "text rich media",
        None,
        "threading rich_text media",
    ),
    Kind(
        WhatsAppChannel,
        ChannelType.WHATSAPP,
        "phone_number",
        "text rich media location template",
        4096,
        "read_receipts reactions templates rich_text buttons quick_replies media edit delete",
        {"max_buttons": 3},
    ),
    Kind(
        WhatsAppPersonalChannel,
        ChannelType.WHATSAPP_PERSONAL,
        "phone_number",
        "text rich media audio video location",
        4096,
        "read_receipts reactions edit delete typing media audio video",
        {
            "supported_audio_formats": ["audio/ogg", "audio/mp4"],
            "supported_video_formats": ["video/mp4"],
        },
    ),
    Kind(
        MessengerChannel,
        ChannelType.MESSENGER,
        "facebook_user_id",
        "text rich media template",
        2000,
        "read_receipts delete buttons quick_replies media",
        {"max_buttons": 3},
    ),
    Kind(
        TeamsChannel,
        ChannelType.TEAMS,
        "teams_conversation_id",
        "text rich",
        28000,
        "threading reactions edit delete read_receipts rich_text",
    ),
    Kind(
        TelegramChannel,
        ChannelType.TELEGRAM,
        "telegram_chat_id",
        "text rich media location",
        4096,
        "rich_text buttons edit delete reactions typing media",
    ),
    Kind(HTTPChannel, ChannelType.WEBHOOK, "recipient_id", "text rich", None, ""),
]
EACH_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.factory.__name__)


def capabilities(
    media: str, max_length: int | None, flags: str, **limits: Any
) -> ChannelCapabilities:
    fields: dict[str, Any] = {f"supports_{flag}": True for flag in flags.split()}
    fields |= {"media_types": media.split(), "max_length": max_length} | limits
    return ChannelCapabilities(**fields)


@EACH_KIND
def test_factory_makes_a_bidirectional_transport_of_its_type(kind: Kind) -> None:
    channel = kind.factory("c1")

    assert isinstance(channel, TransportChannel)
    assert (channel.channel_id, channel.channel_type) == ("c1", kind.channel_type)
    assert channel.category is ChannelCategory.TRANSPORT
    assert channel.direction is ChannelDirection.BIDIRECTIONAL


@EACH_KIND
def test_factory_declares_exactly_the_capabilities_of_its_type(kind: Kind) -> None:
    expected = capabilities(kind.media, kind.max_length, kind.flags, **kind.limits)

    assert kind.factory("c1").capabilities() == expected


@EACH_KIND
def test_factory_knows_where_the_recipient_is_kept(kind: Kind) -> None:
    assert kind.factory("c1").recipient_key == kind.recipient_key


@pytest.mark.parametrize(
    ("factory", "options"),
    [
        (SMSChannel, {"provider": None, "from_number": None}),
        (RCSChannel, {"provider": None, "fallback": True}),
        (EmailChannel, {"provider": None, "from_address": None}),
        (WhatsAppChannel, {"provider": None}),
        (WhatsAppPersonalChannel, {"provider": None}),
        (MessengerChannel, {"provider": None}),
        (TeamsChannel, {"provider": None}),
        (TelegramChannel, {"provider": None}),
        (HTTPChannel, {"provider": None}),
    ],
)
def test_factory_takes_the_id_by_place_and_the_rest_by_name(
    factory: Callable[..., TransportChannel], options: dict[str, Any]
) -> None:
    first, *rest = inspect.signature(factory).parameters.values()

    assert (first.name, first.default) == ("channel_id", inspect.Parameter.empty)
    assert {each.name: each.default for each in rest} == options
    assert {each.kind for each in rest} == {inspect.Parameter.KEYWORD_ONLY}


def test_transport_channel_has_the_promised_signature() -> None:
    parameters = inspect.signature(TransportChannel).parameters

    assert {name: each.default for name, each in parameters.items()} == {
        "channel_id": inspect.Parameter.empty,
        "channel_type": inspect.Parameter.empty,
        "provider": None,
        "capabilities": None,
        "recipient_key": "recipient_id",
        "defaults": None,
    }


@pytest.mark.parametrize(
    ("channel", "info"),
    [
        (SMSChannel("c1"), {}),
        (SMSChannel("c1", from_number="+15550100001"), {"from_": "+15550100001"}),
        (RCSChannel("c1"), {"fallback": True}),
        (RCSChannel("c1", fallback=False), {"fallback": False}),  # False is a value
        (EmailChannel("c1"), {}),
        (EmailChannel("c1", from_address="a@shop.example"), {"from_": "a@shop.example"}),
        (WhatsAppChannel("c1"), {}),
    ],
)
def test_info_lists_the_options_that_are_set(
    channel: TransportChannel, info: dict[str, Any]
) -> None:
    assert channel.info == info


def test_transport_shows_text_only_unless_told_otherwise() -> None:
    channel = TransportChannel("c1", ChannelType.PUSH)

    assert channel.capabilities() == ChannelCapabilities()
    assert channel.recipient_key == "recipient_id"


def test_chat_in_the_browser_shows_everything_but_templates() -> None:
    flags = (
        "threading reactions edit delete read_receipts typing rich_text buttons cards "
        "quick_replies media audio video"
    )
    expected = capabilities("text rich media audio video location", None, flags)

    assert WebSocketChannel("chat").capabilities() == expected


@pytest.mark.parametrize("channel_id", [""])
def test_channel_without_an_id_is_refused(channel_id: str) -> None:
    with pytest.raises(ValueError, match="channel_id must not be empty"):
        SMSChannel(channel_id)
