"""Around each request: which fields there are is looked at once, however often it is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mutuals.records import book


class Once:
    """See `book.once`. Nothing is asked of the database where a request asks for no fields."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with book.once():
            return self.get_response(request)
