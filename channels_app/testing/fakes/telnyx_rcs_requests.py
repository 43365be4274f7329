"""What Telnyx takes for RCS, field by field.

Written from the types of the vendor's SDK, telnyx 4.189.0 for Python: `messages.RcSendParams`,
`RcsAgentMessageParam`, `RcsSuggestionParam`, `RcsCardContentParam`, `RcsContentInfoParam`; lengths
are those of the docstrings there.
"""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from channels_app.testing.fakes.telnyx_requests import PhoneNumber, Sender, WebAddress, Wire

MAX_RCS_TEXT = 3072


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("postback_data must be base64") from error
    return value


Postback = Annotated[str, Field(max_length=2048), AfterValidator(_base64)]


class OpenUrl(Wire):
    """`RcsSuggestionParam.ActionOpenURLAction`."""

    url: WebAddress
    application: Literal["OPEN_URL_APPLICATION_UNSPECIFIED", "BROWSER", "WEBVIEW"]
    webview_view_mode: Literal["WEBVIEW_VIEW_MODE_UNSPECIFIED", "FULL", "HALF", "TALL"]
    description: str | None = None


class Dial(Wire):
    """`RcsSuggestionParam.ActionDialAction`."""

    phone_number: PhoneNumber


class Action(Wire):
    """`RcsSuggestionParam.Action`; the calendar and location actions are left out."""

    text: str = Field(max_length=25)
    postback_data: Postback | None = None
    fallback_url: WebAddress | None = None
    open_url_action: OpenUrl | None = None
    dial_action: Dial | None = None


class Reply(Wire):
    """`RcsSuggestionParam.Reply`."""

    text: str = Field(max_length=25)
    postback_data: Postback


class Suggestion(Wire):
    """`RcsSuggestionParam`: one of the two."""

    reply: Reply | None = None
    action: Action | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.reply is None) == (self.action is None):
            raise ValueError("a suggestion is a reply or an action")
        return self


class ContentInfo(Wire):
    """`RcsContentInfoParam`."""

    file_url: WebAddress
    thumbnail_url: WebAddress | None = None
    force_refresh: bool | None = None


class CardMedia(Wire):
    """`RcsCardContentParam.Media`."""

    content_info: ContentInfo
    height: Literal["HEIGHT_UNSPECIFIED", "SHORT", "MEDIUM", "TALL"] | None = None


class CardContent(Wire):
    """`RcsCardContentParam`."""

    title: str | None = Field(default=None, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    media: CardMedia | None = None
    suggestions: list[Suggestion] = Field(default=[], max_length=10)


class StandaloneCard(Wire):
    """`RcsAgentMessageParam.ContentMessageRichCardStandaloneCard`."""

    card_content: CardContent
    card_orientation: Literal["CARD_ORIENTATION_UNSPECIFIED", "HORIZONTAL", "VERTICAL"]
    thumbnail_image_alignment: Literal["THUMBNAIL_IMAGE_ALIGNMENT_UNSPECIFIED", "LEFT", "RIGHT"]


class CarouselCard(Wire):
    """`RcsAgentMessageParam.ContentMessageRichCardCarouselCard`."""

    card_contents: list[CardContent] = Field(min_length=2, max_length=10)
    card_width: Literal["CARD_WIDTH_UNSPECIFIED", "SMALL", "MEDIUM"]


class RichCard(Wire):
    """`RcsAgentMessageParam.ContentMessageRichCard`."""

    standalone_card: StandaloneCard | None = None
    carousel_card: CarouselCard | None = None


class ContentMessage(Wire):
    """`RcsAgentMessageParam.ContentMessage`: one of text, content_info and rich_card.

    Eleven suggestions are what Google's RCS API allows, which Telnyx passes them on to.
    """

    text: str | None = Field(default=None, min_length=1, max_length=MAX_RCS_TEXT)
    content_info: ContentInfo | None = None
    rich_card: RichCard | None = None
    suggestions: list[Suggestion] = Field(default=[], max_length=11)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        given = [part for part in (self.text, self.content_info, self.rich_card) if part]
        if len(given) != 1:
            raise ValueError("content_message has exactly one of text, content_info, rich_card")
        return self


class AgentMessage(Wire):
    """`RcsAgentMessageParam`; agent events are left out."""

    content_message: ContentMessage
    ttl: str | None = Field(default=None, pattern=r"^\d+s$")
    expire_time: datetime | None = Field(default=None, strict=False)


class SmsFallback(Wire):
    """`RcSendParams.SMSFallback`."""

    from_: Sender | None = Field(default=None, alias="from")
    text: str = Field(min_length=1, max_length=MAX_RCS_TEXT)


class MmsFallback(Wire):
    """`RcSendParams.MmsFallback`."""

    from_: Sender | None = Field(default=None, alias="from")
    text: str | None = None
    subject: str | None = None
    media_urls: list[WebAddress] = Field(min_length=1)


class RcsRequest(Wire):
    """The body of `POST /v2/messages/rcs`."""

    agent_id: str = Field(min_length=1)
    messaging_profile_id: str = Field(min_length=1)
    to: PhoneNumber
    agent_message: AgentMessage
    type: Literal["RCS"] | None = None
    sms_fallback: SmsFallback | None = None
    mms_fallback: MmsFallback | None = None
    webhook_url: WebAddress | None = None
