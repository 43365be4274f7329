import pytest
from pydantic import ValidationError

from channels_app.providers.teams.config import TeamsConfig

CERTIFICATE = {"certificate_thumbprint": "AB:" * 19 + "AB", "certificate_private_key": "pem-secret"}


def test_a_bot_needs_its_app_id_only() -> None:
    config = TeamsConfig(app_id="app")

    assert (config.tenant_id, config.uses_certificate_auth) == ("common", False)
    assert config.bot_id == "28:app"


@pytest.mark.parametrize(
    ("tenant", "directory"),
    [("common", "botframework.com"), ("72f988bf", "72f988bf")],
)
def test_the_tenant_says_where_tokens_come_from(tenant: str, directory: str) -> None:
    config = TeamsConfig(app_id="app", tenant_id=tenant)

    assert config.token_url == f"https://login.microsoftonline.com/{directory}/oauth2/v2.0/token"


def test_a_thumbprint_may_be_written_as_the_portal_shows_it() -> None:
    config = TeamsConfig.model_validate({"app_id": "app", **CERTIFICATE})

    assert config.uses_certificate_auth
    assert config.certificate_thumbprint == "ab" * 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": ""},
        {"app_password": "pem-secret", **CERTIFICATE},
        {"certificate_private_key": "pem-secret"},
        {"certificate_thumbprint": "ab" * 20},
        {**CERTIFICATE, "certificate_thumbprint": "ab" * 19},
        {**CERTIFICATE, "certificate_thumbprint": "xy" * 20},
        {"timeout": 0},
        {"app_pasword": "pem-secret"},
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refusal:
        TeamsConfig.model_validate({"app_id": "app", **wrong})

    assert "pem-secret" not in str(refusal.value)


def test_secrets_are_not_shown() -> None:
    with_password = TeamsConfig.model_validate({"app_id": "app", "app_password": "pem-secret"})
    with_certificate = TeamsConfig.model_validate({"app_id": "app", **CERTIFICATE})

    assert "pem-secret" not in f"{with_password!r} {with_certificate!r} {with_password}"
