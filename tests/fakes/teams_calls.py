"""Calls to the fake of Teams, written by hand from the vendor's pages."""

from functools import cache
from typing import Any
from urllib.parse import quote

import httpx

from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import TENANT_ID
from channels_app.testing.fakes.teams_tokens import APP_ID, PASSWORD, SCOPE

GRANT = {
    "grant_type": "client_credentials",
    "client_id": APP_ID,
    "client_secret": PASSWORD,
    "scope": SCOPE,
}


@cache
def client() -> httpx.Client:
    """One for all: each would read the system's certificates anew."""
    return httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))


def ask_token(fake: FakeTeams, form: dict[str, str], tenant: str = TENANT_ID) -> httpx.Response:
    return client().post(f"{fake.url}/{tenant}/oauth2/v2.0/token", data=form)


def call(fake: FakeTeams, method: str, *path: str, **options: Any) -> httpx.Response:
    """Call the Connector with a token that is good."""
    token = ask_token(fake, GRANT).json()["access_token"]
    segments = "".join(f"/{quote(part, safe='')}" for part in path)
    url = f"{fake.service_url}v3/conversations{segments}"
    headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
    return client().request(method, url, headers=headers, **options)
