from typing import TypeVar

from django.db.models import Model, QuerySet

_M = TypeVar("_M", bound=Model, covariant=True)

class ProcessQuerySet(QuerySet[_M]): ...
class TaskQuerySet(QuerySet[_M]): ...
