"""What is wrong inside a file: a code for programs, a sentence for the person, told apart for every cause."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from storage.kinds import UNWANTED, UNWANTED_SUFFIXES, Unwanted


class Flaw(Exception):
    """The file is not taken; `facts` fill the sentence, `inside` names the part of an archive that it is about."""

    def __init__(self, kind: Unwanted, **facts: str | int) -> None:
        self.kind = kind
        self.facts = facts
        self.inside = ""
        super().__init__(kind.code)


# Any file
BROKEN: Final = Unwanted("broken", _("这个文件打不开，可能没有传完整或已经损坏。请重新保存一份，再上传。"))
UNKNOWN: Final = Unwanted(
    "unknown",
    _("认不出这个文件的内容：它可能损坏了，或者只是改了名字。请用原来的软件打开，另存为 PDF 或图片，再上传。"),
)
POLYGLOT: Final = Unwanted(
    "polyglot", _("这个文件里还藏着另一个文件（网页、程序或压缩包）。请用原来的软件打开，另存一份干净的，再上传。")
)
TOO_COMPLEX: Final = Unwanted(
    "too_complex", _("这个文件太复杂，检查不完。请打开它，打印或另存为普通的 PDF，或分成几个小文件，再上传。")
)

# Archives, and Office and OFD files, which are archives
BOMB: Final = Unwanted(
    "bomb", _("这个文件解开后大得不正常（超过 200 MB 或原来的 100 倍）。请删去多余的内容，分成几个文件，再上传。")
)
LYING: Final = Unwanted(
    "lying", _("压缩包的目录和里面的内容对不上，可能被人改动过。请用系统自带的压缩功能重新压缩，再上传。")
)
TOO_MANY: Final = Unwanted(
    "too_many_entries", _("压缩包里的文件超过了 2,000 个。请只留需要的，或分成几个压缩包，再上传。")
)
NESTED: Final = Unwanted("nested", _("压缩包里还有压缩包。请先把里面的解开，放在一起重新压缩，再上传。"))
SLIP: Final = Unwanted("slip", _("压缩包里有指向别处的文件路径（如 ../）。请用系统自带的压缩功能重新压缩，再上传。"))
LINK: Final = Unwanted("link", _("压缩包里有快捷方式或特殊文件。请把真正的文件放进去，重新压缩，再上传。"))
BAD_NAME: Final = Unwanted("bad_name", _("压缩包里有文件名带看不见的字符或空字符。请改好文件名，重新压缩，再上传。"))
TWICE: Final = Unwanted("duplicate", _("压缩包里有两个同名的文件，看不出该用哪一个。请改名后重新压缩，再上传。"))
METHOD: Final = Unwanted("method", _("这个压缩包用了少见的压缩方法。请用系统自带的压缩功能重新压缩成 ZIP，再上传。"))

# Office
NOT_OFFICE: Final = Unwanted(
    "not_office", _("这个文件的结构不是完整的 Word 或 Excel 文件。请用 WPS 或 Word 打开，另存一份，再上传。")
)
EXTERNAL: Final = Unwanted(
    "external",
    _("这个文件引用了外面的内容（网上的图片、模板或别的表格）。请把图片重新贴进来、断开链接，或另存为 PDF，再上传。"),
)
EMBEDDED: Final = Unwanted(
    "embedded", _("这个文件里嵌着别的对象（OLE 对象或控件）。请删掉嵌入的对象，把它另作一个文件上传，或另存为 PDF。")
)
DDE: Final = Unwanted("dde", _("这个文件里有会启动其他程序的公式或域（DDE）。请删掉这些公式，只留数值和文字，再上传。"))

# OFD
NOT_OFD: Final = Unwanted("not_ofd", _("这个 OFD 文件缺少必要的部分，打不开。请从开票或出具的地方重新下载，再上传。"))
OFD_ACTIVE: Final = Unwanted(
    "ofd_active", _("这个 OFD 文件里有脚本或指向文件外的内容。请从开票或出具的地方重新下载原件，再上传。")
)

# PDF
PDF_SCRIPT: Final = Unwanted(
    "pdf_script", _("这个 PDF 里有会自动运行的脚本（JavaScript）。请打开它，选“打印”，打印成新的 PDF，再上传。")
)
PDF_LAUNCH: Final = Unwanted(
    "pdf_launch", _("这个 PDF 会启动电脑上的程序。请不要点开里面的链接；请向出具方要一份干净的，再上传。")
)
PDF_ACTION: Final = Unwanted(
    "pdf_action", _("这个 PDF 会跳到别的文件或把数据发出去。请打开它，选“打印”，打印成新的 PDF，再上传。")
)
PDF_ATTACHMENT: Final = Unwanted(
    "pdf_attachment", _("这个 PDF 里夹带了别的文件（电子票据自带的 XML 数据除外）。请把夹带的文件另外上传。")
)
PDF_MEDIA: Final = Unwanted("pdf_media", _("这个 PDF 里嵌着视频、声音或三维内容。请打开它，打印成新的 PDF，再上传。"))
PDF_XFA: Final = Unwanted("pdf_xfa", _("这是动态表单（XFA），很多人打不开。请填好后打印成普通的 PDF，再上传。"))
PDF_PAGES: Final = Unwanted("pdf_pages", _("这个 PDF 超过了 2,000 页。请分成几个文件，再上传。"))
PDF_EMPTY: Final = Unwanted("pdf_empty", _("这个 PDF 里一页也没有。请重新生成一份，再上传。"))
PDF_PIXELS: Final = Unwanted(
    "pdf_pixels", _("这个 PDF 里有一张图大得不正常（%(wan)s 万像素）。请用 300 dpi 重新扫描，再上传。")
)
TRUNCATED: Final = Unwanted("truncated", _("这个文件只有前半部分，后面缺了。请重新下载或重新拍照、扫描，再上传。"))

# Images
PIXELS: Final = Unwanted(
    "pixels",
    _("图片有 %(wan)s 万像素，超过 5000 万像素的上限。请在手机相机里关掉“高像素”，或缩小后再上传。"),
)
ANIMATED: Final = Unwanted("animated", _("这是会动的图片。请截一张静止的图（截屏即可），再上传。"))

# Text and XML
XML_BROKEN: Final = Unwanted("xml_broken", _("这个 XML 不完整或写得不对。请从出具的地方重新下载，再上传。"))
XML_ACTIVE: Final = Unwanted(
    "xml_active", _("这个 XML 带有实体、文档类型定义或样式表，可能被用来攻击。请从出具的地方重新下载原件。")
)
XML_DEEP: Final = Unwanted("xml_deep", _("这个 XML 层层嵌套得不正常。请从出具的地方重新下载原件，再上传。"))

OWN: Final = tuple(value for value in list(globals().values()) if isinstance(value, Unwanted))
BY_CODE: Final = {kind.code: kind for kind in (*UNWANTED.values(), *UNWANTED_SUFFIXES.values(), *OWN)}
