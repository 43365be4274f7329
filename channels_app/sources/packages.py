"""Packages that only some sources need."""

from importlib import import_module
from typing import Any


def needed(module: str, *, extra: str) -> Any:
    """Import a module of an optional package.

    Raises:
        ImportError: If it is not installed; says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f'{module} is not installed: pip install "django-roomkit[{extra}]"'
        ) from error
