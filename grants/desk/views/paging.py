"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 20


def paged(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> dict[str, Any]:
    """The page of the list that the address asks for, and which pages there are, for the pager."""
    paginator = Paginator(rows, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return {"page": page, "pages": list(paginator.get_elided_page_range(page.number))}
