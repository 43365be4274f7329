"""What Twilio takes in a request, and the codes by which it refuses the rest.

Sources: twilio-python 9.13.0 `MessageList._create` (fields and their types),
`messaging.v2.TypingIndicatorList._create`; Twilio Docs "Message Resource" (limits), "Typing
Indicators resource", "Error and Warning Dictionary" (codes). Unconfirmed: that unknown and repeated
fields are refused at all (the real API may ignore them; 20001 is our choice), and which of 21664,
21666 and 21667 a `FallbackFrom` without a service gets.
"""

import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

REPEATABLE = frozenset({"MediaUrl", "PersistentAction"})
MAX_BODY = 1600
MAX_MEDIA = 10

PHONE = r"\+[1-9]\d{6,14}"
RECIPIENT = re.compile(rf"(whatsapp:|rcs:)?{PHONE}|whatsapp:[A-Z]{{2}}\.[A-Za-z0-9]{{1,128}}")
NAME = r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}"
SENDER = re.compile(rf"(whatsapp:)?{PHONE}|\d{{3,8}}|rcs:\w{{1,64}}|{NAME}")
PLACE = re.compile(r"geo:-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?(\|.+)?")
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

INVALID_PARAMETER = 20001
TEXTS = {
    INVALID_PARAMETER: "Invalid parameter",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21609: "Invalid 'StatusCallback' URL",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21620: "Invalid media URL(s)",
    21623: "Number of media files exceeds allowed limit",
    21655: "The ContentSid is Invalid",
    21656: "The ContentVariables Parameter is invalid",
    21664: "FallbackFrom requires a MessagingServiceSid",
    21910: "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel",
}
MISSING = {"To": 21604}
MALFORMED = {"Body": 21617, "MediaUrl": 21623}

Form = TypeVar("Form", bound=BaseModel)


class InvalidForm(ValueError):
    """A request is not what Twilio takes; `code` is Twilio's."""

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(f"{TEXTS[code]}: {detail}")
        self.code = code


def refuse(code: int) -> PydanticCustomError:
    """Return the failure of a field under Twilio's code, to be raised."""
    return PydanticCustomError(f"twilio_{code}", TEXTS[code])


def _matches(pattern: re.Pattern[str], code: int) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise refuse(code)
        return value

    return AfterValidator(check)


def _is_web_address(code: int) -> AfterValidator:
    def check(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "_" in parts.hostname:
            raise refuse(code)
        return value

    return AfterValidator(check)


def _check_variables(value: str) -> str:
    """Take a JSON object of texts."""
    try:
        variables = json.loads(value)
    except ValueError:
        raise refuse(21656) from None
    if not isinstance(variables, dict) or not all(isinstance(v, str) for v in variables.values()):
        raise refuse(21656)
    return value


Flag = Literal["true", "false"]
MediaUrls = Annotated[
    list[Annotated[str, _is_web_address(21620)]], Field(min_length=1, max_length=MAX_MEDIA)
]


class MessageForm(BaseModel):
    """The form of `POST …/Messages.json`, under the names of the wire."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    To: Annotated[str, _matches(RECIPIENT, 21211)]
    From: Annotated[str, _matches(SENDER, 21212)] | None = None
    MessagingServiceSid: Annotated[str, Field(pattern=r"^MG[0-9a-f]{32}$")] | None = None
    FallbackFrom: Annotated[str, _matches(SENDER, 21212)] | None = None
    Body: Annotated[str, Field(max_length=MAX_BODY)] | None = None
    MediaUrl: MediaUrls | None = None
    ContentSid: Annotated[str, _matches(re.compile(r"HX[0-9a-f]{32}"), 21655)] | None = None
    ContentVariables: Annotated[str, AfterValidator(_check_variables)] | None = None
    PersistentAction: list[Annotated[str, _matches(PLACE, INVALID_PARAMETER)]] | None = None
    StatusCallback: Annotated[str, _is_web_address(21609)] | None = None
    ApplicationSid: Annotated[str, Field(pattern=r"^AP[0-9a-f]{32}$")] | None = None
    ValidityPeriod: Annotated[int, Field(ge=1, le=36_000)] | None = None
    Attempt: Annotated[int, Field(ge=1)] | None = None
    MaxPrice: float | None = None
    SendAt: str | None = None
    ScheduleType: Literal["fixed"] | None = None
    ContentRetention: Literal["retain", "discard"] | None = None
    AddressRetention: Literal["retain", "obfuscate"] | None = None
    RiskCheck: Literal["enable", "disable"] | None = None
    TrafficType: Literal["free"] | None = None
    MessageIntent: str | None = None
    ProvideFeedback: Flag | None = None
    ForceDelivery: Flag | None = None
    SmartEncoded: Flag | None = None
    ShortenUrls: Flag | None = None
    SendAsMms: Flag | None = None

    @model_validator(mode="after")
    def check_together(self) -> "MessageForm":
        """Refuse a message without sender or without anything to say, and what does not fit."""
        if not (self.From or self.MessagingServiceSid):
            raise refuse(21603)
        if not (self.Body or self.MediaUrl or self.ContentSid):
            raise refuse(21602)
        if self.FallbackFrom and not self.MessagingServiceSid:
            raise refuse(21664)
        if self.ContentVariables and not self.ContentSid:
            raise refuse(21656)
        if self.From and _channel(self.From) != _channel(self.To):
            raise refuse(21910)
        if _channel(self.To) == "whatsapp" and len(self.MediaUrl or ()) > 1:
            raise refuse(21623)
        return self


class TypingForm(BaseModel):
    """The form of `POST /v2/Indicators/Typing.json`, which WhatsApp alone has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Literal["whatsapp"]
    messageId: Annotated[str, _matches(MESSAGE_SID, INVALID_PARAMETER)]  # noqa: N815 - the wire's


def read_form(fields: Iterable[tuple[str, str]], shape: type[Form]) -> Form:
    """Read a form.

    Raises:
        InvalidForm: If a field is unknown, missing, repeated or not as documented.
    """
    given: dict[str, Any] = {}
    for name, value in fields:
        if name in REPEATABLE:
            given.setdefault(name, []).append(value)
        elif name in given:
            raise InvalidForm(INVALID_PARAMETER, f"{name} is given twice")
        else:
            given[name] = value
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise _first_failure(error) from None


def _first_failure(error: ValidationError) -> InvalidForm:
    failure = error.errors()[0]
    field = str(failure["loc"][0]) if failure["loc"] else ""
    kind = failure["type"]
    if kind.startswith("twilio_"):
        code = int(kind.removeprefix("twilio_"))
    elif kind == "missing":
        code = MISSING.get(field, INVALID_PARAMETER)
    elif kind in {"string_too_long", "too_long"}:
        code = MALFORMED.get(field, INVALID_PARAMETER)
    else:
        code = INVALID_PARAMETER
    return InvalidForm(code, f"{field} {failure['msg']}")


def _channel(address: str) -> str:
    """Return the prefix of a channel's address, "" for numbers and sender names."""
    prefix, colon, _ = address.partition(":")
    return prefix if colon else ""
