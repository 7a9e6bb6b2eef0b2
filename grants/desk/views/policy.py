"""What browsers tell when a page tried to load what its policy forbids."""

from __future__ import annotations

import json
import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

LONGEST = 8 * 1024
TOLD = ("document-uri", "effective-directive", "violated-directive", "blocked-uri", "source-file", "line-number")

log = logging.getLogger(__name__)


@csrf_exempt  # browsers send reports by themselves, without our token; nothing is kept but a line in the log
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A report becomes one warning in the log, cut to size; whatever it is, the answer is 204."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= LONGEST:
        try:
            report = json.loads(request.body).get("csp-report", {})
            log.warning("The browser refused %s", {name: str(report[name])[:300] for name in TOLD if name in report})
        except (ValueError, AttributeError, TypeError, RawPostDataException):  # a form was sent instead of a report
            log.warning("A report about the policy cannot be read.")
    return HttpResponse(status=204)
