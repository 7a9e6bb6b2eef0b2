from typing import Any

from django import forms

class AddWebAuthnForm(forms.Form):
    user: Any
