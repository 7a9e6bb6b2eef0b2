from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase

class LoginForm(forms.Form):
    request: HttpRequest | None
    user: Any
    def clean_login(self) -> str: ...
    def login(self, request: HttpRequest, redirect_url: str | None = ...) -> HttpResponseBase: ...

class ReauthenticateForm(forms.Form):
    user: Any
