"""Settings of the project, every one from the environment, none of them required.

Without any variable the site runs on SQLite in ``./var``, in one process, with in-memory
channel layers. ``docs/settings.md`` lists the variables.
"""

from pathlib import Path
from socket import gethostname

import environ
from django.utils.translation import gettext_lazy as _

from roomkit_project.databases import postgres, sqlite
from roomkit_project.logs import build_logging
from roomkit_project.policy import build_policy
from roomkit_project.secrets import load_or_create_secret
from roomkit_project.sharing import broker_options, cache, channel_layer

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything the running site writes: database, secrets, uploads, collected static files.
DATA_DIR = Path(env.str("ROOMKIT_DATA_DIR", default=str(Path.cwd() / "var"))).resolve()
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
for _directory in (DATA_DIR, STATIC_ROOT, MEDIA_ROOT):
    _directory.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("ROOMKIT_DEBUG", default=False)

SECRET_KEY = (
    env.str("ROOMKIT_SECRET_KEY", default="")
    or env.str("DJANGO_SECRET_KEY", default="")
    or load_or_create_secret(DATA_DIR / "secret_key")
)

# --- who may reach the site

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
CONTENT_SECURITY_POLICY = build_policy(ALLOWED_HOSTS)

if env.bool("ROOMKIT_HTTPS", default=False):
    # A proxy in front speaks TLS and overwrites this header, so its word can be taken.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- parts

INSTALLED_APPS = [
    # First, because it replaces the runserver command.
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "hooks",
    "rooms",
    "channels_app",
    "voice",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "roomkit_project.static.static_files",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "roomkit_project.urls"
ASGI_APPLICATION = "roomkit_project.asgi.application"
WSGI_APPLICATION = "roomkit_project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# --- where things are kept

DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES = {"default": postgres(DATABASE_URL) if DATABASE_URL else sqlite(DATA_DIR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
REDIS_PREFIX = env.str("ROOMKIT_REDIS_PREFIX", default="roomkit")
CACHES = {"default": cache(REDIS_URL, prefix=REDIS_PREFIX)}
CHANNEL_LAYERS = {"default": channel_layer(REDIS_URL, prefix=REDIS_PREFIX)}

MEDIA_URL = "media/"
STATIC_URL = "static/"
# An installed package has no project shell beside it.
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.is_dir()]
# Files are found where the apps keep them, so that no collectstatic is needed.
WHITENOISE_USE_FINDERS = True

# --- people

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [path for path in [BASE_DIR / "locale"] if path.is_dir()]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TZ", default="UTC")

# --- what is written about all this

LOGGING = build_logging(
    style=env.str("ROOMKIT_LOG_FORMAT", default="text"),
    level=env.str("ROOMKIT_LOG_LEVEL", default="INFO"),
    personal_data=env.bool("ROOMKIT_LOG_PERSONAL_DATA", default=False),
    process={"role": env.str("ROOMKIT_ROLE", default="all"), "node": gethostname()},
)

# --- Celery, where ROOMKIT_DISPATCHER asks for it

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, prefix=REDIS_PREFIX)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"roomkit_channels.drain_lane": {"queue": "deliver"}}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# A task is a wake-up. The work itself is a row with a lease, which another process takes over
# when this one dies, so a lost task costs a second and a repeated one nothing.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What runs tasks only waits for the event loop that does the work, so many threads cost little.
# The pool is chosen on the command line: Celery ignores `--pool prefork` where it is set here.
CELERY_WORKER_CONCURRENCY = env.int("CELERY_WORKER_CONCURRENCY", default=32)

# --- RoomKit itself

ROOMKIT: dict[str, object] = {
    "ROLE": env.str("ROOMKIT_ROLE", default="all"),
    "DISPATCHER": env.str("ROOMKIT_DISPATCHER", default="in_process"),
    "LOCKS": env.str("ROOMKIT_LOCKS", default="") or None,
    "REDIS_URL": REDIS_URL or None,
    "REDIS_PREFIX": REDIS_PREFIX,
    "LANE_SCOPE": env.str("ROOMKIT_LANE_SCOPE", default="binding"),
    "LEASE_SECONDS": env.float("ROOMKIT_LEASE_SECONDS", default=15.0),
    "TELEMETRY": env.str("ROOMKIT_TELEMETRY", default="") or None,
    "PUBLIC_URL": env.str("ROOMKIT_PUBLIC_URL", default="") or None,
    "SECRETS_KEYS": env.list("ROOMKIT_SECRETS_KEYS", default=[]),
    "CHANNELS": {
        "web-chat": {"FACTORY": "channels_app.WebSocketChannel"},
        # Needs no key: it answers by rules for an invented shop.
        "assistant": {
            "FACTORY": "channels_app.AIChannel",
            "OPTIONS": {"provider": {"FACTORY": "channels_app.DemoShopProvider"}},
        },
    },
    "CHAT": {
        "CHANNEL": "web-chat",
        "AGENT": "assistant",
        "TITLE": "Willow Lane",
        "AGENT_NAME": "Aria",
        "GREETING": _(
            "Hello, I am Aria. Ask me about an order, delivery, returns or what we sell."
        ),
    },
}
