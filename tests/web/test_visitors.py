from datetime import timedelta

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import override_settings

from channels_app import visitors


def test_token_names_the_visitor_it_was_made_for() -> None:
    assert visitors.read_token(visitors.sign("visitor-9")) == visitors.Visitor("visitor-9")


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "visitor-9",
        # Another visitor's id under the same signature.
        visitors.sign("visitor-9").replace("visitor-9", "visitor-8"),
        # Signed by this site, but for another purpose.
        signing.TimestampSigner().sign("visitor-9"),
    ],
    ids=["none", "empty", "unsigned", "another id", "another purpose"],
)
def test_other_tokens_name_nobody(token: str | None) -> None:
    assert visitors.read_token(token) is None


def test_token_of_another_site_names_nobody() -> None:
    token = visitors.sign("visitor-9")

    with override_settings(SECRET_KEY="another key"):
        assert visitors.read_token(token) is None


def test_token_ends_after_half_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    token = visitors.sign("visitor-9")

    monkeypatch.setattr(visitors, "LIFETIME", timedelta(seconds=-1))

    assert visitors.read_token(token) is None


def test_token_in_use_is_renewed_once_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    token = visitors.sign("visitor-9")
    assert visitors.read_token(token) == visitors.Visitor("visitor-9", is_stale=False)

    monkeypatch.setattr(visitors, "ROTATE_AFTER", timedelta(seconds=-1))

    assert visitors.read_token(token) == visitors.Visitor("visitor-9", is_stale=True)


@pytest.mark.parametrize("secure", [True, False])
def test_cookie_is_out_of_reach_of_scripts_and_other_sites(secure: bool) -> None:
    response = HttpResponse()

    visitors.remember(response, visitors.new_visitor(), secure=secure)

    cookie = response.cookies[visitors.COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert bool(cookie["secure"]) is secure
    assert cookie["max-age"] == 180 * 24 * 3600


def test_fresh_token_is_not_sent_again() -> None:
    response = HttpResponse()

    visitors.remember(response, visitors.Visitor("visitor-9"), secure=True)

    assert not response.cookies


def test_new_visitors_differ() -> None:
    assert visitors.new_visitor().id != visitors.new_visitor().id
