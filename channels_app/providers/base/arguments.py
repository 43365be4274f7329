"""Reading the arguments of tool calls, which models write as text."""

from rooms.domain.json import JsonObject, read_json


def read_arguments(text: str) -> JsonObject:
    """Return the arguments of a call; what is no JSON object, such as half of one, comes as `raw`.

    No text at all is no arguments.
    """
    if not text.strip():
        return {}
    try:
        arguments = read_json(text)
    except ValueError:
        return {"raw": text}
    return arguments if isinstance(arguments, dict) else {"raw": text}
