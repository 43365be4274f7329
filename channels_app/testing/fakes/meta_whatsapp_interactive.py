"""Messages with something to choose, as the WhatsApp Cloud API takes them.

Sources: "WhatsApp Cloud API: Interactive reply buttons messages", "Interactive list messages",
"Interactive call-to-action URL button messages"; pywa 4.5.0
`types.callback.{Button,SectionRow,Section, SectionList,URLButton}.to_dict`.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from channels_app.testing.fakes.meta import Strict

Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Named = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class Reply(Strict):
    """What a button shows and sends back."""

    id: Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$", max_length=256)]
    title: Named


class ReplyButton(Strict):
    """One of at most three buttons."""

    type: Literal["reply"]
    reply: Reply


class Buttons(Strict):
    """The buttons of a message."""

    buttons: Annotated[list[ReplyButton], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def check_unique(self) -> Self:
        """Refuse two buttons that look or answer the same."""
        for name in ("id", "title"):
            values = [getattr(button.reply, name) for button in self.buttons]
            if len(set(values)) != len(values):
                raise ValueError(f"{name} must be unique within the message: {values}")
        return self


class ButtonBody(Strict):
    """The words above buttons."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class ListBody(Strict):
    """The words above a list."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class Row(Strict):
    """One choice of a list."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    description: Annotated[str, StringConstraints(max_length=72)] | None = None


class Section(Strict):
    """Part of a list; without a title only if it is the only one."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=24)] | None = None
    rows: Annotated[list[Row], Field(min_length=1, max_length=10)]


class ListAction(Strict):
    """What opens a list, and its choices: ten in all."""

    button: Named
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def check_rows(self) -> Self:
        """Refuse more than ten choices, repeated ids, and untitled sections among several."""
        ids = [row.id for section in self.sections for row in section.rows]
        if len(ids) > 10 or len(set(ids)) != len(ids):
            raise ValueError(f"at most 10 rows with unique ids, got {ids}")
        if len(self.sections) > 1 and not all(section.title for section in self.sections):
            raise ValueError("title is required when there is more than one section")
        return self


class UrlParameters(Strict):
    """Where a button leads."""

    display_text: Named
    url: Link


class UrlAction(Strict):
    """A button that opens an address."""

    name: Literal["cta_url"]
    parameters: UrlParameters


class ButtonMessage(Strict):
    """Words and reply buttons."""

    type: Literal["button"]
    body: ButtonBody
    action: Buttons


class ListMessage(Strict):
    """Words and a list."""

    type: Literal["list"]
    body: ListBody
    action: ListAction


class UrlMessage(Strict):
    """Words and one button that opens an address."""

    type: Literal["cta_url"]
    body: ButtonBody
    action: UrlAction


Interactive: TypeAlias = Annotated[
    ButtonMessage | ListMessage | UrlMessage, Field(discriminator="type")
]
