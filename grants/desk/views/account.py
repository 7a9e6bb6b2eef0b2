"""Coming in: Django's own sign-in with our page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView

from grants.desk.demo import accounts


class SignIn(LoginView):
    """User name and password; a demonstration lists its accounts."""

    template_name = "grants/desk/login.html"
    redirect_authenticated_user = True

    def get_form(self, form_class: Any = None) -> Any:
        """Django's form in our look."""
        form = super().get_form(form_class)
        for field in form.fields.values():
            field.widget.attrs["class"] = "form-control"
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The accounts of the demonstration, never anywhere else."""
        return super().get_context_data(accounts=accounts() if settings.DEMO else [], **kwargs)
