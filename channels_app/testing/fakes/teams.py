"""Microsoft Teams as a bot meets it: token service, key list, Bot Connector, signed activities.

Sources: "Authentication with the Bot Connector API" of the Bot Framework REST documentation for the
description of the keys, their list and the claims of a call; the parts name their own.
"""

import json
from typing import Any

from channels_app.testing.fakes.server import FakeVendor, Refused, Request, Response
from channels_app.testing.fakes.teams_activities import BOT_NAME, CHANNEL_ID, PERSONAL, TENANT_ID
from channels_app.testing.fakes.teams_connector import FakeConnector, FakeConversation
from channels_app.testing.fakes.teams_identity import (
    ENDORSED,
    ISSUER,
    connector_claims,
    public_jwk,
    signed_token,
)
from channels_app.testing.fakes.teams_tokens import TokenDesk
from rooms.domain.json import JsonObject

OPENID_PATH = "/v1/.well-known/openidconfiguration"
KEYS_PATH = "/v1/.well-known/keys"


class FakeTeams(FakeVendor):
    """Serves one bot, which is in a personal chat and in a channel.

    Attributes:
        tokens: The token service, with the bot's credentials.
        connector: The conversations.
        sent: The messages that were taken, oldest first; edits and deletions change them in place.
        keys: The names of the signing keys in the list, with their endorsements.
    """

    def __init__(self, *, tenant_id: str = TENANT_ID) -> None:
        super().__init__()
        self.tokens = TokenDesk(tenant_id)
        self.connector = FakeConnector(self.tokens.bot_id, tenant_id)
        self.sent = self.connector.sent
        self.keys: dict[str, tuple[str, ...]] = {"key-1": ENDORSED}
        for conversation_id in (PERSONAL["id"], CHANNEL_ID):
            self.connector.add_conversation(conversation_id)

    # -- what a test tells it

    @property
    def personal(self) -> FakeConversation:
        """Ana's chat with the bot."""
        return self.connector.conversations[PERSONAL["id"]]

    def post(
        self, activity: JsonObject, *, key: str = "key-1", alg: str = "RS256", **claims: Any
    ) -> tuple[dict[str, str], bytes]:
        """Return the headers and body by which Teams posts an activity to the bot.

        Args:
            activity: One of `teams_activities`; who it is for and where to answer are filled in.
            key: The name of the key that signs the call.
            alg: How it is signed; see `signed_token`.
            claims: Instead of the call's own; None takes one out.
        """
        whole = {"serviceUrl": self.service_url, "recipient": self.bot, **activity}
        given = connector_claims(self.tokens.app_id, self.service_url, **claims)
        headers = {
            "authorization": f"Bearer {signed_token(given, key=key, alg=alg)}",
            "content-type": "application/json; charset=utf-8",
        }
        return headers, json.dumps(whole).encode()

    @property
    def bot(self) -> JsonObject:
        """The bot as a member of conversations."""
        return {"id": self.tokens.bot_id, "name": BOT_NAME}

    @property
    def service_url(self) -> str:
        """Where the bot posts to, with a slash at the end as Teams writes it."""
        return f"{self.url}/amer/{self.tokens.tenant_id}/"

    @property
    def openid_url(self) -> str:
        """Where the description of the signing keys is."""
        return self.url + OPENID_PATH

    # -- serving

    def answer(self, request: Request) -> Response:
        """Take a request of the bot."""
        if request.path.endswith("/oauth2/v2.0/token"):
            return self.tokens.answer(request, self.url)
        if request.path in (OPENID_PATH, KEYS_PATH):
            return self._describe_keys(request)
        return self._connect(request)

    def _describe_keys(self, request: Request) -> Response:
        if request.method != "GET":
            raise Refused(Response(405))
        if request.path == KEYS_PATH:
            return Response(body={"keys": [public_jwk(*key) for key in self.keys.items()]})
        return Response(
            body={
                "issuer": ISSUER,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": self.url + KEYS_PATH,
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    def _connect(self, request: Request) -> Response:
        self.tokens.check_bearer(request)
        base = f"/amer/{self.tokens.tenant_id}/v3/conversations"
        if not request.path.startswith(base):
            raise Refused(Response(404, {"message": "No HTTP resource was found."}))
        return self.connector.answer(request, request.path.removeprefix(base))
