"""What a configuration must not be when it serves real people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECRET_LENGTH = 50
SECRET_VARIETY = 10
SAMPLE_SECRETS = ("django-insecure-", "change-me", "test-")
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
        (settings["STORAGE_URL"].startswith("file"), "材料还存在本机文件夹：请把 STORAGE_URL 设为对象存储地址。"),
        (
            weak(settings["SECRET_KEY"]),
            f"密钥没有设置、太短或是示例：请把 SECRET_KEY 或 SECRET_KEY_FILE 设为至少 {SECRET_LENGTH} 个随机字符。",
        ),
        (settings["DEMO"], "演示模式开着：请去掉 DEMO=1。"),
        (settings["DEBUG"], "调试模式开着：请去掉 DEBUG=1。"),
        ("*" in hosts or hosts <= LOCAL_NAMES, "网站域名没有设置：请在 ALLOWED_HOSTS 填写真实域名，不能用 *。"),
    ]
    return [reason for present, reason in checks if present]


def weak(secret: str) -> bool:
    """Return whether a secret is short, monotonous or a sample."""
    return len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_VARIETY or secret.startswith(SAMPLE_SECRETS)
