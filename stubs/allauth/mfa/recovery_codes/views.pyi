from typing import Any

view_recovery_codes: Any
generate_recovery_codes: Any
download_recovery_codes: Any
