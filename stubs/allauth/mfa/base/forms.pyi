from typing import Any

from django import forms

class AuthenticateForm(forms.Form):
    user: Any

class ReauthenticateForm(forms.Form):
    user: Any
