from typing import Any

activate_totp: Any
deactivate_totp: Any
