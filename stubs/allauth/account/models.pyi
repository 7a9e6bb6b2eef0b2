from typing import ClassVar

from django.db import models

from allauth.account.managers import EmailAddressManager, EmailConfirmationManager

class EmailAddress(models.Model):
    objects: ClassVar[EmailAddressManager]

class EmailConfirmation(models.Model):
    objects: ClassVar[EmailConfirmationManager]
