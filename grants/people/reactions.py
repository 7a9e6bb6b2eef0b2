"""What follows when somebody signs in or proves again who they are."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import authentication_step_completed
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from grants.people.proof import prove
from grants.people.staying import stay


@receiver(user_logged_in)
def signed_in(sender: object, request: HttpRequest, user: Any, **_more: object) -> None:
    """Signing in is a proof, and the session lasts as long as the person's roles allow."""
    prove(request)
    stay(request, user)


@receiver(authentication_step_completed)
def proved_again(sender: object, request: HttpRequest, *, reauthenticated: bool = False, **_more: object) -> None:
    """Giving password or second factor once more is a proof."""
    if reauthenticated:
        prove(request)
