"""Where an account's requests go, and what it is proved by."""

import subprocess
import sys

import pytest
from pydantic import SecretStr

from channels_app.providers.twilio.config import TwilioConfig


def _config(**fields: str) -> TwilioConfig:
    secret = SecretStr("t")
    return TwilioConfig.model_validate(
        {"account_sid": "AC1", "auth_token": secret, "from_number": "+1"} | fields
    )


@pytest.mark.parametrize(
    ("fields", "host"),
    [
        ({}, "https://api.twilio.com"),
        ({"region": "ie1"}, "https://api.ie1.twilio.com"),
        ({"edge": "dublin"}, "https://api.dublin.us1.twilio.com"),
        ({"edge": "dublin", "region": "ie1"}, "https://api.dublin.ie1.twilio.com"),
        ({"base_url": "http://127.0.0.1:9/"}, "http://127.0.0.1:9"),
    ],
)
def test_the_host_of_an_account(fields: dict[str, str], host: str) -> None:
    assert _config(**fields).api_url == f"{host}/2010-04-01/Accounts/AC1/Messages.json"


def test_the_auth_token_proves_webhooks_even_beside_an_api_key() -> None:
    config = _config(api_key_sid="SK1", api_key_secret="s", secondary_auth_token="t2")

    assert config.credentials == ("SK1", "s")
    assert config.webhook_secrets == ["t", "t2"]


def test_an_empty_token_proves_nothing() -> None:
    assert _config(auth_token="").webhook_secrets == []


def test_without_the_sdk_the_error_says_what_to_install() -> None:
    program = "import sys; sys.modules['twilio'] = None; import channels_app.providers.twilio.sms"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "pip install 'django-roomkit[twilio]'" in done.stderr
