from typing import Any

add_webauthn: Any
remove_webauthn: Any
edit_webauthn: Any
reauthenticate_webauthn: Any
