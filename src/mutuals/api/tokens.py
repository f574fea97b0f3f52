"""Keys with which programs act in the caller's name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import caller_of, user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, after_id, next_by_id
from mutuals.api._types import Done, In, Line, Moment, Out, Page, PathId
from mutuals.base import clock
from mutuals.staff import queries, tokens
from mutuals.staff.models import Token
from mutuals.staff.permissions import NotAllowed

router = Resource("tokens")


class TokenOut(Out):
    """A key without its secret."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, row: Token) -> TokenOut:
        """A row of the table."""
        return cls(
            id=row.pk,
            name=row.name,
            scopes=row.scopes,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            used_at=row.used_at,
        )


class MadeToken(TokenOut):
    """A new key with its secret, which is shown this once."""

    token: str


class NewToken(In):
    """A key that is wanted."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[Literal["read", "write", "admin", "ingest"]], Field(min_length=1, max_length=4)]
    expires_at: Moment | None = None


@router.read("/tokens", act="token.own", out=Page[TokenOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[TokenOut]:
    """One's own keys, newest first."""
    user = user_of(request)
    rows = queries.tokens_visible_to(user).filter(user=user).order_by("-pk")
    after = after_id(cursor)
    rows = rows.filter(pk__lt=after) if after else rows
    found, following = next_by_id(list(rows[: limit + 1]), limit)
    return Page[TokenOut](items=[TokenOut.of(row) for row in found], next=following)


@router.write("POST", "/tokens", act="token.own", out=MadeToken, status=201, scope="admin write", shown_once=True)
def make(request: HttpRequest, body: NewToken) -> MadeToken:
    """Make a key. A program cannot give itself more than its own key holds."""
    caller = caller_of(request)
    if caller is not None and caller.token is not None and not tokens.reaches(caller.token) >= set(body.scopes):
        raise NotAllowed("A token can only make tokens with scopes of its own.")
    row, plain = tokens.make(
        user_of(request), name=body.name, scopes=body.scopes, expires_at=body.expires_at, now=clock.now()
    )
    return MadeToken(**TokenOut.of(row).model_dump(), token=plain)


@router.write("DELETE", "/tokens/{int:token_id}", act="token.own", out=Done, scope="admin write")
def revoke(request: HttpRequest, token_id: PathId) -> Done:
    """End one of one's own keys at once."""
    user = user_of(request)
    tokens.revoke(one(queries.tokens_visible_to(user).filter(user=user), token_id), by=user, now=clock.now())
    return Done()
