"""What a configuration must not be when it serves real people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECRET_LENGTH = 50
LONGEST_PROOF = 60
SECRET_VARIETY = 10
SAMPLE_SECRETS = ("django-insecure-", "change-me", "test-")
MAIL_SECURITY = ("starttls", "tls", "none")
LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}


def faults(settings: Mapping[str, Any]) -> list[str]:
    """Return every reason against these settings, in words; an empty list means they may serve."""
    hosts = set(settings["ALLOWED_HOSTS"])
    checks = [
        (
            settings["DATABASE_URL"].startswith("sqlite"),
            "数据库还是 SQLite：请把 DATABASE_URL 设为 postgresql:// 地址。",
        ),
        (
            settings["BROKER_URL"].startswith(("filesystem", "memory")),
            "任务队列还在本机：请把 BROKER_URL 设为 redis:// 或 amqp:// 地址。",
        ),
        (not settings["STORAGE_URL"].startswith("s3://"), "材料还存在本机文件夹：请把 STORAGE_URL 设为对象存储地址。"),
        (
            weak(settings["SECRET_KEY"]),
            f"密钥没有设置、太短或是示例：请把 SECRET_KEY 或 SECRET_KEY_FILE 设为至少 {SECRET_LENGTH} 个随机字符。",
        ),
        (not settings["EMAIL_HOST"], "邮件服务器没有设置：请在 EMAIL_HOST 填写 SMTP 服务器。"),
        (settings["EMAIL_SECURITY"] not in MAIL_SECURITY, "EMAIL_SECURITY 只能写 starttls、tls 或 none。"),
        (not settings["SITE_URL"].startswith("https://"), "网站地址没有设置：请把 SITE_URL 设为 https:// 开头的地址。"),
        (
            not settings["CACHE_URL"].startswith("redis"),
            "缓存还在本机：请把 CACHE_URL 设为 redis:// 地址，限制登录次数要靠它。",
        ),
        (
            settings["TRUST_PROXY"] and not settings["ALLAUTH_TRUSTED_PROXY_COUNT"],
            "前面有代理，却没有说有几层：请设置 ALLAUTH_TRUSTED_PROXY_COUNT，否则所有人的登录次数会算在一起。",
        ),
        (
            not 1 <= settings["PROOF_MINUTES"] <= LONGEST_PROOF,
            f"审批和动钱前的确认时间不合适：PROOF_MINUTES 请设为 1 至 {LONGEST_PROOF}。",
        ),
        (settings["SESSION_DAYS"] < 1 or settings["SESSION_HOURS_WEIGHTY"] < 1, "登录保持的时间不能是 0。"),
        (settings["DEMO"], "演示模式开着：请去掉 DEMO=1。"),
        (settings["DEBUG"], "调试模式开着：请去掉 DEBUG=1。"),
        ("*" in hosts or hosts <= LOCAL_NAMES, "网站域名没有设置：请在 ALLOWED_HOSTS 填写真实域名，不能用 *。"),
    ]
    return [reason for present, reason in checks if present]


def weak(secret: str) -> bool:
    """Return whether a secret is short, monotonous or a sample."""
    return len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_VARIETY or secret.startswith(SAMPLE_SECRETS)
