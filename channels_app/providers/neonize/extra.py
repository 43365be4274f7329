"""neonize, which is an extra, loaded when it is first needed: it starts a program of its own."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

EXTRA = "whatsapp-personal"
NEEDED = f'a personal account of WhatsApp needs neonize: pip install "django-roomkit[{EXTRA}]"'


def require() -> None:
    """Make sure that neonize is there, without loading it.

    Raises:
        ImportError: If it is not; says how to install it.
    """
    if find_spec("neonize") is None:
        raise ImportError(NEEDED, name="neonize")


def events() -> Any:
    """Return the messages that neonize and its program exchange."""
    return _load("neonize.proto.Neonize_pb2")


def contents() -> Any:
    """Return what WhatsApp's messages are made of."""
    return _load("neonize.proto.waE2E.WAWebProtobufsE2E_pb2")


def keys() -> Any:
    """Return what names an earlier message."""
    return _load("neonize.proto.waCommon.WACommon_pb2")


def devices() -> Any:
    """Return what a device says of itself."""
    return _load("neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2")


def words() -> Any:
    """Return neonize's enumerations."""
    return _load("neonize.utils.enum")


def problems() -> Any:
    """Return neonize's exceptions."""
    return _load("neonize.exc")


def client() -> Any:
    """Return the module of the asynchronous client."""
    return _load("neonize.aioze.client")


def as_json(message: Any) -> dict[str, Any]:
    """Return a message of neonize's as JSON values."""
    return dict(_load("google.protobuf.json_format").MessageToDict(message))


def _load(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f"{NEEDED} ({error})", name=error.name) from error
