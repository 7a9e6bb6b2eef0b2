"""What the public may type: an objection, the number of a receipt, filters; and the photos that come along."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.awards.models import PublicEntry
from grants.programmes.asking import field_name
from storage.commands import keep
from storage.models import Document
from storage.refusal import Refused
from workflow import clock

LONGEST = 2000
MOST_FILES = 3
SALT = "grants.publicity.evidence"


class Several(forms.ClearableFileInput):
    """A field for several files."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Up to three files; a list, also when none came."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The files that came. Raises ValidationError for too many."""
        files = [one for one in (data or []) if one]
        if len(files) > MOST_FILES:
            raise ValidationError(gettext("最多%(n)s个文件。") % {"n": MOST_FILES})
        return [super(SeveralFiles, self).clean(one, initial) for one in files]


class ObjectionForm(forms.Form):
    """An objection: to which project, what happened, what shows it; name and contact only of who wishes."""

    project = forms.ChoiceField(label=_("对哪个项目有异议？"))
    text = forms.CharField(
        label=_("发生了什么？"),
        help_text=_("写清时间、地点和事实，最多2000字。"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    evidence = SeveralFiles(
        label=_("照片或文件"),
        help_text=_("能说明情况的照片、PDF等，最多3个，每个不超过20MB。"),
        required=False,
        widget=Several(),
    )
    objector = forms.CharField(
        label=_("您的姓名"),
        help_text=_(
            "只有受理的人看得到。公示期内实名并留下联系方式的，查清以前项目不会往下办，结果会答复您；匿名而线索具体的，也会登记核查。"
        ),
        required=False,
        max_length=60,
    )
    contact = forms.CharField(label=_("联系方式"), help_text=_("电话或邮箱。"), required=False, max_length=80)

    def __init__(self, data: Any, files: Any, lines: Sequence[PublicEntry], chosen: str = "") -> None:
        super().__init__(data, files, auto_id="f-%s", initial={"project": chosen})
        fields: dict[str, Any] = self.fields
        fields["project"].choices = [("", gettext("请选择")), *((line.number, line.title) for line in lines)]
        for name, field in fields.items():
            field.widget.is_required = False
            field.widget.attrs["class"] = "form-select" if name == "project" else "form-control"
            field.error_messages |= {
                "required": gettext("请填写这一项。"),
                "invalid_choice": gettext("请从列出的项目里选一个。"),
                "max_length": gettext("太长了，请写短一些。"),
            }

    def clean(self) -> dict[str, Any]:
        """A name without contact, or the reverse, is half an answer."""
        found = self.cleaned_data
        if found.get("objector", "").strip() and not found.get("contact", "").strip():
            self.add_error("contact", gettext("留下姓名的，请也留下联系方式；想匿名的，两项都不填。"))
        return found


class LookupForm(forms.Form):
    """Number and secret of a receipt."""

    number = forms.CharField(label=_("查询号"), help_text=_("YY-开头的一串。"), max_length=30)
    secret = forms.CharField(label=_("查询密码"), max_length=30)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="f-%s")
        fields: dict[str, Any] = self.fields
        for field in fields.values():
            field.widget.is_required = False
            field.widget.attrs |= {"class": "form-control", "autocomplete": "off"}
            field.error_messages["required"] = gettext("请填写这一项。")

    def given(self) -> tuple[str, str]:
        """What was typed, as it stands on receipts."""
        return self.cleaned_data["number"].strip().upper(), self.cleaned_data["secret"].strip().upper()


class FundedFilter(forms.Form):
    """Year, city, field and words, as they stand in the address; what makes no sense is ignored."""

    q = forms.CharField(label=_("项目、团队或编号"), required=False, max_length=60)
    year = forms.ChoiceField(label=_("年度"), required=False)
    city = forms.ChoiceField(label=_("地区"), required=False)
    field = forms.ChoiceField(label=_("服务领域"), required=False)

    def __init__(self, data: Any, choices: Mapping[str, Iterable[Any]]) -> None:
        super().__init__(data, auto_id="f-%s")
        fields: dict[str, Any] = self.fields
        for name, values in choices.items():
            words = field_name if name == "field" else str
            fields[name].choices = [("", gettext("全部")), *((str(one), words(str(one))) for one in values)]
        for field in fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"

    def wanted(self) -> dict[str, str]:
        """The filters that make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def kept_before(token: str) -> list[Document]:
    """The files of an earlier try of the same form, which carries them signed."""
    try:
        names = [uuid.UUID(one) for one in signing.loads(token, salt=SALT, max_age=24 * 3600)]
    except (signing.BadSignature, ValueError, TypeError):
        return []
    return list(Document.objects.filter(pk__in=names[:MOST_FILES]).order_by("pk"))


def kept_now(files: Iterable[UploadedFile[bytes]], owner: Any) -> tuple[list[Document], str]:
    """The files as documents of the public's box, and in words why the first of them was not taken, if one was not."""
    documents = []
    for file in files:
        try:
            documents.append(keep(file, actor=owner, now=clock.now()))
        except Refused as refusal:
            return documents, str(refusal)
    return documents, ""


def token_of(documents: Iterable[Document]) -> str:
    """What the form carries of files that have come in."""
    return signing.dumps([str(one.pk) for one in documents], salt=SALT)
