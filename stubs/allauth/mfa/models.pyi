from datetime import datetime
from typing import Any, ClassVar

from django.db import models

class AuthenticatorManager(models.Manager[Authenticator]): ...

class Authenticator(models.Model):
    class Type(models.TextChoices):
        RECOVERY_CODES = "recovery_codes"
        TOTP = "totp"
        WEBAUTHN = "webauthn"

    objects: ClassVar[AuthenticatorManager]
    pk: int
    type: str
    data: dict[str, Any]
    user: Any
    created_at: datetime
    last_used_at: datetime | None
    def wrap(self) -> Any: ...
