"""Free-form JSON: what belongs to integrators and vendors, and is none of our business."""

import json
import math
from typing import Any, NoReturn, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object whose shape is somebody else's."""


def read_json(text: str) -> Any:
    """Return what a JSON text says, as long as a database keeps it.

    Python alone reads NaN and numbers without end too, which are no JSON.

    Raises:
        ValueError: If it is no JSON, has a number that is too large, or is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_read_float)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _read_float(said: str) -> float:
    number = float(said)
    return number if math.isfinite(number) else _refuse(said)


def _refuse(said: str) -> NoReturn:
    raise ValueError(f"{said} is no number that can be kept")
