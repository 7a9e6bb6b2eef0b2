from contextlib import AbstractContextManager
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from viewflow.workflow import status as status
from viewflow.workflow.activation import HumanActivation
from viewflow.workflow.managers import ProcessQuerySet, TaskQuerySet
from viewflow.workflow.token import Token

class AbstractProcess(models.Model):
    flow_class: Any
    status: models.CharField[str, str]
    objects = ProcessQuerySet.as_manager()
    created: models.DateTimeField[Any, Any]
    finished: models.DateTimeField[Any, Any]
    class Meta:
        abstract = True

    @property
    def coerced(self) -> Any: ...

class AbstractTask(models.Model):
    flow_task: Any
    flow_task_type: models.CharField[str, str]
    status: models.CharField[str, str]
    objects = TaskQuerySet.as_manager()
    created: models.DateTimeField[Any, Any]
    assigned: models.DateTimeField[Any, Any]
    started: models.DateTimeField[Any, Any]
    finished: models.DateTimeField[Any, Any]
    previous: models.ManyToManyField[Any, Any]
    token: Token
    owner: models.ForeignKey[Any, Any]
    owner_permission: models.CharField[str | None, str | None]
    class Meta:
        abstract = True

    @property
    def coerced(self) -> Any: ...
    def activation(self) -> AbstractContextManager[HumanActivation]: ...

class Process(AbstractProcess):
    data: models.JSONField[Any, Any]
    parent_task: models.ForeignKey[Task | None, Task | None]
    seed: GenericForeignKey
    artifact: GenericForeignKey
    artifact_content_type: models.ForeignKey[ContentType | None, ContentType | None]
    artifact_object_id: models.PositiveIntegerField[int | None, int | None]

class Task(AbstractTask):
    process: models.ForeignKey[Process, Process]
    data: models.JSONField[Any, Any]
    seed: GenericForeignKey
    artifact: GenericForeignKey
