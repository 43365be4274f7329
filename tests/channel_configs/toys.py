"""A provider of somebody else's package, which is offered by one line of the settings."""

from typing import Literal

from pydantic import BaseModel, SecretStr

from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.base.outcomes import accepted
from channels_app.providers.base.sms import SMSProvider
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import RoomEvent


class ToyConfig(BaseModel):
    """What the toy is told.

    Attributes:
        key: Opens the box.
    """

    key: SecretStr
    colour: Literal["red", "blue"] = "red"
    labels: list[str] = []


class ToyProvider(SMSProvider):
    """Works as long as its key is `right-key`; says more than it should when it is `bug-key`."""

    slug = "toy"
    config_model = ToyConfig

    def __init__(self, config: ToyConfig) -> None:
        self.config = config
        self.closed = 0
        self.sent: list[str] = []

    @property
    def from_number(self) -> str:
        return "+15550100"

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        self.sent.append(to)
        return accepted(f"toy-{len(self.sent)}")

    async def check(self) -> None:
        key = self.config.key.get_secret_value()
        if key == "bug-key":
            raise RuntimeError(f"no connection to https://toys.example/{key}")
        if key != "right-key":
            raise CheckFailed(f"the box does not open with {key}", field="key")

    async def close(self) -> None:
        self.closed += 1


class Formless(SMSProvider):
    """Has no config model, so that no form can be made."""

    from_number = ""

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        return accepted("1")


class NoContract:
    """Is no provider at all."""
