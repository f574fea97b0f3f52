"""Uploads by the screens: refused as a page or in the words of the form, and no draft outlives its request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render

from mutuals.base import uploads
from mutuals.base.files import DiskFull, TooBig

_OTHERS = ("/api/", "/hooks/")  # they read and word for themselves


class Uploads:
    """Reads what a form uploads before its view does. 413 for too much, 507 for a full disk, with the remedy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._refusal(request) or self.get_response(request)
        finally:
            uploads.drop(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if request.content_type != uploads.MULTIPART or request.path.startswith(_OTHERS):
            return None
        if not request.user.is_authenticated:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
            too_much = length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            return _said(request, 413, "Sign in first; nothing was kept.") if too_much else None
        try:
            with suppress(UnreadablePostError):  # who broke off is answered by the view, as having sent nothing
                len(request.FILES)
        except TooBig as error:
            return _said(request, 413, str(error))
        except DiskFull as error:
            return _said(request, 507, str(error))
        return None


def _said(request: HttpRequest, status: int, words: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return JsonResponse({"error": words}, status=status)
    told = {"title": "This cannot be taken in", "message": words}
    return render(request, "frame/503.html", told, status=status)
