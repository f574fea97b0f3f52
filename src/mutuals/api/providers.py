"""Providers outside that say who somebody is, for owners."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._types import Done, Flag, In, Line, Out, Page, PathId, given
from mutuals.base import clock
from mutuals.staff import providers
from mutuals.staff.models import Known, Provider

router = Resource("providers")
Name = Annotated[Line, Field(min_length=1, max_length=80, pattern=r"\S")]
Text = Annotated[Line, Field(min_length=1, max_length=300, pattern=r"\S")]
Secret = Annotated[Line, Field(min_length=1, max_length=1000, pattern=r"\S")]
Domains = Annotated[list[Annotated[str, Field(min_length=4, max_length=253)]], Field(max_length=50)]
MadeRole = Literal["admin", "lead", "staff", "contractor"]


class ProviderOut(Out):
    """Who is believed, for which domains. `found_at`: when it last told its addresses. The secret is told to nobody."""

    id: int
    name: str
    issuer: str
    client: str
    domains: list[str]
    makes_accounts: bool
    role: str
    is_active: bool
    comes_back_to: str
    found_at: datetime | None

    @classmethod
    def of(cls, row: Provider) -> ProviderOut:
        """The row."""
        return cls(
            id=row.pk, name=row.name, issuer=row.issuer, client=row.client, domains=row.domains,
            makes_accounts=row.makes_accounts, role=row.role, is_active=row.is_active, comes_back_to=providers.back_to(row),
            found_at=row.found_at,
        )  # fmt: skip


class NewProvider(In):
    """Issuer as the provider writes it, and how we are called there. Without domains any address that has an account counts."""

    name: Name
    issuer: Annotated[str, Field(min_length=8, max_length=300, pattern=r"^https?://[^\s@#?]+$")]
    client: Text
    secret: Secret
    domains: Domains = []
    makes_accounts: Flag = False
    role: MadeRole = "staff"


class ProviderChange(In):
    """What is to be changed; what is left out stays."""

    name: Name = ""
    secret: Secret = ""
    domains: Domains = []
    makes_accounts: Flag = False
    role: MadeRole = "staff"
    is_active: Flag = True


class ProviderTold(Out):
    """What the provider told of itself just now."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class KnownOut(Out):
    """An account that the provider knows, by a subject that never changes."""

    id: int
    user_id: int
    subject: str
    email: str
    at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, row: Known) -> KnownOut:
        """The row."""
        return cls(
            id=row.pk, user_id=row.user_id, subject=row.subject, email=row.email, at=row.at, used_at=row.used_at
        )  # fmt: skip


@router.read("/providers", act="provider.manage", out=Page[ProviderOut])
def listed(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[ProviderOut]:
    """Providers, first made first."""
    found, following = page_by_id(providers.visible_to(user_of(request)), cursor, limit)
    return Page[ProviderOut](items=[ProviderOut.of(row) for row in found], next=following)


@router.write("POST", "/providers", act="provider.manage", out=ProviderOut, status=201, scope="admin")
def add(request: HttpRequest, body: NewProvider) -> ProviderOut:
    """One more. It stands on the sign-in at once."""
    return ProviderOut.of(providers.add(by=user_of(request), now=clock.now(), **body.model_dump()))


@router.read("/providers/{int:provider_id}", act="provider.manage", out=ProviderOut)
def shown(request: HttpRequest, provider_id: PathId) -> ProviderOut:
    """One of them."""
    return ProviderOut.of(_one(request, provider_id))


@router.write("PATCH", "/providers/{int:provider_id}", act="provider.manage", out=ProviderOut, scope="admin")
def change(request: HttpRequest, provider_id: PathId, body: ProviderChange) -> ProviderOut:
    """Change it, give it another secret, switch it off or on. Issuer and client stay."""
    return ProviderOut.of(providers.change(_one(request, provider_id), by=user_of(request), **given(body)))


@router.write("DELETE", "/providers/{int:provider_id}", act="provider.manage", out=Done, scope="admin")
def remove(request: HttpRequest, provider_id: PathId) -> Done:
    """Take it away with what it knows; accounts stay."""
    providers.remove(_one(request, provider_id), by=user_of(request))
    return Done()


@router.write("POST", "/providers/{int:provider_id}/test", act="provider.manage", out=ProviderTold, scope="admin")
def test(request: HttpRequest, provider_id: PathId) -> ProviderTold:
    """Ask it for its addresses at once."""
    told = providers.check(_one(request, provider_id), by=user_of(request), now=clock.now())
    return ProviderTold(**{name: told[name] for name in ProviderTold.model_fields})


@router.read("/providers/{int:provider_id}/accounts", act="provider.manage", out=Page[KnownOut])
def accounts(request: HttpRequest, provider_id: PathId, cursor: Cursor = "", limit: Limit = 50) -> Page[KnownOut]:
    """Accounts that it knows."""
    found, following = page_by_id(_one(request, provider_id).knows.all(), cursor, limit)
    return Page[KnownOut](items=[KnownOut.of(row) for row in found], next=following)


@router.write(
    "DELETE", "/providers/{int:provider_id}/accounts/{int:known_id}", act="provider.manage", out=Done, scope="admin"
)
def forget(request: HttpRequest, provider_id: PathId, known_id: PathId) -> Done:
    """It does not know this account any more: the next sign-in looks at its address again."""
    providers.forget(one(_one(request, provider_id).knows.all(), known_id), by=user_of(request))
    return Done()


def _one(request: HttpRequest, number: int) -> Provider:
    return one(providers.visible_to(user_of(request)), number)
