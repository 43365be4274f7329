"""What the catalogs of channels and of agents have in common."""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from django.utils.module_loading import import_string
from pydantic import BaseModel

from channels_app.providers.base.provider import Provider


class NotOffered(Exception):
    """Nothing can be made with a provider; the text says why, and what to do."""


@dataclass(frozen=True)
class Listed:
    """A line of a catalog; with a `problem` nothing can be made with it."""

    path: str
    label: str
    group: str
    problem: str = ""


class Offered(Protocol):
    """A provider that something can be made with."""

    @property
    def path(self) -> str:
        """Its dotted path, by which rows name it."""

    @property
    def label(self) -> str:
        """What people call it."""

    @property
    def config_model(self) -> type[BaseModel]:
        """What people have to enter of the vendor."""

    def make_provider(self, config: BaseModel) -> Provider:
        """Return a provider of its own; whoever asks closes it."""


def load(path: str, *, label: str = "", extra: str = "", needs: str = "") -> Any:
    """Return what a dotted path names.

    Args:
        path: Of a class or function.
        label: What people call it, for what is said of a missing SDK.
        extra: The package's extra that its SDK comes with.
        needs: The module of its SDK, which is looked for before anything is imported.

    Raises:
        NotOffered: If it does not import.
    """
    try:
        _require(needs)
        return import_string(path)
    except Exception as error:  # a module of somebody else may fail in any way
        if isinstance(error, ImportError) and extra:
            raise NotOffered(
                f"{label} needs its SDK: pip install 'django-roomkit[{extra}]'"
            ) from error
        raise NotOffered(f"{path} does not import: {type(error).__name__}: {error}") from error


def _require(module: str) -> None:
    """Look whether a module could be imported; that would take long, and load what few need."""
    if module and find_spec(module) is None:
        raise ModuleNotFoundError(f"no module {module!r}", name=module)


def load_provider(
    path: str, *, label: str = "", extra: str = "", needs: str = ""
) -> type[Provider]:
    """Return the provider class of a dotted path; the arguments are those of `load`.

    Raises:
        NotOffered: If it does not import, or is none.
    """
    found = load(path, label=label, extra=extra, needs=needs)
    if not (isinstance(found, type) and issubclass(found, Provider)):
        raise NotOffered(f"{path} is no provider class")
    return found


def label_of(provider_class: type[Provider]) -> str:
    """Return a class's name in words: PigeonSMSProvider is "Pigeon SMS"."""
    name = provider_class.__name__.removesuffix("Provider")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
