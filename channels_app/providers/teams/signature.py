"""Proving that an activity was posted by the Bot Connector (vendor's page "Authentication").

What is signed is the call, not the activity in it: the token says for which bot it is and from
which service URL, and the key that signs it says for which channel.
"""

import json
from collections.abc import Mapping

import jwt

from channels_app.providers.base.webhook import WebhookRefused
from channels_app.providers.teams.config import TeamsConfig
from channels_app.providers.teams.references import CHANNEL
from channels_app.providers.teams.signing_keys import SigningKey
from rooms.domain.json import JsonObject

ALGORITHM = "RS256"
LEEWAY_S = 300
SERVICE_URL_CLAIM = "serviceurl"
REQUIRED = ["aud", "iss", "exp", SERVICE_URL_CLAIM]


def read_token(authorization: str) -> str:
    """Return the token of an `Authorization` header.

    Raises:
        WebhookRefused: If there is none.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer" or not token:
        raise WebhookRefused("the call carries no bearer token")
    return token


def read_key_id(token: str) -> str:
    """Return which key a token claims to be signed with.

    Raises:
        WebhookRefused: If it is no token, or one that is signed in another way than Microsoft's.
    """
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise WebhookRefused(f"the token cannot be read: {type(error).__name__}") from None
    if header.get("alg") != ALGORITHM:
        raise WebhookRefused(f"the token is signed with {header.get('alg')!r}, not {ALGORITHM}")
    return str(header.get("kid") or "")


def check_call(config: TeamsConfig, token: str, key: SigningKey | None, body: bytes) -> JsonObject:
    """Return the activity of a call that is Microsoft's and for this bot.

    Raises:
        WebhookRefused: If anything about it does not hold.
    """
    if key is None:
        raise WebhookRefused("the token is signed with a key that Microsoft does not list")
    if CHANNEL not in key.endorsements:
        raise WebhookRefused(f"the key is not endorsed for {CHANNEL}")
    claims = _check_claims(config, token, key)
    activity = _read_body(body)
    if claims[SERVICE_URL_CLAIM] != activity.get("serviceUrl"):
        raise WebhookRefused("the token is for another service URL than the activity")
    if activity.get("channelId") != CHANNEL:
        raise WebhookRefused(f"the activity is of channel {activity.get('channelId')!r}")
    _check_tenant(config, activity)
    return activity


def _check_claims(config: TeamsConfig, token: str, key: SigningKey) -> JsonObject:
    try:
        return jwt.decode(
            token,
            key.public,
            algorithms=[ALGORITHM],
            audience=config.app_id,
            issuer=config.issuer,
            leeway=LEEWAY_S,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise WebhookRefused(f"the token is not good: {type(error).__name__}") from None


def _read_body(body: bytes) -> JsonObject:
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError):
        activity = None
    if not isinstance(activity, dict):
        raise WebhookRefused("the body is no JSON object")
    return activity


def _check_tenant(config: TeamsConfig, activity: JsonObject) -> None:
    if not config.allowed_tenants:
        return
    tenant = _tenant_of(activity)
    if tenant not in config.allowed_tenants:
        raise WebhookRefused(f"people of tenant {tenant!r} may not write to this bot")


def _tenant_of(activity: JsonObject) -> object:
    told = _part(_part(activity, "channelData"), "tenant").get("id")
    return told or _part(activity, "conversation").get("tenantId")


def _part(whole: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}
