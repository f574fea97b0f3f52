"""Kept files: for those who may see a message that they hang on, as attachments that no browser runs."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from mutuals.base import files
from mutuals.history.models import Attachment, Interaction
from mutuals.inbox import queries
from mutuals.staff.models import User
from mutuals.staff.permissions import Scope, require, scope


@require_safe
@login_required
def served(request: HttpRequest, sha: str) -> HttpResponseBase:
    """GET /files/<sha256>: the bytes of a file, or 404. Never shown in place: an attachment, nosniff, in a sandbox."""
    row = visible(request.user, sha)
    if row is None:
        raise Http404
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


def visible(user: object, sha: str) -> Attachment | None:
    """An attachment of these bytes that hangs on a message which `user` may see; two queries."""
    require(user, "file.view")
    if not isinstance(user, User) or not files.path(sha).exists():
        return None
    found = {row.interaction_id: row for row in Attachment.objects.filter(blob_id=sha).order_by("-pk")[:500]}
    messages = Interaction.objects.filter(pk__in=found)
    if scope(user, "conversation.view") is not Scope.ALL:
        messages = messages.filter(conversation__in=queries.visible_to(user).values("pk"))
    first = messages.values_list("pk", flat=True).first()
    return found[first] if first is not None else None
