"""The REST API: /api/v1, OpenAPI 3.1. Each resource is one file, found by its `router`; each operation
calls one act or question of a room."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from mutuals import __version__
from mutuals.api import _problems
from mutuals.api._door import Api, Json, Reader, answered, guard
from mutuals.base import found

DESCRIPTION = """The same acts as on the screens, for programs.

Send a token: `Authorization: Bearer mut_...`. Lists are walked by `cursor`: give the `next` of one page to get the one
after it. Refusals are `application/problem+json` (RFC 9457). Every POST takes an `Idempotency-Key`: the same request
with the same key is done once, for a day. Times carry their zone; amounts are texts.

Two persons may be merged, and parted again. As long as they are one, the id that was merged away is answered with 308 and
the address of whom they became, and means them where a body names it; it is theirs again after a split, so keep it.
"""

api = Api(
    title="Mutuals",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="openapi.json",
    renderer=Json(),
    parser=Reader(),
    urls_namespace="api-1",
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}, "x-release": __version__}},
)
api.add_decorator(guard, mode="view")
api.add_decorator(answered, mode="operation")
_problems.install(api)
for part in found.modules("mutuals.api"):  # this module is among them, and has none
    if hasattr(part, "router"):
        api.add_router("", part.router)


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Any other address below /api/v1/: a program gets a problem, not a page."""
    return _problems.problem(404, "There is no such address in this API; /api/v1/openapi.json lists them all.")


def _told(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose refusal of a method is a problem as well, with the methods that there are in `Allow`."""

    @wraps(view)
    def asked(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        answer = view(request, *args, **named)
        if answer.status_code != 405 or "Allow" not in answer:
            return answer
        allowed = answer["Allow"]
        told = _problems.problem(405, f"{request.method} is not possible at this address. There is: {allowed}.")
        told["Allow"] = allowed
        return told

    return asked


_urls, _app, _name = api.urls
for _address in _urls:
    if isinstance(_address, URLPattern):
        _address.callback = _told(_address.callback)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", (_urls, _app, _name)),
    re_path(r"", nothing_here, name="api-nothing"),
]
