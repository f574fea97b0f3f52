"""Where networks and programs hand in what was said. No session, no token: the connector checks the signature."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mutuals.api._problems import problem
from mutuals.base import clock
from mutuals.base.room import REMEDY, is_out_of_room
from mutuals.capture import hooks
from mutuals.capture.hooks import Accepted
from mutuals.connectors.contract import LARGEST_DELIVERY

MOST_ID = 2**63 - 1
MOST_DRAINED = 20_000_000  # bytes of a too large delivery that are taken off the line
_PIECE = 1 << 16
_AWAY = "The database does not answer. Nothing of this is known to have been kept; deliver it again later."
_log = logging.getLogger(__name__)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def delivered(request: HttpRequest, source_id: int) -> HttpResponse:
    """POST keeps a delivery, GET answers the network's handshake; plain words, which no browser takes for a page.

    A database that cannot write is a problem of ours: 507 where its disk is full, else 503. Both may be sent again.
    """
    try:
        told = _accepted(request, source_id) if source_id <= MOST_ID else Accepted(404, "There is no such hook.")
    except OperationalError as error:
        _log.error("%s %s was not kept: %s", request.method, request.path, error)
        return problem(507, REMEDY) if is_out_of_room(error) else problem(503, _AWAY)
    answer = HttpResponse(told.message, status=told.status, content_type="text/plain; charset=utf-8")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _accepted(request: HttpRequest, source_id: int) -> Accepted:
    if request.method == "GET":
        return hooks.greet(source_id, request.GET.dict())
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_DELIVERY:
            return _drained(request)
        body = request.body
    except RequestDataTooBig:
        return hooks.TOO_LARGE
    except UnreadablePostError:
        return Accepted(400, "The delivery broke off.")
    return hooks.accept(source_id, request.headers, body, now=clock.now())


def _drained(request: HttpRequest) -> Accepted:
    """The refusal of a too large delivery, after reading it: a sender that is still writing would see a broken line."""
    left = MOST_DRAINED
    while left > 0 and (piece := request.read(min(_PIECE, left))):
        left -= len(piece)
    return hooks.TOO_LARGE
