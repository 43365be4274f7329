"""The apps import where nothing but the required packages is installed."""

import importlib
import json
from pathlib import Path

import pytest

from tests.architecture.installed import IMPORT_NAMES, Python, optional_distributions
from tests.repository import APPS, ROOT

# What is made of a site's settings or database cannot be had without them.
OF_A_SITE = {"get_kit", "DatabaseConversationReferenceStore", "DatabaseEndpointStore"}
# Modules that only work with an extra; whoever imports them says what to install.
OF_AN_EXTRA = {
    "rooms": {
        "rooms.serving.server": "daphne",
        "rooms.telemetry.opentelemetry": "opentelemetry",
        "rooms.locks.redis": "redis",
        "rooms.shared.clients": "redis",
        "rooms.shared.link": "redis",
        "rooms.shared.redis": "redis",
    },
    "channels_app": {
        "channels_app.tasks": "celery",
        "channels_app.task_processes": "celery",
        "channels_app.testing.fakes.websocket_server": "websockets",
    },
}

# A vendor's folder may need the vendor's SDK, and no other.
OF_A_VENDOR = {
    "anthropic": "anthropic",
    "gemini": "google.genai",
    "openai": "openai",
    "sendgrid": "sendgrid",
    "teams": "jwt",
    "twilio": "twilio",
}

# Fakes that are made of the SDK's own types.
FAKE_OF = {
    "neonize": "channels_app.testing.fakes.neonize",
    "google.genai": "channels_app.testing.fakes.gemini",
}
OF_MCP = "channels_app.ai.tools.mcp"

EVERY_NAME = """
import importlib, sys
package = importlib.import_module(sys.argv[1])
for name in set(dir(package)) - set(sys.argv[2:]):
    getattr(package, name)
print(package.__file__)
"""
EVERY_MODULE = """
import django, importlib, json, pkgutil, sys
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.admin",
        "django.contrib.sessions", "django.contrib.messages", "channels",
        "hooks", "rooms", "channels_app", "voice"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SECRET_KEY="x", USE_TZ=True,
)
django.setup()
package = importlib.import_module(sys.argv[1])
missing = {}
for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
    try:
        importlib.import_module(found.name)
    except ModuleNotFoundError as error:
        missing[found.name] = error.name
print(json.dumps(missing))
"""


@pytest.fixture
def python(installed_packages: Path, tmp_path: Path) -> Python:
    return Python(installed_packages, tmp_path)


def is_vendors(module: str, extra: str) -> bool:
    """Tell whether a module lacks nothing but the SDK of the vendor it is for."""
    if extra in FAKE_OF and module.startswith(FAKE_OF[extra]):
        return True
    if extra == "mcp" and module.startswith(OF_MCP):
        return True
    app, folder, vendor, *_ = [*module.split("."), "", ""]
    return (app, folder) == ("channels_app", "providers") and OF_A_VENDOR.get(vendor) == extra


def names_of_vendors(app: str) -> list[str]:
    """Return the names that may need a vendor's SDK."""
    defined_in = getattr(importlib.import_module(app), "_DEFINED_IN", {})
    return [
        name
        for name, module in defined_in.items()
        if module.startswith(OF_MCP)
        or any(module.startswith(f"channels_app.providers.{vendor}.") for vendor in OF_A_VENDOR)
    ]


def write(folder: Path, program: str) -> Path:
    path = folder / "program.py"
    path.write_text(program)
    return path


def test_every_optional_package_is_kept_out() -> None:
    assert set(IMPORT_NAMES) == optional_distributions()


@pytest.mark.parametrize("name", ["redis", "google.genai", "tests.settings", "examples"])
def test_neither_extras_nor_the_repository_can_be_imported(name: str, python: Python) -> None:
    program = write(
        python.folder,
        f"try:\n    import {name}\nexcept ModuleNotFoundError as error:\n    print(error)\n",
    )

    assert "No module named" in python.run(program).stdout


@pytest.mark.parametrize("app", APPS)
def test_app_and_its_names_import_before_django_is_set_up(app: str, python: Python) -> None:
    program = write(python.folder, EVERY_NAME)
    file = python.run(program, app, *OF_A_SITE, *names_of_vendors(app)).stdout.strip()

    assert file == str(python.packages / app / "__init__.py")
    assert not Path(file).is_relative_to(ROOT)


@pytest.mark.parametrize("app", APPS)
def test_every_module_of_an_app_imports_without_any_extra(app: str, python: Python) -> None:
    missing = json.loads(python.run(write(python.folder, EVERY_MODULE), app).stdout)

    others = {name: extra for name, extra in missing.items() if not is_vendors(name, extra)}
    assert others == OF_AN_EXTRA.get(app, {})
