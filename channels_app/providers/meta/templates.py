"""Templates: approved texts with gaps, which Meta takes at any time.

Both of its APIs fill gaps alike: by order, or by name. Keys that are numbers (`1`, `2` …) stand for
order.
"""

import re
from collections.abc import Mapping
from typing import Any

from rooms.domain.json import JsonObject

_BUTTON = re.compile(r"button_(?P<kind>reply|url)_(?P<index>\d)")
HEADER = "header"


def build_whatsapp_template(name: str, language: str, parameters: Mapping[str, Any]) -> JsonObject:
    """Return a template with its gaps filled.

    Args:
        name: The template's name.
        language: Such as `fr` or `fr_CA`; a dash is read as an underscore.
        parameters: What fills the gaps of the body: by number (`1`, `2` …) or by name. `header`
            fills the heading's, `button_reply_0` is what the first button sends back,
            `button_url_0` ends the first button's address.
    """
    components: list[JsonObject] = []
    if HEADER in parameters:
        gap = {"type": "text", "text": str(parameters[HEADER])}
        components.append({"type": "header", "parameters": [gap]})
    components += build_body(parameters)
    components += [
        _button(match["kind"], match["index"], str(value))
        for key, value in parameters.items()
        if (match := _BUTTON.fullmatch(key))
    ]
    code = language.replace("-", "_")
    return {"name": name, "language": {"code": code}, "components": components}


def build_utility_template(name: str, language: str, parameters: Mapping[str, Any]) -> JsonObject:
    """Return a Messenger template with the gaps of its body filled; it has no others."""
    code = language.replace("-", "_")
    return {"name": name, "language": {"code": code}, "components": build_body(parameters)}


def build_body(parameters: Mapping[str, Any]) -> list[JsonObject]:
    """Return the component that fills the gaps of a body, none if there are no gaps."""
    keys = [key for key in parameters if key != HEADER and not _BUTTON.fullmatch(key)]
    numbered = all(key.isdigit() for key in keys)
    gaps = [
        {"type": "text", "text": str(parameters[key])}
        | ({} if numbered else {"parameter_name": key})
        for key in (sorted(keys, key=int) if numbered else keys)
    ]
    return [{"type": "body", "parameters": gaps}] if gaps else []


def _button(kind: str, index: str, value: str) -> JsonObject:
    is_reply = kind == "reply"
    parameter = (
        {"type": "payload", "payload": value} if is_reply else {"type": "text", "text": value}
    )
    sub_type = "quick_reply" if is_reply else "url"
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}
