"""Templates, as the WhatsApp Cloud API takes them.

Sources: "WhatsApp Business Platform: Templates" (sending, positional and named parameters, quick
reply and URL buttons); pywa 4.5.0 `types.templates` (`BodyText._Params.to_dict`,
`QuickReplyButton`, `URLButton`).
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from channels_app.testing.fakes.meta import Strict


class TextParameter(Strict):
    """What fills a gap, by order or by name."""

    type: Literal["text"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1024)]
    parameter_name: str | None = None


class PayloadParameter(Strict):
    """What a template's button sends back."""

    type: Literal["payload"]
    payload: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class BodyComponent(Strict):
    """The gaps of a template's body."""

    type: Literal["body"]
    parameters: list[TextParameter]


class HeaderComponent(Strict):
    """The gap of a template's heading."""

    type: Literal["header"]
    parameters: Annotated[list[TextParameter], Field(min_length=1, max_length=1)]


class ButtonComponent(Strict):
    """The variable part of one of a template's buttons."""

    type: Literal["button"]
    sub_type: Literal["quick_reply", "url"]
    index: Annotated[str, StringConstraints(pattern=r"^\d$")] | Annotated[int, Field(ge=0, le=9)]
    parameters: Annotated[list[PayloadParameter | TextParameter], Field(min_length=1, max_length=1)]


class Language(Strict):
    """A template's language, such as `fr_CA`."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")]
    policy: Literal["deterministic"] = "deterministic"


class Template(Strict):
    """An approved text and what fills its gaps."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Language
    components: list[
        Annotated[HeaderComponent | BodyComponent | ButtonComponent, Field(discriminator="type")]
    ] = []

    def body_parameters(self) -> list[TextParameter]:
        """Return what fills the gaps of the body."""
        return [
            parameter
            for component in self.components
            if isinstance(component, BodyComponent)
            for parameter in component.parameters
        ]
