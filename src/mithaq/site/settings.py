"""Django's settings, made from the node's folder.

Without MITHAQ_NODE the settings load for the tools that need them (types, migrations, docs); there
is then no database, and the secret key is new in every process.
"""

from __future__ import annotations

import pathlib
import secrets

from mithaq.core.ids import BureauId
from mithaq.site import logs, node

_LOADED = node.load()
NODE = _LOADED or node.NodeConfig(
    folder=pathlib.Path("var/none").absolute(),
    bureau=BureauId("XZ"),
    origin="none.invalid",
    endpoint="https://none.invalid",
    listen="127.0.0.1:1",
    languages=("en",),
    zone="UTC",
    database="postgresql:///none?host=/nonexistent",
)

# --- What apps ask about the node ----------------------------------------------------------------

MITHAQ_BUREAU = NODE.bureau
MITHAQ_ORIGIN = NODE.origin
MITHAQ_ENDPOINT = NODE.endpoint
MITHAQ_LANGUAGES = NODE.languages
MITHAQ_SECRETS = NODE.secrets
MITHAQ_FILES = NODE.files

# --- Apps, from the lowest floor up --------------------------------------------------------------

_OURS = (
    *("journal", "people", "keys", "directory"),
    *("pacts", "safeguards", "exchange", "methods"),
)
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "procrastinate.contrib.django",
    *(f"mithaq.apps.{name}" for name in _OURS),
]
AUTH_USER_MODEL = "people.Officer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database ------------------------------------------------------------------------------------

_PARAMETERS = NODE.database_parameters()
_NAMED = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **{name: str(_PARAMETERS.get(key, "")) for key, name in _NAMED.items()},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "server_side_binding": True,  # an envelope goes as bytes, not as a text in SQL
            **{key: value for key, value in _PARAMETERS.items() if key not in _NAMED},
        },
    }
}

# --- Requests ------------------------------------------------------------------------------------

SECRET_KEY = NODE.secret("django") if _LOADED else secrets.token_hex(32)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", NODE.endpoint.split("//")[1].split("/")[0].split(":")[0]]
ROOT_URLCONF = "mithaq.site.urls"
WSGI_APPLICATION = "mithaq.site.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mithaq.site.problems.Problems",
]
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # bytes: a batch of envelopes of 1 MiB
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if NODE.endpoint.startswith("https:") else 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

# --- Languages and time --------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = NODE.zone
USE_I18N = True
LANGUAGE_CODE = NODE.languages[0]
LANGUAGES = [("ar", "العربية"), ("fr", "Français"), ("en", "English"), ("es", "Español")]

# --- Logs ----------------------------------------------------------------------------------------

logs.configure()
LOGGING = logs.logging_config()
