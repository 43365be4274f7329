"""What tells the states of a kept channel apart."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Mark:
    """Tells two states of a channel apart, also of one that was deleted and made again."""

    version: int
    updated_at: datetime
