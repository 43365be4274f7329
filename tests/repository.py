"""Where the repository is, for tests that read it or run its commands."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("hooks", "rooms", "channels_app", "voice")
PACKAGES = (*APPS, "roomkit_project")
