"""The package is an extra: nothing loads it before an account is connected."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from channels_app import (
    WhatsAppPersonalConfig,
    WhatsAppPersonalProvider,
    WhatsAppPersonalSourceProvider,
)
from channels_app.configured.catalog import find_offer
from channels_app.providers.base.checking import CheckFailed

WITHOUT = """
import sys
sys.modules["neonize"] = None
from channels_app import WhatsAppPersonalConfig, WhatsAppPersonalProvider
from channels_app import WhatsAppPersonalSourceProvider
import channels_app.providers.neonize.building
try:
    WhatsAppPersonalSourceProvider(WhatsAppPersonalConfig(session="a.sqlite3"))
except ImportError as error:
    print(error)
"""
MISSING = 'pip install "django-roomkit[whatsapp-personal]"'


def test_without_the_package_everything_imports_and_says_what_is_missing() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )

    assert MISSING in ran.stdout


@pytest.mark.parametrize(
    "given",
    [{"session": ""}, {"session": "postgres://u:p@h/db"}, {"session": "a", "phone": "555"}],
)
def test_senseless_settings_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WhatsAppPersonalConfig(**given)


async def test_a_check_names_the_missing_directory() -> None:
    config = WhatsAppPersonalConfig(session="/no/such/place/wa.sqlite3")
    provider = WhatsAppPersonalProvider(WhatsAppPersonalSourceProvider(config))

    with pytest.raises(CheckFailed, match="/no/such/place") as failed:
        await provider.check()

    assert failed.value.field == "session"


async def test_a_form_of_the_admin_makes_the_whole_channel(tmp_path: Path) -> None:
    offer = find_offer("channels_app.WhatsAppPersonalProvider")
    config = offer.config_model.model_validate({"session": str(tmp_path / "wa.sqlite3")})

    channel = offer.make_channel("wa", offer.make_provider(config), {})

    assert channel.source is not None
    assert (channel.source.name, channel.channel_type) == (
        "whatsapp_personal",
        "whatsapp_personal",
    )
