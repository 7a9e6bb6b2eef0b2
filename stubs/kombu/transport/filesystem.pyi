"""The broker in a folder."""

from typing import Any, ClassVar

class Channel:
    data_folder_out: str
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None: ...

class Transport:
    Channel: ClassVar[type[Any]]
