"""The kinds of file that are accepted, and those that are refused with a reason of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Kind:
    """One accepted kind: its media type, its word, the suffixes it may carry."""

    media_type: str
    label: StrOrPromise
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Why a kind is refused, and what to do instead."""

    code: str
    message: StrOrPromise


PDF: Final = "application/pdf"
ZIP: Final = "application/zip"
OFD: Final = "application/ofd"
XML: Final = "application/xml"
TEXT: Final = "text/plain"
CSV: Final = "text/csv"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

KINDS: Final = (
    Kind(PDF, "PDF", (".pdf",)),
    Kind("image/jpeg", _("JPG 图片"), (".jpg", ".jpeg", ".jfif")),
    Kind("image/png", _("PNG 图片"), (".png",)),
    Kind("image/webp", _("WebP 图片"), (".webp",)),
    Kind("image/heic", _("HEIC 图片"), (".heic", ".heif", ".hif")),
    Kind(OFD, _("OFD 版式文件"), (".ofd",)),
    Kind(DOCX, _("Word 文档"), (".docx",)),
    Kind(XLSX, _("Excel 表格"), (".xlsx",)),
    Kind(XML, _("XML 数据"), (".xml",)),
    Kind(ZIP, _("ZIP 压缩包"), (".zip",)),
    Kind(TEXT, _("纯文本"), (".txt",)),
    Kind(CSV, _("CSV 表格"), (".csv",)),
)
PHOTOS: Final = frozenset(kind.media_type for kind in KINDS if kind.media_type.startswith("image/"))
BY_TYPE: Final = {kind.media_type: kind for kind in KINDS}
BY_SUFFIX: Final = {suffix: kind for kind in KINDS for suffix in kind.suffixes}

EXECUTABLE: Final = Unwanted("executable", _("这是可以运行的程序，不能上传。请上传文档或图片。"))
WEB_PAGE: Final = Unwanted("web_page", _("这是网页文件，不能上传。请在浏览器里打开它，打印成 PDF，再上传 PDF。"))
SVG: Final = Unwanted("svg", _("不收 SVG 图片。请用看图软件打开它，另存为 PNG 图片，再上传。"))
OLD_OFFICE: Final = Unwanted(
    "old_office",
    _("这是旧格式的文件（.doc、.xls、.wps 等）。请用 WPS 或 Word 打开，点“另存为”，选 .docx、.xlsx 或 PDF，再上传。"),
)
ENCRYPTED: Final = Unwanted("encrypted", _("这个文件设了打开密码，别人看不了。请去掉密码另存一份，再上传。"))
MACRO: Final = Unwanted("macro", _("这个文件带有宏（可运行的程序）。请另存为不带宏的 .docx 或 .xlsx，再上传。"))
ARCHIVE: Final = Unwanted("archive", _("压缩包只收 ZIP。请解开后用系统自带的压缩功能压缩成 ZIP，再上传。"))
GIF: Final = Unwanted("gif", _("不收 GIF 图片。请用看图软件打开它，另存为 JPG 或 PNG，再上传。"))
OTHER_IMAGE: Final = Unwanted("other_image", _("不收这种图片（BMP、TIFF、AVIF）。请另存为 JPG 或 PNG，再上传。"))
SLIDES: Final = Unwanted("slides", _("不收演示文稿。请打开它，点“另存为”或“导出”，选 PDF，再上传。"))

UNWANTED: Final = {
    **dict.fromkeys(("image/bmp", "image/x-ms-bmp", "image/tiff", "image/avif"), OTHER_IMAGE),
    **dict.fromkeys(
        ("application/x-rar", "application/vnd.rar", "application/x-7z-compressed", "application/gzip"), ARCHIVE
    ),
    **dict.fromkeys(("application/x-tar", "application/x-bzip2", "application/x-xz"), ARCHIVE),
    "image/gif": GIF,
    "text/html": WEB_PAGE,
    "text/rtf": OLD_OFFICE,
    "application/xhtml+xml": WEB_PAGE,
    "image/svg+xml": SVG,
    "application/CDFV2": OLD_OFFICE,
    "application/x-ole-storage": OLD_OFFICE,
    "application/msword": OLD_OFFICE,
    "application/vnd.ms-excel": OLD_OFFICE,
    "application/vnd.ms-powerpoint": OLD_OFFICE,
    "application/vnd.ms-office": OLD_OFFICE,
    "application/vnd.ms-works": OLD_OFFICE,
    "application/encrypted": ENCRYPTED,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": SLIDES,
    "application/java-archive": EXECUTABLE,
    "application/javascript": EXECUTABLE,
    "application/vnd.debian.binary-package": EXECUTABLE,
    "application/vnd.microsoft.portable-executable": EXECUTABLE,
    "application/x-dosexec": EXECUTABLE,
    "application/x-executable": EXECUTABLE,
    "application/x-mach-binary": EXECUTABLE,
    "application/x-msi": EXECUTABLE,
    "application/x-object": EXECUTABLE,
    "application/x-pie-executable": EXECUTABLE,
    "application/x-sharedlib": EXECUTABLE,
    "text/x-ms-regedit": EXECUTABLE,
    "text/x-msdos-batch": EXECUTABLE,
    "text/x-perl": EXECUTABLE,
    "text/x-php": EXECUTABLE,
    "text/x-ruby": EXECUTABLE,
    "text/x-shellscript": EXECUTABLE,
}
UNWANTED_SUFFIXES: Final = {
    **dict.fromkeys((".doc", ".xls", ".ppt", ".wps", ".et", ".dps", ".rtf"), OLD_OFFICE),
    **dict.fromkeys((".htm", ".html", ".xhtml", ".mht", ".mhtml"), WEB_PAGE),
    **dict.fromkeys((".docm", ".xlsm", ".xlsb", ".pptm"), MACRO),
    **dict.fromkeys(
        (".exe", ".com", ".scr", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".apk"), EXECUTABLE
    ),
    **dict.fromkeys((".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz"), ARCHIVE),
    **dict.fromkeys((".bmp", ".tif", ".tiff", ".avif"), OTHER_IMAGE),
    ".gif": GIF,
    ".svg": SVG,
    ".pptx": SLIDES,
}
SCRIPT: Final = "text/x-script."
"""How libmagic begins the type of any script it has no own word for."""
