"""Kept files: for those who may see a message that they hang on, as attachments that no browser runs."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from ninja.errors import AuthenticationError, HttpError

from mutuals.api._auth import caller_of
from mutuals.api._problems import problem
from mutuals.base import files
from mutuals.base.models import Filed
from mutuals.history.models import Attachment, Interaction
from mutuals.inbox import queries
from mutuals.staff import filed, tokens
from mutuals.staff.models import User
from mutuals.staff.permissions import NotAllowed, Scope, require, scope


@require_safe
def served(request: HttpRequest, sha: str) -> HttpResponseBase:
    """GET /files/<sha256>, by session or token: the bytes of a file; 401, 403 or 404 as a problem.

    Never shown in place: an attachment of no type, nosniff, in a sandbox.
    """
    try:
        caller = caller_of(request)
        if caller is None:
            raise AuthenticationError
        if caller.token is not None and "read" not in tokens.reaches(caller.token):
            raise NotAllowed("This token lacks the scope “read”.")
        row = visible(caller.user, sha)
    except (AuthenticationError, HttpError):
        return problem(401, "Sign in, or send a token of this installation.")
    except NotAllowed as error:
        return problem(403, str(error))
    if row is None:
        return problem(404, "There is no such file that you may see.")
    answer = FileResponse(
        files.path(sha).open("rb"),
        as_attachment=True,
        filename=row.name or "file",
        content_type="application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def visible(user: User, sha: str) -> Attachment | Filed | None:
    """An attachment of these bytes on a message, or a file of them on a record, that `user` may see."""
    require(user, "file.view")
    if not files.path(sha).exists():
        return None
    if (on_record := filed.by_bytes(user, sha)) is not None:
        return on_record
    found = {row.interaction_id: row for row in Attachment.objects.filter(blob_id=sha).order_by("-pk")[:500]}
    messages = Interaction.objects.filter(pk__in=found)
    if scope(user, "conversation.view") is not Scope.ALL:
        messages = messages.filter(conversation__in=queries.visible_to(user).values("pk"))
    first = messages.values_list("pk", flat=True).first()
    return found[first] if first is not None else None
