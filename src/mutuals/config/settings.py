"""Django settings. Every choice of an installation is an environment variable: MUTUALS_* or DATABASE_URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mutuals import embedded
from mutuals.config import address, drafts, keys

PACKAGE = Path(__file__).resolve().parent.parent
STATE = embedded.state_folder()
DEBUG = os.environ.get("MUTUALS_DEBUG") == "1"
SECRET_KEY = keys.secret_key(STATE)
CREDENTIAL_KEYS = keys.credential_keys(STATE)
ERASURE_KEY = keys.erasure_key(STATE)
ALLOWED_HOSTS = os.environ.get("MUTUALS_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
PUBLIC_URL = address.public_url(STATE, os.environ)
EVENTS_URL = os.environ.get("MUTUALS_EVENTS_URL", "")
COMPANY = os.environ.get("MUTUALS_COMPANY", "Kettleworks")
FILES = STATE / "files"
IMPORT_DAYS = int(os.environ.get("MUTUALS_IMPORT_DAYS", "30"))  # how long the file of an import is kept after its end
NET_ALLOW = os.environ.get("MUTUALS_NET_ALLOW", "")
PATIENCE = float(
    os.environ.get("MUTUALS_PATIENCE", "1.5")
)  # seconds for a search, a list or a count before it is given up

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "mutuals.base",
    "mutuals.staff",
    "mutuals.processes",
    "mutuals.records",
    "mutuals.channels",
    "mutuals.people",
    "mutuals.conversations",
    "mutuals.history",
    "mutuals.sales",
    "mutuals.identity",
    "mutuals.capture",
    "mutuals.communities",
    "mutuals.outreach",
    "mutuals.listening",
    "mutuals.rules",
    "mutuals.inbox",
    "mutuals.insights",
    "mutuals.api",
    "mutuals.web",
    "mutuals.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mutuals.web.frame.uploads.Uploads",
    "mutuals.web.fields.looked.Once",
    "mutuals.web.frame.middleware.Frame",
]

ROOT_URLCONF = "mutuals.config.urls"
WSGI_APPLICATION = "mutuals.config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": sorted(PACKAGE.glob("web/*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mutuals.web.frame.context.frame",
            ],
            "libraries": {"look": "mutuals.web.frame.templatetags.look"},
        },
    },
    {  # parts printed many times over, by name only: see mutuals.web.frame.compiled
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "fragments",
        "DIRS": sorted(PACKAGE.glob("web/*/fragments")),
        "OPTIONS": {"environment": "mutuals.web.frame.compiled.environment"},
    },
]

_address = embedded.address(STATE)
_parameters = dict(_address.parameters)
if _limit := os.environ.get(
    "MUTUALS_STATEMENT_SECONDS", ""
):  # set for the web alone: jobs and migrations may take long
    _parameters["options"] = f"{_parameters.get('options', '')} -c statement_timeout={int(_limit) * 1000}".strip()
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _address.host,
        "PORT": str(_address.port),
        "USER": _address.user,
        "PASSWORD": _address.password,
        "NAME": _address.dbname,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "mutuals", **_parameters},
        "TEST": {"TEMPLATE": "template0"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "mutuals.web.signin.adapter.NoOpenSignUp"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {  # see `web.signin.throttle`; "key" = an account from one address, in one browser, or everywhere
    "login": "300/m/ip",
    "password_failed": "10/m/ip,60/h/ip,5/5m/key,20/h/key",
    "known_failed": "5/5m/key,20/h/key",
    "account_failed": "100/h/key",
    "reauthenticate": "10/m/user,30/h/user",
    "provider": "60/m/ip",  # ways to a provider outside
    "login_failed": "5/5m/key,20/h/key",  # codes of second factors; key = the user, whose password was right
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("MUTUALS_PROXIES", "0"))  # 0: who comes by a proxy has its address
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Mutuals"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an admin vouches for an address; nothing is sent to it
MFA_ADAPTER = "mutuals.web.signin.adapter.SealedFactors"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL.startswith("https://")  # browsers then know only http://localhost
CACHES = {  # counts of sign-in attempts, shared by all web processes; nothing else is kept here
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": STATE / "attempts",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # fewer would let a flood of made-up names push real counts out
    }
}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/build/assets/"

_secure = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if _secure else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = ["mutuals.base.uploads.Draft"]
FILE_UPLOAD_TEMP_DIR = drafts.folder(STATE)  # on the disk of FILES; swept at every start
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

_port = urlsplit(EVENTS_URL).port
_events = sorted({EVENTS_URL, *(f"http://{host}:{_port}" for host in ("localhost", "127.0.0.1") if _port)} - {""})
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *_events],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "__none__"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "mutuals.config.logs.Plain", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("MUTUALS_LOG", "WARNING")},
}
