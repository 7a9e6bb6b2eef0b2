"""The part of django-viewflow that workflow/ uses."""

from typing import Any

class ThisObject:
    name: str

class This:
    def resolve(self, instance: object, this_ref: Any) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...

this: This
