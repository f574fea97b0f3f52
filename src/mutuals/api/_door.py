"""How an operation is declared: its act, its scope, its answers. What declares nothing is not served."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Router, Schema, Status
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic_core import from_json, to_json

from mutuals.api import _once
from mutuals.api._auth import Bearer, Session, caller_of
from mutuals.api._problems import MEDIA_TYPE, Problem, Stale, problem

F = TypeVar("F", bound=Callable[..., Any])
M = TypeVar("M", bound=Model)
_SENT = {"body": "application/json", "form": "multipart/form-data", "file": "multipart/form-data"}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": _once.LONGEST, "pattern": "^[!-~]+$"},
    "description": "Any text of your own. The same request with the same key is done once, for a day.",
}
_SHOWN_ONCE = (
    "The answer holds a secret, which is not kept: where it was done already, the same key is answered with 409."
)
_ASKED_ANEW = {"/sources/{int:source_id}/check"}
"""Asking twice is asking once there, and a renewed token is saved at once, outside of any transaction."""


class Resource(Router):
    """The operations of one resource."""

    def __init__(self, tag: str) -> None:
        super().__init__(tags=[tag])
        self._tag = tag

    def read(self, path: str, *, act: str, out: Any, refuses: tuple[int, ...] = (), **more: Any) -> Callable[[F], F]:
        """A question: GET, scope "read"."""
        return self._serve("GET", path, act=act, answers={200: out}, scopes=("read",), refuses=refuses, more=more)

    def write(
        self,
        method: str,
        path: str,
        *,
        act: str,
        out: Any,
        status: int = 200,
        scope: str = "write",
        refuses: tuple[int, ...] = (),
        **more: Any,
    ) -> Callable[[F], F]:
        """An act: POST, PUT, PATCH or DELETE. `scope` names one, or two of which either will do ("ingest write")."""
        refuses = (400, 409, 413, 415, *refuses)
        scopes = tuple(scope.split())
        return self._serve(method, path, act=act, answers={status: out}, scopes=scopes, refuses=refuses, more=more)

    def _serve(
        self,
        method: str,
        path: str,
        *,
        act: str,
        answers: dict[int, Any],
        scopes: tuple[str, ...],
        refuses: tuple[int, ...],
        more: dict[str, Any],
    ) -> Callable[[F], F]:
        told = {401, 403, 422, 503, *refuses, *({404} if "{" in path else ())}
        extra: dict[str, Any] = {"x-act": act, "x-scopes": list(scopes)}
        if more.pop("shown_once", False):
            extra["x-shown-once"] = True
        if media := more.pop("media", ""):
            body = {"schema": {"type": "string", "format": "binary"}}
            extra["responses"] = {status: {"content": {media: body}} for status in answers}
        responses = {**answers, **more.pop("also", {}), **dict.fromkeys(sorted(told), Problem)}

        def declare(view: F) -> F:
            register = self.api_operation(
                [method],
                path,
                auth=[Bearer(act, scopes), Session(act, scopes)],
                response=responses,
                operation_id=f"{self._tag}_{view.__name__}".replace("-", "_"),
                summary=(view.__doc__ or "").strip().split("\n")[0],
                openapi_extra=extra,
                **more,
            )
            register(view)
            return view

        return declare


@cache
def _answer_model(told: Any) -> Any:
    return None if told is None else type("NinjaResponseSchema", (Schema,), {"__annotations__": {"response": told}})


def _shared_model(_: Operation, told: Any) -> Any:
    """The model that checks an answer of this type, made once.

    Ninja 1.x makes one for each operation and status: thousands of equal ones, three seconds and forty megabytes of each
    process.
    """
    return _answer_model(told)


Operation._create_response_model = _shared_model  # type: ignore[method-assign,assignment]


class Json(BaseRenderer):
    """Times in ISO 8601 with Z, decimals as texts."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> Any:
        """The bytes of an answer."""
        return to_json(data, inf_nan_mode="null")


class Reader(Parser):
    """Reads bodies strictly: no NaN, no lone surrogates, no endless nesting or numbers."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The JSON of a body; ValueError where it is none, which the door answers with 400."""
        return from_json(request.body, allow_inf_nan=False)

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """The last value of each name, all values of those that are lists."""
        return {name: data.getlist(name) if name in list_fields else data[name] for name in data}


class Api(NinjaAPI):
    """NinjaAPI whose OpenAPI document tells refusals and idempotency keys as they are."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """The document, made once."""
        return _document(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


@cache
def _document(api: NinjaAPI, prefix: str) -> OpenAPISchema:
    schema = NinjaAPI.get_openapi_schema(api, path_prefix=prefix)
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            if method == "post" and operation.get("security"):
                operation["parameters"] = [*operation["parameters"], _KEY]
                if operation.get("x-shown-once"):
                    operation["parameters"][-1] = {**_KEY, "description": f"{_KEY['description']} {_SHOWN_ONCE}"}
                    operation["responses"][409]["description"] = _SHOWN_ONCE
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    answer["content"] = {MEDIA_TYPE: content["application/json"]}
                if int(status) == 308:
                    answer["headers"] = {"Location": {"schema": {"type": "string"}, "required": True}}
    return schema


def answered(view: Callable[..., Any]) -> Callable[..., Any]:
    """Around every view: what it returns goes out with the first status that the operation declares."""
    status = next(iter(view._ninja_operation.response_models))  # type: ignore[attr-defined]

    @wraps(view)
    def told(request: HttpRequest, **values: Any) -> Any:
        result = view(request, **values)
        return result if isinstance(result, HttpResponseBase) else Status(status, result)

    return told


def guard(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Around every operation: a query or a kind of body that nobody asked for is refused, a doubled POST is done once."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    sent = _SENT.get(
        next((m.__ninja_param_source__ for m in operation.models if m.__ninja_param_source__ in _SENT), "")
    )
    asked = {name for model in operation.models if model.__ninja_param_source__ == "query" for name in _names(model)}

    @wraps(run)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponse:
        unknown = sorted(set(request.GET) - asked)
        try:
            for callback in operation.auth_callbacks:  # who may not do this learns that, and not what else is wrong
                callback(request)
            caller = caller_of(request) if operation.auth_callbacks else None
        except Exception as error:  # whoever cannot be let in is refused by the same words as everywhere
            return operation.api.on_exception(request, error)
        if unknown and (caller or not operation.auth_callbacks):
            return problem(
                422, "The address holds a name that nobody asked for.", {f"query.{unknown[0][:60]}": "Unknown."}
            )
        if caller and sent and request.content_type != sent:
            return problem(415, f"This takes {sent}; say so in Content-Type.")
        keyed = request.method == "POST" and "Idempotency-Key" in request.headers
        if caller and keyed and operation.path in _ASKED_ANEW and (wrong := _once.unfit(request)):
            return wrong
        if caller and keyed and operation.path not in _ASKED_ANEW:
            try:
                is_secret = bool((operation.openapi_extra or {}).get("x-shown-once"))
                return _once.answer(request, caller.key, lambda: run(request, **path), is_secret=is_secret)
            except Exception as error:
                return operation.api.on_exception(request, error)
        return run(request, **path)

    return guarded


def _names(model: Any) -> list[str]:
    return list(model.__ninja_flatten_map__)


def one(rows: QuerySet[M], pk: int) -> M:
    """The row of an id among those that the caller may see, or 404."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def check_match(wanted: str | None, mark: str) -> None:
    """Raise Stale unless an If-Match that was sent names the present state (RFC 9110, 13.1.1)."""
    if wanted is None or wanted.strip() == "*":
        return
    if mark not in (tag.strip().removeprefix("W/") for tag in wanted.split(",")):
        raise Stale("This was changed since you read it. Read it again, then decide.")
