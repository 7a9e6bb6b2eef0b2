from typing import Any

from django import forms

class ActivateTOTPForm(forms.Form):
    user: Any
    secret: str
