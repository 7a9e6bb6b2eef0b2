"""What holds in every profile; every environment variable the product knows is read here."""

from __future__ import annotations

import mimetypes
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from grants.settings import env
from grants.settings.database import connection

django_stubs_ext.monkeypatch()
mimetypes.add_type("text/javascript", ".js", strict=True)

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# Environment -----------------------------------------------------------------------------------------------

env.text(
    "DJANGO_SETTINGS_MODULE",
    default="grants.settings.embedded",
    zh="运行方式：grants.settings.embedded（内嵌）或 grants.settings.production（正式）",
    en="the profile: grants.settings.embedded or grants.settings.production",
)
DATA_DIR = env.folder(
    "DATA_DIR",
    default=BASE_DIR / "var",
    shown="var/",
    zh="存放数据库文件、材料、队列和缓存的文件夹",
    en="folder for the database file, documents, queue and cache",
)
DATABASE_URL = env.text(
    "DATABASE_URL",
    default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}",
    shown="sqlite:///<DATA_DIR>/db.sqlite3",
    zh="数据库地址，正式运行用 postgresql://user:password@host:5432/name",
    en="database address; in production postgresql://user:password@host:5432/name",
)
STORAGE_URL = env.text(
    "STORAGE_URL",
    default=(DATA_DIR / "documents").as_uri(),
    shown="file:///<DATA_DIR>/documents",
    zh="材料存放地址，正式运行用对象存储 s3://key:secret@host/bucket",
    en="where documents are kept; in production an object store, s3://key:secret@host/bucket",
)
BROKER_URL = env.text(
    "BROKER_URL",
    default="filesystem://localhost",
    zh="后台任务队列地址，正式运行用 redis:// 或 amqp://",
    en="task queue; in production redis:// or amqp://",
)
CACHE_URL = env.text(
    "CACHE_URL",
    default="",
    shown="<DATA_DIR>/cache",
    zh="缓存地址，多台服务器共用时写 redis://；不写则用本机文件",
    en="cache; redis:// when several servers share it, otherwise files on this machine",
)
SECRET_KEY = env.secret(
    "SECRET_KEY",
    shown="<DATA_DIR>/secret_key",
    zh="签名用的密钥，至少 50 个字符；内嵌运行时自动生成一次",
    en="signing key of at least 50 characters; made once by the embedded profile",
)
DEMO = env.flag(
    "DEMO",
    zh="演示：加入演示账号，页面上明显标出；正式运行拒绝",
    en="demonstration: adds demo accounts and says so on every page; refused in production",
)
DEBUG = env.flag(
    "DEBUG",
    zh="开发时显示详细错误；正式运行拒绝",
    en="detailed errors for developers; refused in production",
)
ALLOWED_HOSTS = env.names(
    "ALLOWED_HOSTS",
    default="localhost,127.0.0.1,[::1]",
    zh="网站域名，用逗号隔开；正式运行必须自己填写",
    en="host names of the site, separated by commas; production needs its own",
)
CSRF_TRUSTED_ORIGINS = env.names(
    "CSRF_TRUSTED_ORIGINS",
    default="",
    zh="反向代理改变了网址时，允许提交表单的来源，如 https://grants.example.org",
    en="origins that may post forms when a proxy changes the address, e.g. https://grants.example.org",
)
TRUST_PROXY = env.flag(
    "TRUST_PROXY",
    zh="前面有自己的 HTTPS 代理，并由它设置 X-Forwarded-Proto",
    en="an HTTPS proxy of ours stands in front and sets X-Forwarded-Proto",
)
PORT = env.number("PORT", default=8000, zh="演示网站的端口", en="port of the demonstration site")

# Application -----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "viewflow.workflow",  # the engine only; the `viewflow` user interface stays out
    "workflow",
    "storage",
    "grants",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # a page is closed unless it says otherwise
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "grants.urls"
WSGI_APPLICATION = "grants.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "grants.desk.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "grants.desk.templating",
            ],
        },
    },
]

# Data ------------------------------------------------------------------------------------------------------

DATABASES = {"default": connection(DATABASE_URL)}
STORAGE_MAX_BYTES = 20 * 1024 * 1024  # the largest document taken
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA_DIR / "cache"}
}

# People ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "grants.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # a page reads it without a query, writes only at change
SESSION_COOKIE_AGE = 12 * 60 * 60
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# Language and time -----------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LOCALE_PATHS = [BASE_DIR / "grants" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Files served ----------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Safety ----------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Work beside the request -----------------------------------------------------------------------------------

CELERY_BROKER_URL = BROKER_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_IMPORTS = ("workflow.tasks", "grants.desk.tasks")
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "queue" / "beat")
# `expires` keeps a stopped worker from finding hours of identical ticks in its queue.
CELERY_BEAT_SCHEDULE = {
    "relay_outbox": {"task": "workflow.tasks.relay_outbox", "schedule": 10, "options": {"expires": 10}},
    "tick": {"task": "workflow.tasks.tick", "schedule": 60, "options": {"expires": 60}},
    "sweep": {"task": "grants.desk.tasks.sweep_uploads", "schedule": 3600, "options": {"expires": 3600}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
