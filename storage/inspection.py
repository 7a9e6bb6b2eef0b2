"""Is it what its name says, and do we take it? Decided by content, never by what the browser claims.

What reads foreign content runs in a helper process with little memory and time; this side only names and refuses.
"""

from __future__ import annotations

import logging
from typing import BinaryIO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext

from storage.content.flaws import BY_CODE, TOO_COMPLEX, UNKNOWN
from storage.kinds import BY_SUFFIX, BY_TYPE, KINDS, UNWANTED_SUFFIXES, Unwanted
from storage.names import suffix_of
from storage.refusal import Later, Refused
from storage.sandbox import Answer, Overrun, Unavailable, run

log = logging.getLogger(__name__)


def limit() -> int:
    """Return the largest file taken, in bytes: the setting STORAGE_MAX_BYTES."""
    return int(settings.STORAGE_MAX_BYTES)


def check_announced(name: str, size: int) -> None:
    """Raise `Refused` when the clean name or the size in bytes alone already rule the file out."""
    suffix = suffix_of(name)
    if size <= 0:
        raise Refused("empty", gettext("这个文件是空的（0 字节）。请打开原文件看看有没有内容，存好后再上传。"))
    if size > limit():
        raise Refused(
            "too_large",
            gettext("这个文件有 %(size)s，超过了每个文件 %(limit)s 的上限。请缩小图片或分成几个文件，再上传。")
            % {"size": filesizeformat(size), "limit": filesizeformat(limit())},
        )
    if suffix in UNWANTED_SUFFIXES:
        raise _refusal(UNWANTED_SUFFIXES[suffix])
    if suffix not in BY_SUFFIX:
        raise Refused("suffix", _suffix_message(suffix))


def inspect(file: BinaryIO, *, name: str, size: int) -> str:
    """Return the media type of the seekable file, whose content fits the suffix of its clean name.

    Raises `Refused` with the reason, `Later` when no helper can be had: then nothing is known about the file.
    """
    check_announced(name, size)
    suffix = suffix_of(name)
    try:
        answer = run("inspect", {"suffix": suffix}, file)
    except Overrun as error:
        log.warning("inspection of a %s file was stopped", suffix)
        raise _refusal(TOO_COMPLEX) from error
    except Unavailable as error:
        log.exception("no file can be inspected")
        raise Later("not_inspected", gettext("文件收到了，但现在检查不了。请过几分钟再试。")) from error
    if "code" in answer:
        raise _flawed(answer)
    return _fitting(answer["type"], suffix)


def _fitting(real: str, suffix: str) -> str:
    if real == BY_SUFFIX[suffix].media_type:
        return real
    if real not in BY_TYPE:
        raise _refusal(UNKNOWN)
    raise Refused(
        "mismatch",
        gettext("这个文件其实是%(real)s，名字却以 %(suffix)s 结尾。请把名字的结尾改成 %(right)s，再上传。")
        % {"real": BY_TYPE[real].label, "suffix": suffix, "right": BY_TYPE[real].suffixes[0]},
    )


def _flawed(answer: Answer) -> Refused:
    kind = BY_CODE[answer["code"]]
    message = str(kind.message) % answer["facts"] if answer["facts"] else str(kind.message)
    if answer["inside"]:
        part = answer["inside"].rpartition("/")[2][-40:]
        message = gettext("压缩包里的“%(part)s”不能收。%(reason)s") % {"part": part, "reason": message}
    return Refused(kind.code, message)


def _refusal(kind: Unwanted) -> Refused:
    return Refused(kind.code, kind.message)


def _suffix_message(suffix: str) -> str:
    taken = gettext("、").join(kind.suffixes[0].removeprefix(".").upper() for kind in KINDS)
    if not suffix:
        return gettext("文件名没有后缀（例如 .pdf），看不出是什么文件。可以上传：%(taken)s。") % {"taken": taken}
    return gettext("不收 %(suffix)s 文件。可以上传：%(taken)s。") % {"suffix": suffix, "taken": taken}
