"""The page of an error that no view has words for."""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

from mutuals.base.room import REMEDY, is_out_of_room

_log = logging.getLogger(__name__)


def fault(request: HttpRequest) -> HttpResponse:
    """507 with the remedy where a disk is full, else 500. Also for what fails outside of the views, such as sessions."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and is_out_of_room(error):
        _log.error("%s %s was not kept: %s", request.method, request.path, error)
        return render(request, "frame/503.html", {"title": "The disk is full", "message": REMEDY}, status=507)
    return server_error(request)
