"""Around each request: which fields there are is looked at once, however often it is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mutuals.records import book
from mutuals.records.kinds import PREFIX


class Once:
    """See `book.once`. Nothing is asked of the database where a request asks for no fields.

    An address that names a type of the house's own making asks for all types, which makes their lists known here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with book.once():
            if f"/{PREFIX}" in request.path:
                book.kinds()
            return self.get_response(request)
