"""How the door says no: application/problem+json (RFC 9457), one shape for every refusal."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import pydantic
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic_core import to_json

from mutuals.api._types import Out
from mutuals.base import gate
from mutuals.base.files import DiskFull, TooBig
from mutuals.base.patience import was_cancelled
from mutuals.base.room import REMEDY, is_out_of_room
from mutuals.identity import link, merge, review
from mutuals.identity.proofs.oauth import NotTaken
from mutuals.inbox.answer import CannotAnswer
from mutuals.people import persons
from mutuals.staff.accounts import StillNeeded
from mutuals.staff.permissions import NotAllowed

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


class Wrong(Out):
    """What is wrong with one field: `field` is its path ("body.name"), `detail` a sentence."""

    field: str
    detail: str


class Problem(Out):
    """Why a request was refused. Nothing of it was kept."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Wrong] = []


class Conflict(ValueError):
    """What is asked does not fit the present state."""


class Stale(Exception):
    """The row was changed since it was read."""


class Moved(Exception):
    """The row is known by another address now."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Broken(ValueError):
    """One field cannot be read; `field` names it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.fields = {field: detail}


def problem(status: int, detail: str, errors: Mapping[str, str] | Sequence[Wrong] = ()) -> HttpResponse:
    """The answer itself."""
    wrong = [Wrong(field=k, detail=v) for k, v in errors.items()] if isinstance(errors, Mapping) else list(errors)
    title = HTTPStatus(status).phrase
    told = Problem(type="about:blank", title=title, status=status, detail=detail, errors=wrong)
    answer = HttpResponse(to_json(told, inf_nan_mode="null"), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="mutuals"'
    return answer


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [Wrong(field=_path(one["loc"]), detail=str(one["msg"])[:500]) for one in error.errors[:50]]
    return problem(422, "The request cannot be understood; see the fields.", wrong)


def _path(place: Sequence[Any]) -> str:
    if place[0] == "body":  # its second part is only our own name of the argument
        place = (place[0], *place[2:])
    return ".".join(str(part) for part in place).encode("utf-8", "replace").decode()[:200]


def _refused(_request: HttpRequest, error: ValueError) -> HttpResponse:
    fields: dict[str, str] = dict(getattr(error, "fields", {}))
    if field := getattr(error, "field", ""):
        fields = {str(field): str(error)}
    return problem(422, _words(error), fields)


def _words(error: Exception) -> str:
    return str(error).encode("utf-8", "replace").decode() or "This is not possible."


def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, _words(error))


def _moved(_request: HttpRequest, error: Moved) -> HttpResponse:
    return HttpResponse(status=308, headers={"Location": error.address, "Cache-Control": "no-store"})  # until a split


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("%s %s", request.method, request.path, exc_info=error)
    return problem(500, "Something went wrong on our side. Nothing is known to have been kept; the log has the reason.")


def _full(request: HttpRequest, error: Exception) -> HttpResponse:
    if not is_out_of_room(error):
        return _unforeseen(request, error)
    _log.error("%s %s was not kept: %s", request.method, request.path, error)
    return problem(507, REMEDY)


class Met(HttpResponse):
    """503 for an act that was sent back because it met another one, with the error that says so."""

    def __init__(self, error: OperationalError) -> None:
        told = problem(503, "Others were at work on the same; nothing of this was kept. Send it again in a moment.")
        super().__init__(told.content, status=told.status_code, content_type=MEDIA_TYPE, headers={"Retry-After": "1"})
        self.error = error


def _database(request: HttpRequest, error: OperationalError) -> HttpResponse:
    if gate.has_met(error):
        _log.warning("%s %s met another act and went back: %s", request.method, request.path, error)
        return Met(error)
    if not was_cancelled(error):
        return _full(request, error)
    _log.warning("%s %s was given up after the time limit of the web", request.method, request.path)
    return problem(
        503, "This took too long and was given up; nothing of it was kept. Ask for less, or try again later."
    )


def install(api: NinjaAPI) -> None:
    """Tell the API how each refusal is worded."""
    plain: tuple[tuple[int, tuple[type[Exception], ...]], ...] = (
        (400, (BadRequest, SuspiciousOperation, UnreadablePostError, MultiPartParserError)),
        (403, (NotAllowed,)),
        (409, (Conflict, CannotAnswer, StillNeeded, persons.Taken, link.Taken, merge.Blocked, review.Stale, NotTaken)),
        (412, (Stale,)),
        (413, (RequestDataTooBig, TooBig)),
        (507, (DiskFull,)),
    )
    handlers: dict[type[Exception], Any] = {kind: _worded(status) for status, kinds in plain for kind in kinds}
    handlers |= {
        ValidationError: _invalid,
        ValueError: _refused,
        pydantic.ValidationError: _unforeseen,
        Moved: _moved,
        HttpError: _http,
        AuthenticationError: _worded(401, "Send a token of this installation, or sign in."),
        Http404: _worded(404, "There is nothing here that you may see."),
        OperationalError: _database,
        OSError: _full,
        Exception: _unforeseen,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _worded(status: int, detail: str = "") -> Any:
    def answer(_request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(status, detail or _words(error))

    return answer
