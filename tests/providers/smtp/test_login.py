"""Logging in to a mail server, and encrypting the line."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from rooms.domain.delivery import SendOutcome
from tests.certificates import make_certificate
from tests.providers.smtp.sending import send
from tests.providers.smtp.server import Inbox, OAuthSMTP, serving


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"username": "user", "password": "secret"}, "accepted"),
        ({"username": "user", "password": "wrong"}, "auth"),
        ({}, "auth"),
    ],
)
async def test_a_login_that_is_refused_is_our_fault(
    inbox: Inbox, given: dict[str, Any], outcome: str
) -> None:
    with serving(inbox, login=True) as port:
        result = await send(port, **given)

    assert result.outcome == outcome
    assert "wrong" not in str(result)


@pytest.mark.parametrize(("token", "outcome"), [("token-1", "accepted"), ("expired", "auth")])
async def test_an_access_token_can_be_the_login(inbox: Inbox, token: str, outcome: str) -> None:
    with serving(inbox, login=True, kind=OAuthSMTP) as port:
        result = await send(port, username="user", password=token, auth="xoauth2")

    assert result.outcome == outcome
    assert "expired" not in str(result)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for this machine, which this process believes."""
    context, chain = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    return context


async def test_a_line_is_encrypted_by_starttls(inbox: Inbox, certificate: ssl.SSLContext) -> None:
    with serving(inbox, tls=certificate) as port:
        encrypted = await send(port, tls="starttls")
        in_the_clear = await send(port, tls="none")

    assert (encrypted.success, in_the_clear.success, len(inbox.sent)) == (True, False, 1)


async def test_a_line_is_encrypted_from_the_start(
    inbox: Inbox, certificate: ssl.SSLContext
) -> None:
    with serving(inbox, implicit_tls=certificate) as port:
        result = await send(port, tls="implicit")

    assert (result.success, len(inbox.sent)) == (True, 1)


async def test_a_server_that_cannot_encrypt_gets_nothing(inbox: Inbox) -> None:
    with serving(inbox) as port:
        result = await send(port, tls="starttls")

    assert (result.outcome, result.code) == (SendOutcome.AUTH, "smtp_not_supported")
    assert inbox.sent == []


async def test_a_certificate_nobody_knows_gets_nothing(
    inbox: Inbox, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(inbox, tls=certificate) as port:
        result = await send(port, tls="starttls")

    assert (result.outcome, inbox.sent) == (SendOutcome.TRANSIENT, [])
