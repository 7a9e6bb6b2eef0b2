"""Forms of getting in: signing in, proving again, setting a password, one's own number and address."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.asks import MISSING
from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_phone
from grants.people.signing_in import PhoneField
from grants.people.staying import stay


def dress(form: forms.Form) -> None:
    """Every field in the look and the words of our pages; what is missing we say ourselves."""
    for field in form.fields.values():
        field.widget.attrs.setdefault("class", "form-control")
        field.widget.attrs.pop("placeholder", None)
        field.widget.is_required = False
        field.error_messages["required"] = str(MISSING)


class SignInForm(LoginForm):
    """User name, mobile number or e-mail address, and the password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("手机号、邮箱或用户名"), _("密码")
        login.widget.attrs |= {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        password.help_text = ""
        dress(self)

    def add_prefix(self, field_name: str) -> str:
        """The field is called username, which is what browsers fill in."""
        return super().add_prefix("username" if field_name == "login" else field_name)

    def clean_login(self) -> str:
        """A mobile number in its one form, so that writing it otherwise wins no further attempts."""
        login = super().clean_login()
        try:
            return normalise_phone(login)
        except Malformed:
            return login

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponseBase:
        """Sign in, for as long as the person's roles allow."""
        response = super().login(request, redirect_url)
        if request.user.is_authenticated:
            stay(request, request.user)
        return response


class ProofForm(ReauthenticateForm):
    """The password once more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["password"].label, self.fields["password"].help_text = _("您的登录密码"), ""
        dress(self)


def _dress_code(form: forms.Form) -> None:
    field = form.fields["code"]
    field.label = _("六位数字，或一个备用码")
    field.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric"}
    dress(form)


class CodeForm(AuthenticateForm):
    """The code of the authenticator app, or a recovery code, when signing in."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _dress_code(self)


class CodeProofForm(CodeAgainForm):
    """The same, to prove again who one is."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _dress_code(self)


class ActivateForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _dress_code(self)
        self.fields["code"].label = _("手机上显示的六位数字")


class PasskeyForm(AddWebAuthnForm):
    """The name of a new passkey."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label, self.fields["name"].help_text = _("叫什么"), _("以后凭它认出是哪台设备。")
        dress(self)


class NewPassword(forms.Form):
    """A new password, typed twice; `person` is whose it will be."""

    password = forms.CharField(label=_("新密码"), strip=False)
    password_again = forms.CharField(label=_("再输一次"), strip=False)

    def __init__(self, *args: Any, person: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s"} | options)
        self.person = person
        for name in ("password", "password_again"):
            self.fields[name].widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        self.fields["password"].help_text = _("至少 10 个字符，不要只用数字。几个词连起来，好记也难猜。")
        dress(self)

    def clean(self) -> dict[str, Any]:
        """Both are the same, and it is not easily guessed."""
        given = self.cleaned_data
        password, again = given.get("password"), given.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", ValidationError(gettext("两次输入的密码不一样。")))
        if password:
            self._judge(password)
        return given

    def _judge(self, password: str) -> None:
        try:
            validate_password(password, self.person)
        except ValidationError as error:
            self.add_error("password", error)


class OwnPassword(NewPassword):
    """A new password of somebody signed in, who gives the present one first."""

    present_password = forms.CharField(label=_("现在的密码"), strip=False)
    field_order = ("present_password", "password", "password_again")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["present_password"].widget = forms.PasswordInput(
            attrs={"autocomplete": "current-password", "class": "form-control"},
        )


class Contacts(forms.Form):
    """The mobile number and e-mail address by which a person signs in."""

    mobile = PhoneField(label=_("手机号"), required=False, help_text=_("以后用它登录。"))
    email = forms.EmailField(label=_("邮箱"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s"} | options)
        self.fields["mobile"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}
        self.fields["email"].widget.attrs |= {"autocomplete": "email"}
        self.fields["email"].error_messages["invalid"] = str(_("请写完整的邮箱地址，例如 zhou@example.org。"))
        dress(self)


class Entering(Contacts, NewPassword):
    """What somebody who was invited sets: name, number, address and password."""

    name = forms.CharField(label=_("姓名"), max_length=50)
    field_order = ("name", "mobile", "email", "password", "password_again")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].widget.attrs |= {"autocomplete": "name"}


class Resetting(NewPassword):
    """What somebody sets who has an account already: the password only."""
