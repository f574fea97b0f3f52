"""Idempotency-Key: the same request sent twice is done once, and both get the same answer for a day.

The act, the answer and the key are written in one transaction, so after a crash either all of it happened or nothing.
Where the act met another one in a deadlock, the whole of it goes back and is begun again, until it is done once.
A request that is refused keeps nothing and can be sent again with the same key. An answer that holds a secret is given
once: of it only the key is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from pydantic_core import from_json

from mutuals.api._problems import Met, problem
from mutuals.base import clock, gate
from mutuals.base.ids import named
from mutuals.base.models import Entry, Once

KEPT = timedelta(days=1)
LONGEST = 200
MOST_ABOUT = 1_000
_KEY = re.compile(f"[!-~]{{1,{LONGEST}}}")


def answer(
    request: HttpRequest, owner: str, run: Callable[[], HttpResponse], *, is_secret: bool = False
) -> HttpResponse:
    """Run the request, or give the answer of its first time; one that `is_secret` is not kept.

    409 while it still runs, where the answer was erased with somebody or was shown once; 422 for another request.
    """
    if (wrong := unfit(request)) is not None:
        return wrong
    return _done(request, owner, run, digest=_digest(request), is_secret=is_secret)


@gate.giving_way
def _done(
    request: HttpRequest, owner: str, run: Callable[[], HttpResponse], *, digest: str, is_secret: bool
) -> HttpResponse:
    key, now = request.headers["Idempotency-Key"], clock.now()
    with transaction.atomic():
        if not _alone(owner, key):
            return problem(409, "A request with this Idempotency-Key is still being answered. Try again in a moment.")
        row = Once.objects.filter(owner=owner, key=key).first()
        if row is not None and row.at > now - KEPT:
            return _again(row, digest)
        if row is not None:
            row.delete()
        before = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
        response = run()
        if isinstance(response, Met):
            raise response.error
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            status, body = (None, b"") if is_secret else (response.status_code, response.content)
            Once.objects.create(
                owner=owner, key=key, digest=digest, status=status, body=body, about=_about(request, before), at=now
            )
    return response


def unfit(request: HttpRequest) -> HttpResponse | None:
    """422 for a key that is none; None where it is one."""
    if _KEY.fullmatch(request.headers["Idempotency-Key"]):
        return None
    told = f"An Idempotency-Key is 1 to {LONGEST} plain letters without spaces."
    return problem(422, told, {"header.Idempotency-Key": told})


def forget(now: datetime) -> int:
    """Drop the answers that are older than a day; returns how many."""
    return Once.objects.filter(at__lte=now - KEPT).delete()[0]


def _again(row: Once, digest: str) -> HttpResponse:
    if row.digest != digest:
        return problem(
            422, "This Idempotency-Key was used for another request.", {"header.Idempotency-Key": "Used already."}
        )
    if row.status is None:
        return problem(
            409,
            "This was done. Its answer holds a secret, which is shown once and not kept: end it and make another one.",
        )
    if row.status == HTTPStatus.GONE:
        return problem(
            409, "This was done. Its answer is not kept any more, as it may have held somebody who was erased."
        )
    told = HttpResponse(bytes(row.body), status=row.status, content_type="application/json; charset=utf-8")
    told["Idempotency-Replayed"] = "true"
    return told


def _about(request: HttpRequest, before: int) -> str:
    """All ids that a request named and that the journal tells of since entry `before`: of what kind, no field need say.

    Whoever is erased empties what names one of theirs, and a few others by chance: an answer less is kept, not one too many.
    """
    told: list[Any] = [request.path.split("/"), *request.GET.values(), *request.POST.values()]
    if request.content_type == "application/json" and request.body:
        told.append(from_json(request.body))
    told += [
        list(entry) for entry in Entry.objects.filter(pk__gt=before).values_list("about", "data")[: MOST_ABOUT + 1]
    ]
    numbers = sorted(named(told))
    return " ".join(map(str, numbers)) if max(len(numbers), len(told)) <= MOST_ABOUT else "*"


def _alone(owner: str, key: str) -> bool:
    number = int.from_bytes(hashlib.sha256(f"once\0{owner}\0{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _digest(request: HttpRequest) -> str:
    """SHA-256 of method, address and body; of an upload, of its parts."""
    told = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, value in sorted(request.POST.items()):
            told.update(f"{name}={value}\n".encode("utf-8", "replace"))
        files: dict[str, Any] = dict(request.FILES.items())
        for name, file in sorted(files.items()):
            told.update(f"{name}={file.name}\n".encode("utf-8", "replace"))
            for chunk in file.chunks():
                told.update(chunk)
            file.seek(0)
    else:
        told.update(request.body)
    return told.hexdigest()
