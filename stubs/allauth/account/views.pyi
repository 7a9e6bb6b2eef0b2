from typing import Any

from django.views.generic.edit import FormView

class LoginView(FormView[Any]): ...
class ReauthenticateView(FormView[Any]): ...

account_inactive: Any
