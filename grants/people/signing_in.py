"""Our word in allauth: names, numbers and addresses that lead to a person, refusals in plain words, sealed secrets."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.kernel.errors import Malformed
from grants.kernel.identifiers import normalise_phone
from grants.people.addresses import sender
from grants.people.models import User
from grants.people.proof import WEIGHTY, Presence, has_second_factor
from grants.people.queries import holds

WRONG = _("用户名或密码不对。请检查大小写；忘记密码请联系指导您的红十字会。")
TOO_OFTEN = _("试的次数太多了，请过五分钟再试。忘记密码请联系指导您的红十字会。")


class PhoneField(forms.CharField):
    """A mobile number in international form."""

    def clean(self, value: Any) -> str:
        """The number with its country. Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return normalise_phone(text)
        except Malformed as error:
            raise ValidationError(gettext("请填写 11 位手机号。")) from error


class Accounts(DefaultAccountAdapter):
    """Accounts come by invitation; a person is known by user name, mobile number or e-mail address."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "phone_password_mismatch": WRONG,
        "incorrect_password": _("密码不对，请再输一次。"),
        "incorrect_code": _("验证码不对。请看手机上现在显示的六位数字，再输一次。"),
        "too_many_login_attempts": TOO_OFTEN,
        "rate_limited": TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address by which attempts are counted: the same as for what the public sends."""
        return sender(request)

    def phone_form_field(self, **options: Any) -> forms.Field:
        """How a mobile number is read."""
        return PhoneField(**options)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Whoever has the number, however it is written."""
        try:
            return User.objects.filter(mobile=normalise_phone(phone)).first()
        except Malformed:
            return None

    def get_phone(self, user: Any) -> tuple[str, bool] | None:
        """The person's number; that it is theirs was vouched for by whoever invited them."""
        return (user.mobile, True) if user.mobile else None

    def is_reauthentication_required(self, *, app: str, **_options: Any) -> bool:
        """Whether changing the second factor wants a proof: our own, which signing in counts as."""
        return not Presence(context.request).fresh

    def add_message(self, request: HttpRequest, level: int, *args: Any, **options: Any) -> None:
        """A message in the tone of our pages."""
        if level >= messages.ERROR:
            options["extra_tags"] = "bad"
        super().add_message(request, level, *args, **options)


class SecondFactors(DefaultMFAAdapter):
    """Second factors of our people; what could be used to sign in is sealed before it is stored."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": Accounts.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _("您的身份须留一种第二验证。请先加上另一种，再停用这一种。"),
    }

    def get_totp_issuer(self) -> str:
        """Whose code it is, as the app shows it."""
        return "情暖浙江"

    def get_totp_label(self, user: Any) -> str:
        """Whose account it is, as the app shows it."""
        return str(user.mobile or user.username)

    def build_totp_svg(self, url: str) -> str:
        """Nothing: our page draws the code itself."""
        return ""

    def encrypt(self, text: str) -> str:
        """The secret, sealed with the key of this site."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret, opened; an earlier key of the site opens it too. Raises InvalidToken where none fits."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one of a person of whom one is demanded."""
        person = authenticator.user
        if not settings.SECOND_FACTOR or not holds(person, *WEIGHTY):
            return True
        others = type(authenticator).objects.filter(user=person.pk).exclude(pk=authenticator.pk)
        return bool(others.exclude(type="recovery_codes").exists())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 -- the library's name
        """What a new passkey is called before anybody names it."""
        return gettext("我的设备")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The site as a passkey knows it."""
        return {"id": context.request.get_host().partition(":")[0], "name": "情暖浙江"}


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(key)) for key in keys])


def _key(secret: str | bytes) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"qingnuan second factor" + force_bytes(secret)).digest())


def second_factor_lacking(person: Any) -> bool:
    """Whether a second factor is demanded of this person and there is none."""
    return bool(settings.SECOND_FACTOR and holds(person, *WEIGHTY) and not has_second_factor(person))
