"""The token service of the fake Teams, driven by forms written by hand from the vendor's pages."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import (
    TENANT_ID,
)
from channels_app.testing.fakes.teams_identity import (
    base64url,
    rsa_key,
)
from channels_app.testing.fakes.teams_tokens import (
    APP_ID,
    ASSERTION_TYPE,
    Certificate,
)
from tests.fakes.teams_calls import GRANT, ask_token, client

THUMBPRINT = "ab" * 20


@pytest.fixture
def teams() -> Iterator[FakeTeams]:
    with FakeTeams().serving() as fake:
        yield fake


@pytest.mark.parametrize("tenant", [TENANT_ID, "botframework.com"])
def test_a_client_secret_is_worth_a_token(teams: FakeTeams, tenant: str) -> None:
    answer = ask_token(teams, GRANT, tenant)

    assert answer.json() == {
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": teams.tokens.issued[0],
    }


@pytest.mark.parametrize(
    ("change", "error", "number"),
    [
        ({"client_secret": "wrong"}, "invalid_client", 7000215),
        ({"client_id": "somebody"}, "unauthorized_client", 700016),
        ({"scope": "https://graph.microsoft.com/.default"}, "invalid_scope", 70011),
        ({"grant_type": "password"}, "unsupported_grant_type", 70003),
        ({"resource": "https://api.botframework.com"}, "invalid_request", 900144),
        ({"client_assertion": "a.b.c"}, "invalid_request", 900144),
    ],
)
def test_a_wrong_grant_is_refused_as_entra_does(
    teams: FakeTeams, change: dict[str, str], error: str, number: int
) -> None:
    answer = ask_token(teams, {**GRANT, **change})

    assert answer.status_code in (400, 401)
    assert (answer.json()["error"], answer.json()["error_codes"]) == (error, [number])
    assert teams.tokens.issued == []


def test_a_token_is_asked_for_with_a_form_at_a_known_tenant(teams: FakeTeams) -> None:
    url = f"{teams.url}/{TENANT_ID}/oauth2/v2.0/token"

    assert client().post(url, json=GRANT).json()["error_codes"] == [900144]
    assert ask_token(teams, GRANT, "elsewhere").json()["error_codes"] == [90002]


def assertion(fake: FakeTeams, *, key: str = "certificate", **changes: Any) -> str:
    """Return a client assertion as the vendor's page on certificates shows it."""
    now = int(time.time())
    thumbprint = base64.urlsafe_b64encode(bytes.fromhex(THUMBPRINT)).decode()
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
    claims = {
        "aud": f"{fake.url}/{TENANT_ID}/oauth2/v2.0/token",
        "iss": APP_ID,
        "sub": APP_ID,
        "jti": "22b3bb26-e046-42df-9c96-65dbd72c1c81",
        "nbf": now,
        "exp": now + 600,
    }
    parts = [header, {**claims, **changes}]
    payload = ".".join(base64url(json.dumps(part).encode()) for part in parts)
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    signature = rsa_key(key).sign(payload.encode(), pss, hashes.SHA256())
    return f"{payload}.{base64url(signature)}"


def certified(fake: FakeTeams, token: str) -> httpx.Response:
    public_key = rsa_key("certificate").public_key()
    fake.tokens.certificate = Certificate(public_key, THUMBPRINT)
    form = {name: value for name, value in GRANT.items() if name != "client_secret"}
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": token}
    return ask_token(fake, {**form, **proof})


def test_a_certificate_is_worth_a_token(teams: FakeTeams) -> None:
    assert certified(teams, assertion(teams)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "another"},
        {"aud": "https://elsewhere.example/token"},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"jti": ""},
        {"exp": 1767225600},
        {"nbf": 4102444800},
        {"exp": 4102444800},
    ],
)
def test_a_wrong_assertion_is_refused(teams: FakeTeams, changes: dict[str, Any]) -> None:
    answer = certified(teams, assertion(teams, **changes))

    assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])
