"""What the tables have in common: absent texts, closed vocabularies, the shape of a row."""

from enum import StrEnum
from typing import TypeAlias

from django.db import models
from django.db.models import NOT_PROVIDED

from rooms.domain.json import JsonObject

ID_LENGTH = 255
KEY_LENGTH = 64
ADDRESS_LENGTH = 320
FOREIGN_ID_LENGTH = 512
WORD_LENGTH = 32

# A row before it is one: free-form JSON stands beside texts and numbers.
Columns: TypeAlias = JsonObject


def choices_of(vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
    """List a vocabulary as (stored text, label)."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in vocabulary]


def word_column(
    vocabulary: type[StrEnum], default: StrEnum, *, in_database: bool = False
) -> "models.CharField[str, str]":
    """Build a text column that holds one word of a closed vocabulary.

    Args:
        vocabulary: The words.
        default: What a new row says.
        in_database: The database itself writes the default for those who do not name the column.
    """
    return models.CharField(
        max_length=WORD_LENGTH,
        choices=choices_of(vocabulary),
        default=default.value,
        db_default=default.value if in_database else NOT_PROVIDED,
    )


def optional_text(max_length: int = ID_LENGTH) -> "models.CharField[str | None, str | None]":
    """Build a text column where NULL is None, so that '' stays '' on the way through."""
    return models.CharField(max_length=max_length, null=True, blank=True)


def organization_column() -> "models.CharField[str, str]":
    """Build the column that names a row's organization; '' in rows is None in values.

    Never NULL, because NULLs differ from each other in unique constraints.
    """
    return models.CharField(max_length=ID_LENGTH, default="", blank=True)
