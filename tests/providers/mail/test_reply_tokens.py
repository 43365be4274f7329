"""Addresses that lead an answer into its room."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from channels_app.providers.base.mail.reply_tokens import make_reply_address, read_reply_address

MAILBOX = "reply@in.example.org"
NOW = datetime(2026, 1, 1, 10, 30, tzinfo=UTC)
SECRET = "s1"
LATER = NOW + timedelta(days=90)
ROOM = "0123456789abcdef0123456789abcdef"


def address_of(room_id: str = ROOM, *, secret: str = SECRET, mailbox: str = MAILBOX) -> str:
    return make_reply_address(mailbox, room_id, secret, expires_at=LATER)


def room_in(address: str, *secrets: str, now: datetime = NOW) -> str | None:
    return read_reply_address(address, MAILBOX, secrets or ["s1"], now=now)


@pytest.mark.parametrize("room_id", [ROOM, str(UUID(ROOM)), "room-1", "salón 7", "0" * 22])
def test_an_address_leads_to_its_room(room_id: str) -> None:
    assert room_in(address_of(room_id)) == room_id


@pytest.mark.parametrize("change", [str.upper, str.lower, "<{}>".format, " {} ".format])
def test_what_mail_servers_do_to_addresses_does_no_harm(change: object) -> None:
    assert callable(change)
    assert room_in(change(address_of())) == ROOM


def test_the_address_of_a_uuid_fits_what_servers_take() -> None:
    assert len(address_of().partition("@")[0]) == 54


def test_each_changed_letter_is_noticed() -> None:
    local, _, domain = address_of().partition("@")
    token = local.removeprefix("reply+")
    for place, letter in enumerate(token):
        other = "a" if letter != "a" else "b"
        forged = f"reply+{token[:place]}{other}{token[place + 1 :]}@{domain}"
        assert room_in(forged) is None


@pytest.mark.parametrize(
    "address",
    [
        MAILBOX,
        "reply+@in.example.org",
        "reply+hello@in.example.org",
        "reply+" + "a" * 48 + "@in.example.org",
        "reply+" + "a" * 16 + "@in.example.org",
        "reply+😀@in.example.org",
        "",
    ],
)
def test_what_we_did_not_sign_leads_nowhere(address: str) -> None:
    assert room_in(address) is None


def test_a_token_is_good_for_one_mailbox_only() -> None:
    elsewhere = address_of(mailbox="reply@other.example")

    assert room_in(elsewhere) is None
    assert room_in(elsewhere.replace("other.example", "in.example.org")) is None
    assert room_in(address_of().replace("in.example.org", "other.example")) is None


def test_an_old_secret_is_good_until_it_is_taken_away() -> None:
    signed_before = address_of(secret="old")

    assert room_in(signed_before, "new", "old") == ROOM
    assert room_in(signed_before, "new") is None
    assert read_reply_address(signed_before, MAILBOX, [], now=NOW) is None


def test_an_address_ends_within_the_hour_it_says() -> None:
    address = address_of()

    assert room_in(address, now=LATER) == ROOM
    assert room_in(address, now=LATER + timedelta(hours=1)) is None


def test_a_room_with_a_long_name_is_refused() -> None:
    with pytest.raises(ValueError, match="too long: use a UUID"):
        address_of("a-room-with-a-very-long-name")
