"""Asking Microsoft whether the bot's credentials are worth a token."""

import jwt

from channels_app.providers.base.checking import CheckFailed, explain
from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.teams.config import TeamsConfig
from channels_app.providers.teams.tokens import AccessTokens

VENDOR = "Microsoft Entra ID"
# "Microsoft Entra authentication and authorization error codes"
FIELDS = {
    "AADSTS90002": ("tenant_id", "there is no such directory"),
    "AADSTS700016": ("app_id", "the directory has no such app"),
    "AADSTS700027": (
        "certificate_private_key",
        "the certificate is not one of the app's. Upload it there, or take another key",
    ),
}
OTHERWISE = "the secret is wrong or has ended. Make a new one under Certificates & secrets"


async def check_credentials(config: TeamsConfig, client: VendorClient) -> None:
    """Ask for a token anew.

    Raises:
        CheckFailed: If there is none to be had.
    """
    try:
        await AccessTokens(config, client).get()
    except SendProblem as problem:
        field, words = FIELDS.get(problem.result.code or "", ("app_password", OTHERWISE))
        raise explain(problem.result, VENDOR, words, field=field) from None
    except (ValueError, jwt.PyJWTError) as error:
        # A key that cannot be read signs nothing.
        raise CheckFailed(
            f"the certificate's key cannot be used: {type(error).__name__}",
            field="certificate_private_key",
        ) from None
