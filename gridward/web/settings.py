"""Django's settings, all of them following from `config()`."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from gridward.kernel.registry import line_packages
from gridward.web.config import config
from gridward.web.database.address import connection_settings, owner_settings

_CONFIG = config()
_HERE = Path(__file__).parent

SECRET_KEY = _CONFIG.secret("django").decode()
SEARCH_KEY = _CONFIG.secret("search")
# Outside the database and its backups: see docs/how-to/keep-the-keys.md.
MASTER_KEY = _CONFIG.master()
KEY_FOLDER = _CONFIG.data_dir / "keys"
CIPHER = _CONFIG.cipher
REPORT_KEY = _CONFIG.secret("report")
REPORT_FOLDER = _CONFIG.data_dir / "erasures"
JOURNAL_KEY = _CONFIG.secret("journal")
SCOPE_KEY = _CONFIG.secret("scope")
SYNC_KEY = _CONFIG.secret("sync")
# Beside the keys, which are not in the database: whoever cuts the journal there cannot cut its head here.
JOURNAL_HEAD = _CONFIG.data_dir / "keys" / "journal-head"
DEBUG = _CONFIG.debug
# Our own supervisor asks for localhost's health, whatever the house is called outside.
ALLOWED_HOSTS = [*_CONFIG.allowed_hosts, "localhost"]
HOUSE_NAME = "Gridward 单元防线"

INSTALLED_APPS = [
    "gridward.kernel",
    "gridward.web",
    *line_packages(),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "gridward.web.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gridward.web.feed.FeedMiddleware",
    "gridward.web.overload.OverloadMiddleware",
    "gridward.web.walls.ScopeMiddleware",
    "gridward.web.field.door.DoorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gridward.web.middleware.ActorMiddleware",
    "gridward.web.middleware.RefusalMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gridward.web.signin.gate.GateMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gridward.web.context.frame",
            ],
        },
    }
]
ROOT_URLCONF = "gridward.web.urls"
WSGI_APPLICATION = "gridward.web.wsgi.application"

DATABASES = {"default": connection_settings(_CONFIG)}
OWNER_DATABASE = owner_settings(_CONFIG)
WALLS_OF_OTHERS = "gridward.web.walls.OTHERS"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Counts of failed sign-ins and used codes: the same for every process and host.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_shared",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "near": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}},
}

AUTH_USER_MODEL = "kernel.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "gridward.web.signin.words.HouseWordsValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "gridward.web.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# How long a session lasts is the gate's business, not a box to tick.
ACCOUNT_SESSION_REMEMBER = True
SIGN_IN_WAIT_S = _CONFIG.sign_in_wait_min * 60
ACCOUNT_RATE_LIMITS = {
    # A flood of tries, whatever the account: three hundred people may begin a shift behind one address.
    "login": "300/m/ip",
    "login_failed": f"{_CONFIG.sign_in_tries}/{SIGN_IN_WAIT_S}s/key",
}
MFA_ADAPTER = "gridward.web.signin.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_TOTP_ISSUER = "Gridward"
# Without TLS only a browser on this machine offers passkeys at all, and its origin is http://localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _CONFIG.behind_tls
SECOND_FACTOR_ROLES = frozenset(_CONFIG.second_factor_roles)
# In the database: a read costs 0.25 ms of CPU (a signed cookie 0.01), and a lost phone's session can be ended at once.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = _CONFIG.session_hours * 3600
SESSION_IDLE_S = _CONFIG.session_idle_min * 60
BEHIND_TLS = _CONFIG.behind_tls
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = BEHIND_TLS
# The prefix makes browsers refuse a cookie that another host of the domain, or plain http, tries to plant.
SESSION_COOKIE_NAME = "__Host-session" if BEHIND_TLS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if BEHIND_TLS else "csrftoken"
LANGUAGE_COOKIE_NAME = "__Host-language" if BEHIND_TLS else "django_language"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = BEHIND_TLS, "Lax"
# Not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# The supervisor asks this process itself, without the proxy.
SECURE_REDIRECT_EXEMPT = ["^health$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _CONFIG.behind_tls else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _CONFIG.behind_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = BEHIND_TLS
# Preloading is a decision about a whole registered domain, which belongs to whoever owns it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

USE_TZ = True
TIME_ZONE = _CONFIG.zone
LANGUAGE_CODE = _CONFIG.language
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True

STATIC_URL = "/static/"
MEDIA_ROOT = _CONFIG.data_dir / "files"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"/static/dist/assets/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MAX_UPLOAD_BYTES = _CONFIG.max_upload_mb * 1024 * 1024
REVEALS_PER_DAY = _CONFIG.reveals_per_day
REVEAL_AREAS_PER_DAY = _CONFIG.reveal_areas_per_day
EXPORT_HOURS = _CONFIG.export_hours
RETENTION_DAYS = _CONFIG.retention_days
ASK_PER_HOUR = _CONFIG.ask_per_hour

NOTICE_CHANNELS = _CONFIG.notice_channels
NOTICE_QUIET_HOURS = (_CONFIG.quiet_from, _CONFIG.quiet_until)
PROCRASTINATE_IMPORT_PATHS = ["gridward.kernel.jobs"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "readable": {"()": "gridward.web.log_lines.Readable"},
        "json": {"()": "gridward.web.log_lines.Json"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": _CONFIG.log_format}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.security.DisallowedHost": {"level": "CRITICAL"}},
}
