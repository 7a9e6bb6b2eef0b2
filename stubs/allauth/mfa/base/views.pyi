from typing import Any

authenticate: Any
reauthenticate: Any
trust: Any
