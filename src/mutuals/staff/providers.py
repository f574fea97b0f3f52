"""Providers outside that say who somebody is: added, changed, tried, switched off; and whom they may sign in.

Whoever runs a provider can sign in as everybody whom it names, so owners alone choose them. A second factor of ours is asked
for all the same: a provider stands for the password alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.base.net import Http, guarded
from mutuals.base.refusals import Refusal, one_line
from mutuals.base.sealed import seal, unseal
from mutuals.staff import oidc
from mutuals.staff.accounts import free_email
from mutuals.staff.models import Known, Provider, Role, User
from mutuals.staff.permissions import may, require

ACT = "provider.manage"
MOST = 10
"""Providers of one installation: each is a button on the sign-in."""
FRESH = timedelta(days=1)
"""How long what a provider told of itself is believed."""
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)


def visible_to(user: Any) -> QuerySet[Provider]:
    """All of them for who may manage them, else none."""
    return Provider.objects.all() if may(user, ACT) else Provider.objects.none()


def offered() -> list[tuple[int, str]]:
    """Number and name of those that stand on the page of the sign-in, which anybody may read."""
    return list(Provider.objects.filter(is_active=True).order_by("name").values_list("pk", "name"))


@transaction.atomic
def add(
    *,
    by: User,
    now: datetime,
    name: str,
    issuer: str,
    client: str,
    secret: str,
    domains: Iterable[str] = (),
    makes_accounts: bool = False,
    role: str = Role.STAFF,
) -> Provider:
    """A new one; it stands on the sign-in at once. Nobody is asked yet: `check` does that.

    Refused: an issuer without TLS, a name or a client of it that is known already, accounts for any domain or for owners.
    """
    require(by, ACT)
    if Provider.objects.count() >= MOST:
        raise Refusal(f"There are {MOST} providers already; take one away first.")
    row = Provider(
        issuer=oidc.issuer_of(issuer, allow=settings.NET_ALLOW), client=one_line(client, what="Client", longest=300),
        sealed=b"", made_at=now,
    )  # fmt: skip
    if Provider.objects.filter(issuer=row.issuer, client=row.client).exists():
        words = "This client of this issuer is here already."
        raise Refusal(words, fields={"client": words})
    _put(row, name=name, domains=domains, makes_accounts=makes_accounts, role=role)
    row.save()
    _seal(row, secret)
    journal.note("provider.added", row, by=by, name=row.name, issuer=row.issuer, domains=row.domains)
    return row


@transaction.atomic
def change(
    provider: Provider,
    *,
    by: User,
    name: str | None = None,
    secret: str | None = None,
    domains: Iterable[str] | None = None,
    makes_accounts: bool | None = None,
    role: str | None = None,
    is_active: bool | None = None,
) -> Provider:
    """Change what is given; the same again is nothing. Switched off, it signs nobody in; sessions that it began go on.

    Issuer and client stay as they are: the subjects of another issuer are other people. Refused: as `add`.
    """
    row = _held(provider, by)
    fields = ("name", "domains", "makes_accounts", "role", "is_active")
    before = {field: getattr(row, field) for field in fields}
    _put(row, name=name, domains=domains, makes_accounts=makes_accounts, role=role)
    row.is_active = row.is_active if is_active is None else is_active
    changed = {field: [old, getattr(row, field)] for field, old in before.items() if getattr(row, field) != old}
    if changed:
        row.save(update_fields=list(changed))
    if secret:
        _seal(row, secret)
    if changed or secret:
        journal.note("provider.changed", row, by=by, changes=changed, secret="new" if secret else "")
    return row


@transaction.atomic
def remove(provider: Provider, *, by: User) -> None:
    """Take one away with what it knows; the accounts stay, and who has no password is invited anew. Twice is once."""
    require(by, ACT)
    if Provider.objects.filter(pk=provider.pk).delete()[0]:
        journal.note("provider.removed", provider, by=by, name=provider.name, issuer=provider.issuer)


@transaction.atomic
def forget(known: Known, *, by: User) -> None:
    """A provider does not know this account any more: the next sign-in looks at its address again. Twice is once."""
    require(by, ACT)
    if Known.objects.filter(pk=known.pk).delete()[0]:
        journal.note("user.unlinked", known.user, by=by, provider=known.provider_id)


def check(provider: Provider, *, by: User, now: datetime, http: Http | None = None) -> dict[str, Any]:
    """Ask it for its addresses and keys at once: what it told. Refused: what is wrong with it, in words."""
    require(by, ACT)
    unseal(f"provider:{provider.pk}", provider.sealed)
    return found(provider, now=now, http=http, anew=True)


def found(provider: Provider, *, now: datetime, http: Http | None = None, anew: bool = False) -> dict[str, Any]:
    """What the provider told of itself, asked at most once a day. Refused: as `oidc.discover`."""
    if provider.found and provider.found_at and now - provider.found_at < FRESH and not anew:
        return dict(provider.found)
    http = http or net()
    provider.found = oidc.discover(provider.issuer, http=http, allow=settings.NET_ALLOW)
    provider.found_at = now
    Provider.objects.filter(pk=provider.pk).update(found=provider.found, found_at=now)
    return dict(provider.found)


def net() -> Http:
    """The only way out, made once: reading the certificates of the system costs more than the question."""
    return _net(settings.NET_ALLOW)


@lru_cache(maxsize=4)
def _net(allow: str) -> Http:
    return guarded(allow)[0]


def back_to(provider: Provider) -> str:
    """Where the provider sends browsers back to; an owner writes it down there. Each has its own, so that none is taken for
    another."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/accounts/provider/{provider.pk}/back/"


def secret_of(provider: Provider) -> str:
    """For the question to the provider; nobody is shown it. Refused: keys that do not open it."""
    return unseal(f"provider:{provider.pk}", provider.sealed)


@transaction.atomic
def recognise(provider: Provider, told: oidc.Told, *, now: datetime) -> User:
    """Whose account it is. The first time the address decides, and only one that the provider says is verified; from then on
    the provider's own name for them does, whatever address it tells.

    Refused, each with its reason: no or no verified address, one outside the provider's domains, nobody's address where no
    accounts are made, an account that another person of the provider has, and access that ended.
    """
    row = Provider.objects.select_for_update(no_key=True).filter(pk=provider.pk, is_active=True).first()
    if row is None:
        raise Refusal("This way to sign in is switched off.")
    known = Known.objects.select_related("user").filter(provider=row, subject=told.subject).first()
    if known is None:
        known = _link(row, told, now=now)
    if not known.user.is_active:
        raise Refusal(f"{known.user} has no access any more. An admin can give it back.")
    Known.objects.filter(pk=known.pk).update(used_at=now)
    return known.user


def _link(row: Provider, told: oidc.Told, *, now: datetime) -> Known:
    address = _vouched(row, told)
    user = User.objects.filter(email__iexact=address).first()
    if user is not None and not user.is_active:
        raise Refusal(f"{address} has no access any more. An admin can give it back.")
    if user is None:
        user = _made(row, address, told.name)
    elif Known.objects.filter(provider=row, user=user).exists():
        raise Refusal(
            f"The account of {address} belongs to somebody else at {row.name}. An owner can take that link away, where that "
            "person and you are one."
        )
    known = Known.objects.create(provider=row, user=user, subject=told.subject, email=address, at=now)
    journal.note("user.linked", user, by=user, provider=row.pk, name=row.name)
    return known


def _vouched(row: Provider, told: oidc.Told) -> str:
    """The address, where the provider vouches for it and may."""
    address = told.email.lower()
    if not address:
        raise Refusal(f"{row.name} tells no address of yours, so nobody knows which account is yours.")
    if not told.is_verified:
        raise Refusal(
            f"{row.name} does not say that {address} is verified. Verify it there first, or use your password."
        )
    if row.domains and address.rpartition("@")[2] not in row.domains:
        raise Refusal(f"{address} is not of the domains for which {row.name} is believed here.")
    return address


def _made(row: Provider, address: str, name: str) -> User:
    if not row.makes_accounts:
        raise Refusal(f"There is no account for {address}. Ask an admin to make one; then this sign-in opens it.")
    try:
        shown = one_line(name, what="Name", longest=120)
    except Refusal:
        shown = address.partition("@")[0]
    user = User.objects.create_user(free_email(address), name=shown, role=row.role)
    journal.note("user.added", user, by=f"provider:{row.pk}", role=user.role, teams=[])
    return user


def _held(provider: Provider, by: User) -> Provider:
    require(by, ACT)
    row = Provider.objects.select_for_update().filter(pk=provider.pk).first()
    if row is None:
        raise Refusal("This provider is not there any more.")
    return row


def _put(
    row: Provider,
    *,
    name: str | None,
    domains: Iterable[str] | None,
    makes_accounts: bool | None,
    role: str | None,
) -> None:
    row.name = row.name if name is None else _name(name, but=row.pk or 0)
    row.domains = row.domains if domains is None else _domains(domains)
    row.makes_accounts = row.makes_accounts if makes_accounts is None else makes_accounts
    if role is not None and (role not in Role.values or role == Role.OWNER):
        words = "Accounts that come by themselves are never owners; choose another role."
        raise Refusal(words, fields={"role": words})
    row.role = row.role if role is None else role
    if row.makes_accounts and not row.domains:
        words = "Name the domains for which accounts are made, else anybody whom the provider knows would get one."
        raise Refusal(words, fields={"domains": words})


def _name(text: str, *, but: int) -> str:
    name = one_line(text, what="Name", longest=80)
    if Provider.objects.filter(name=name).exclude(pk=but).exists():
        words = f"There is a provider “{name}” already."
        raise Refusal(words, fields={"name": words})
    return name


def _domains(told: Iterable[str]) -> list[str]:
    domains = sorted({one.strip().lower().lstrip("@") for one in told if one.strip()})
    wrong = next((one for one in domains if not _DOMAIN.fullmatch(one)), None)
    if wrong is not None or len(domains) > 50:
        words = f"“{wrong[:60]}” is no domain: write example.org." if wrong else "At most fifty domains."
        raise Refusal(words, fields={"domains": words})
    return domains


def _seal(row: Provider, secret: str) -> None:
    row.sealed = seal(f"provider:{row.pk}", one_line(secret, what="Secret", longest=1000))
    row.save(update_fields=["sealed"])
