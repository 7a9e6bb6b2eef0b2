"""What holds in every profile; every environment variable the product knows is read here."""

from __future__ import annotations

import datetime as dt
import mimetypes
import os
from pathlib import Path

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from grants.settings import env
from grants.settings.database import connection

django_stubs_ext.monkeypatch()
mimetypes.add_type("text/javascript", ".js", strict=True)
# The matrices of a review are small: on a busy machine threads of numpy wait for each other, five times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

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
    zh="材料存放地址，正式运行用对象存储 s3://key:secret@host:port/bucket?secure=1（写法见 docs/object-storage.md）",
    en="where documents are kept; in production s3://key:secret@host:port/bucket?secure=1 (see docs/object-storage.md)",
)
STORAGE_FALLBACK_URL = env.text(
    "STORAGE_FALLBACK_URL",
    default="",
    zh="材料搬家以后，原来的存放地址；还没搬完的从那里读，搬完后去掉",
    en="where documents lay before a move; what has not moved is still read from there; removed afterwards",
)
STORAGE_SPOOL_MB = env.number(
    "STORAGE_SPOOL_MB",
    default=4096,
    zh="对象存储连不上时，本机 <DATA_DIR>/spool 最多替它存多少 MB 待上传的文件",
    en="megabytes kept in <DATA_DIR>/spool while the object store cannot be reached",
)
STORAGE_PERSON_MB = env.number(
    "STORAGE_PERSON_MB",
    default=10_240,
    zh="每个人一共可以上传多少 MB，0 为不限",
    en="megabytes that one person may upload in all; 0 for no limit",
)
STORAGE_PERSON_FILES = env.number(
    "STORAGE_PERSON_FILES",
    default=20_000,
    zh="每个人一共可以上传多少份，0 为不限",
    en="how many files one person may upload in all; 0 for no limit",
)
STORAGE_PROJECT_MB = env.number(
    "STORAGE_PROJECT_MB",
    default=2048,
    zh="每个项目的材料一共多少 MB，0 为不限；轮次配置的 checklist.room 可以另定",
    en="megabytes for the papers of one project; 0 for no limit; a round may say otherwise in checklist.room",
)
STORAGE_PROJECT_FILES = env.number(
    "STORAGE_PROJECT_FILES",
    default=1000,
    zh="每个项目的材料一共多少份，0 为不限；轮次配置的 checklist.room 可以另定",
    en="how many papers one project may have; 0 for no limit; a round may say otherwise in checklist.room",
)
CLAMD_URL = env.text(
    "CLAMD_URL",
    default="",
    zh="查毒程序 clamd 的地址：unix:///run/clamav/clamd.ctl 或 tcp://主机:3310；不写则不查毒，材料旁标“未查毒”",
    en="where clamd listens: unix:///run/clamav/clamd.ctl or tcp://host:3310; without it documents say “not scanned”",
)
SCAN_REQUIRED = env.flag(
    "SCAN_REQUIRED",
    zh="没有查过毒的材料一律不入库：查毒程序停了就等着，恢复后自动再查",
    en="nothing unscanned becomes a document: while the scanner is down uploads wait, and are scanned when it is back",
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
TRUST_REQUEST_START = env.flag(
    "TRUST_REQUEST_START",
    zh="前面自己的代理给每个请求写上收到的时刻（X-Request-Start: t=秒.毫秒，覆盖来访者写的），按时与否以它为准",
    en="our own proxy says when it took a request in (X-Request-Start: t=<seconds.millis>, over whatever the visitor "
    "wrote); whether something came in time is judged by it",
)
ALLAUTH_TRUSTED_PROXY_COUNT = env.number(
    "ALLAUTH_TRUSTED_PROXY_COUNT",
    default=0,
    zh="前面有几层自己的反向代理；限制登录和公众提交的次数时据此认出来访者的地址（TRUST_PROXY=1 而不写，算一层）",
    en="how many proxies of ours stand in front; tells whose address a limit on attempts, or on what the public sends, "
    "is about (with TRUST_PROXY=1 and nothing here: one)",
)
SESSION_DAYS = env.number(
    "SESSION_DAYS",
    default=14,
    zh="登录后多少天不用才要重新登录（审批和经手资金的人另按小时计）",
    en="days of absence after which a person signs in again; those who decide or touch money: hours, below",
)
SESSION_HOURS_WEIGHTY = env.number(
    "SESSION_HOURS_WEIGHTY",
    default=12,
    zh="审批和经手资金的人：多少小时不用就要重新登录",
    en="hours of absence after which those who decide or touch money sign in again",
)
PROOF_MINUTES = env.number(
    "PROOF_MINUTES",
    default=15,
    zh="审批和动钱之前输过密码，多少分钟内不再问",
    en="minutes for which a password given before a decision or a money move holds",
)
PORT = env.number("PORT", default=8000, zh="演示网站的端口", en="port of the demonstration site")
SITE_URL = env.text(
    "SITE_URL",
    default=f"http://127.0.0.1:{PORT}",
    shown="http://127.0.0.1:<PORT>",
    zh="网站对外的地址，写进邮件里的链接；正式运行必须以 https:// 开头",
    en="the address under which people reach the site, for links in mail; in production it begins with https://",
).rstrip("/")
OBJECTION_CONTACT = env.text(
    "OBJECTION_CONTACT",
    default="",
    zh="公示页上受理异议的电话、邮箱和地址，用竖线 | 分行",
    en="telephone, mail and address for objections on the public pages, lines separated by |",
)
EMAIL_HOST = env.text(
    "EMAIL_HOST",
    default="",
    zh="发邮件的 SMTP 服务器；不写时邮件只存成 <DATA_DIR>/mail 里的文件，正式运行必须填写",
    en="SMTP server; without one mail is only kept as files in <DATA_DIR>/mail; required in production",
)
EMAIL_PORT = env.number("EMAIL_PORT", default=587, zh="SMTP 端口", en="SMTP port")
EMAIL_SECURITY = env.text(
    "EMAIL_SECURITY",
    default="starttls",
    zh="SMTP 加密方式：starttls、tls 或 none",
    en="how SMTP is encrypted: starttls, tls or none",
)
EMAIL_HOST_USER = env.text("EMAIL_USER", default="", zh="SMTP 用户名", en="SMTP user")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD", shown="", zh="SMTP 密码", en="SMTP password")
DEFAULT_FROM_EMAIL = env.text(
    "EMAIL_FROM",
    default="情暖浙江 <noreply@localhost>",
    zh="发件人",
    en="the sender of mail",
)

# Application -----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "viewflow.workflow",  # the engine only; the `viewflow` user interface stays out
    "workflow",
    "storage",
    "grants",
]
MIDDLEWARE = [
    "grants.desk.views.receiving.Receiving",  # first: whatever waits here is not the sender's fault
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "grants.desk.views.sending.Compressing",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "grants.desk.views.keeping.SignedIn",  # a page is closed unless it says otherwise; what was typed is kept
    "grants.desk.views.door.AtTheDoor",  # who came by link and code stays with their reviews
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "grants.desk.views.keeping.Proving",
    "storage.middleware.Away",  # a store that does not answer is a sentence, not an error
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
STORAGE_SPOOL = DATA_DIR / "spool"  # bytes between their receipt and a distant store: as precious as the documents
STORAGE_PIECES = DATA_DIR / "pieces"  # what has come of files that are still being sent
STORAGE_MAX_BYTES = 20 * 1024 * 1024  # the largest document taken
SCAN_SECONDS = 60  # how long a scan for viruses may take
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SHARED_CACHE = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
LOCAL_CACHE = {
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",  # shared by every process of this machine
    "LOCATION": DATA_DIR / "cache",
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
CACHES = {"default": SHARED_CACHE if CACHE_URL else LOCAL_CACHE}

# People ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "grants.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
CSRF_FAILURE_VIEW = "grants.desk.views.keeping.too_old"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "grants.people.signing_in.Accounts"
ACCOUNT_FORMS = {
    "login": "grants.desk.forms.access.SignInForm",
    "reauthenticate": "grants.desk.forms.access.ProofForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; allauth asks which of them it may count on
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",  # a whole office comes from one address
    "login_failed": "30/m/ip,5/300s/key",
    "reauthenticate": "10/m/user",
    "enter": "30/m/ip",
}
SECOND_FACTOR = not DEMO
MFA_ADAPTER = "grants.people.signing_in.SecondFactors"
MFA_FORMS = {
    "authenticate": "grants.desk.forms.access.CodeForm",
    "reauthenticate": "grants.desk.forms.access.CodeProofForm",
    "activate_totp": "grants.desk.forms.access.ActivateForm",
    "add_webauthn": "grants.desk.forms.access.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = dt.timedelta(days=30)
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
SESSION_COOKIE_AGE = SESSION_DAYS * 24 * 60 * 60  # at the latest; grants.people.staying says for whom it is shorter
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
        "report-uri": ["/csp-report/"],
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

# Mail ------------------------------------------------------------------------------------------------------

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "grants.desk.mailbox.Folder"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_USE_TLS = EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10  # seconds; less than a writer waits for another on SQLite

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
CELERY_IMPORTS = ("workflow.tasks", "grants.desk.tasks", "grants.desk.archive.tasks", "grants.desk.setup.tasks")
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "queue" / "beat")
# `expires` keeps a stopped worker from finding hours of identical ticks in its queue.
CELERY_BEAT_SCHEDULE = {
    "relay_outbox": {"task": "workflow.tasks.relay_outbox", "schedule": 10, "options": {"expires": 10}},
    "tick": {"task": "workflow.tasks.tick", "schedule": 60, "options": {"expires": 60}},
    "payments": {"task": "grants.desk.tasks.request_payments", "schedule": 60, "options": {"expires": 60}},
    "remind": {"task": "grants.desk.tasks.remind", "schedule": 600, "options": {"expires": 600}},
    "carry_on_bulks": {"task": "grants.desk.tasks.carry_on_bulks", "schedule": 5, "options": {"expires": 5}},
    "packages": {"task": "grants.desk.archive.tasks.build_packages", "schedule": 5, "options": {"expires": 5}},
    "rehearse": {"task": "grants.desk.setup.tasks.rehearse_asked", "schedule": 5, "options": {"expires": 5}},
    "assign": {"task": "grants.desk.tasks.carry_on_assigning", "schedule": 5, "options": {"expires": 5}},
    "bring": {"task": "grants.desk.tasks.bring_waiting", "schedule": 10, "options": {"expires": 10}},
    "scan": {"task": "grants.desk.tasks.scan_files", "schedule": 60, "options": {"expires": 60}},
    "derive": {"task": "grants.desk.tasks.derive_copies", "schedule": 30, "options": {"expires": 30}},
    "keep": {"task": "grants.desk.tasks.keep_papers", "schedule": 3600, "options": {"expires": 3600}},
    "sweep": {"task": "grants.desk.tasks.sweep_uploads", "schedule": 3600, "options": {"expires": 3600}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
