"""Free-form JSON: what belongs to integrators and vendors, and is none of our business."""

from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object whose shape is somebody else's."""
