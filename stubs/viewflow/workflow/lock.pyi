from contextlib import AbstractContextManager
from typing import Any

class NoLock:
    def __call__(self, flow_class: Any, process_pk: Any) -> AbstractContextManager[None]: ...

class SelectForUpdateLock:
    def __init__(self, nowait: bool = ..., attempts: int = ...) -> None: ...
    def __call__(self, flow_class: Any, process_pk: Any) -> AbstractContextManager[None]: ...

no_lock: NoLock
select_for_update_lock: SelectForUpdateLock
