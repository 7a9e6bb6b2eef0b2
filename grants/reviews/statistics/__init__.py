"""What the scores of a round are worth: agreement, severity, calibration and how sure a rank is. Arrays in, arrays out.

Nothing here is the official score: that is exact integer arithmetic in grants.kernel.scoring and stays as it is.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # matrices this small lose more by waiting for other threads
