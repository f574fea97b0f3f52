"""Members of staff come, change and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from mutuals.base import journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal, one_line
from mutuals.staff import notices
from mutuals.staff.models import Pillar, Role, Team, User
from mutuals.staff.permissions import NotAllowed, require

WELCOME = timedelta(days=3)
_SALT = "mutuals.staff.welcome"


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of thing that somebody may own in a room above: how many, and how to hand them over."""

    count: Callable[[User], int]
    move: Callable[[User, User], int]


class StillNeeded(Refusal):
    """The user owns things that need a new owner first; `holds` says what and how many."""

    def __init__(self, user: User, holds: dict[str, int]) -> None:
        listed = ", ".join(f"{number} {name}" for name, number in holds.items())
        super().__init__(f"{user} still owns {listed}. Choose who takes them over.")
        self.holds = holds


_holdings: dict[str, Holding] = {}


def hold(name: str, *, count: Callable[[User], int], move: Callable[[User, User], int]) -> None:
    """A room tells, at start-up, what of its own a user may own ("sources"). The same name again replaces."""
    _holdings[name] = Holding(count, move)


def holdings(user: User) -> dict[str, int]:
    """What the user owns in all rooms, without the noughts."""
    counted = {name: holding.count(user) for name, holding in _holdings.items()}
    return {name: number for name, number in counted.items() if number}


def first(*, email: str, name: str, password: str) -> User:
    """The first owner of an empty installation. Refused once anybody exists, also when two ask at the same moment."""
    with transaction.atomic():
        in_turn(Space.FIRST_ACCOUNT)
        if User.objects.exists():
            raise Refusal("This installation is set up already. Sign in, or ask its owner for an account.")
        user = User(email=_email(email), name=one_line(name, what="Name", longest=120), role=Role.OWNER)
        _put_password(user, password)
        user.save()
        journal.note("user.added", user, by=user, role=user.role)
    return user


def finish_set_up(user: User, *, now: datetime) -> None:
    """First-run set-up is through; it is not shown to this owner again. Twice is once."""
    if User.objects.filter(pk=user.pk, set_up_at=None).update(set_up_at=now):
        journal.note("user.set_up", user, by=user)


def add(*, email: str, name: str, role: str, by: User, teams: tuple[Team, ...] = (), zone: str = "UTC") -> User:
    """A new member of staff, who signs in by the address that `invite` gives.

    Refused: an address that is used, an unknown role or zone, and an owner made by anybody but an owner.
    """
    require(by, "user.manage")
    wanted = _role(role)
    address = _email(email)
    with transaction.atomic():
        by = _held(by, by=by)[1]
        _may_give(by, wanted)
        if User.objects.filter(email__iexact=address).exists():
            raise Refusal(f"{address} has an account already.", fields={"email": "This address is used already."})
        user = User.objects.create_user(
            address, name=one_line(name, what="Name", longest=120), role=wanted, zone=_zone(zone)
        )
        user.teams.set(teams)
        journal.note("user.added", user, by=by, role=wanted, teams=[team.pk for team in teams])
    return user


def change(
    user: User,
    *,
    by: User,
    name: str | None = None,
    email: str | None = None,
    role: str | None = None,
    zone: str | None = None,
    theme: str | None = None,
    told_by: str | None = None,
    pillar: str | None = None,
) -> User:
    """Change what is given. Everybody may change their own name, zone, theme, how they are told, and from which part of the
    business they look at the house; the rest is for admins.

    Refused: demoting the last owner; an admin who touches an owner or makes one.
    """
    with transaction.atomic():
        user, by, owners = _held(user, by=by, own=user.pk == by.pk and role is None and email is None)
        before = {
            field: getattr(user, field) for field in ("name", "email", "role", "zone", "theme", "told_by", "pillar")
        }
        if role is not None:
            _change_role(user, _role(role), by=by, owners=owners)
        if email is not None:
            user.email = free_email(email, but=user.pk)
        user.name = user.name if name is None else one_line(name, what="Name", longest=120)
        user.zone = user.zone if zone is None else _zone(zone)
        user.theme = user.theme if theme is None else _theme(theme)
        user.told_by = user.told_by if told_by is None else _told_by(told_by)
        user.pillar = user.pillar if pillar is None else _pillar(pillar)
        user.save()
        changed = [field for field, old in before.items() if getattr(user, field) != old]
        if changed:
            journal.note("user.changed", user, by=by, fields=changed, role=user.role)
    return user


def deactivate(user: User, *, by: User, now: datetime, transfer_to: User | None = None) -> User:
    """End somebody's access at once, with all sessions, tokens and invitations; their name stays on what they did.

    Refused with StillNeeded while they own anything and nobody takes it over; for the last owner; and for oneself.
    """
    with transaction.atomic():
        user, by, owners = _held(user, by=by)
        if user.pk == by.pk:
            raise Refusal("Nobody can end their own access. Ask another admin or owner.")
        if owners == [user.pk]:
            raise Refusal("This is the last owner. Make somebody else an owner first.")
        holds = holdings(user)
        if holds and transfer_to is None:
            raise StillNeeded(user, holds)
        moved = _hand_over(user, transfer_to) if transfer_to is not None else {}
        user.is_active = False
        user.session_generation += 1
        user.save(update_fields=["is_active", "session_generation"])
        user.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
        notices.forget(user)
        to = transfer_to.pk if transfer_to is not None else None
        journal.note("user.deactivated", user, by=by, to=to, moved=moved)
    return user


def transfer(user: User, to: User, *, by: User) -> dict[str, int]:
    """Give all that somebody looks after to a colleague, whether they leave or not; what moved, by kind. Twice is once.

    Refused: a colleague without access, the same person.
    """
    require(by, "owner.transfer")
    with transaction.atomic():
        user, by, _ = _held(user, by=by)
        moved = {name: number for name, number in _hand_over(user, to).items() if number}
        if moved:
            journal.note("user.handed_over", user, by=by, to=to.pk, moved=moved)
    return moved


def reactivate(user: User, *, by: User) -> User:
    """Give access back. Sessions, tokens and invitations of before stay dead: the user signs in and makes new ones."""
    with transaction.atomic():
        user, by, _ = _held(user, by=by)
        user.is_active = True
        user.save(update_fields=["is_active"])
        journal.note("user.reactivated", user, by=by)
    return user


def invite(user: User, *, by: User, now: datetime) -> str:
    """The path of an address that lets this user set a password, once, within three days.

    It stops working when the password is set, the address, role or second factors change, access ends or the user signs
    in; a new one ends no old one. So no admin can keep an address that opens the account of somebody made an owner later.
    """
    with transaction.atomic():
        user, by, _ = _held(user, by=by)
        if not user.is_active:
            raise Refusal(f"{user} has no access any more.")
        journal.note("user.invited", user, by=by)
    until = int((now + WELCOME).timestamp())
    token = signing.Signer(salt=_SALT).sign_object({"user": user.pk, "until": until, "mark": _mark(user)})
    return f"/welcome/{token}/"


def invited(token: str, *, now: datetime) -> User:
    """Whom a token of `invite` was made for. Refused: forged, too old, used already, or no access any more."""
    try:
        held = signing.Signer(salt=_SALT).unsign_object(token)
        user = User.objects.get(pk=held["user"], is_active=True)
    except (signing.BadSignature, User.DoesNotExist, KeyError, TypeError, ValueError) as error:
        raise Refusal("This address is not valid. Ask an admin for a new one.") from error
    if held["until"] < now.timestamp() or not constant_time_compare(held["mark"], _mark(user)):
        raise Refusal("This address was used already or is too old. Ask an admin for a new one.")
    return user


def welcome(token: str, *, password: str, now: datetime) -> User:
    """Set the password by an invitation. The row is locked, so one token sets one password."""
    with transaction.atomic():
        User.objects.select_for_update().filter(pk=invited(token, now=now).pk).first()
        user = invited(token, now=now)
        _put_password(user, password)
        user.save(update_fields=["password"])
        journal.note("user.password_set", user, by=user)
    return user


def set_password(user: User, password: str, *, by: User) -> None:
    """One's own password; who manages users may set one for others below an owner. Refused: weak passwords."""
    with transaction.atomic():
        user, by, _ = _held(user, by=by, own=by.pk == user.pk)
        _put_password(user, password)
        user.save(update_fields=["password"])
        journal.note("user.password_set", user, by=by)


def factors_changed(user: User) -> None:
    """One's second factors were added, taken away or made anew: every session and invitation of before opens nothing.

    `user` is brought up to date, so that the caller can renew the session in which it was done.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
        journal.note("user.factors_changed", user, by=user)
    user.refresh_from_db(fields=["session_generation"])


def drop_factors(user: User, *, by: User) -> int:
    """Take away all second factors of who lost them, recovery codes too: how many. Sessions and invitations of before end.

    No screen and no API leads here: with an invitation it would open a colleague's account. Refused: an owner's, by others.
    """
    with transaction.atomic():
        user, by, _ = _held(user, by=by)
        dropped = Authenticator.objects.filter(user=user).delete()[0]
        user.session_generation += 1
        user.save(update_fields=["session_generation"])
        journal.note("user.factors_dropped", user, by=by, dropped=dropped)
    return int(dropped)


def _change_role(user: User, role: Role, *, by: User, owners: list[int]) -> None:
    _may_give(by, role)
    if owners == [user.pk] and role != Role.OWNER:
        raise Refusal("This is the last owner. Make somebody else an owner first.")
    user.role = role


def _hand_over(user: User, to: User) -> dict[str, int]:
    if to.pk == user.pk or not User.objects.filter(pk=to.pk, is_active=True).exists():
        raise Refusal(f"{to} cannot take this over.")
    return {name: holding.move(user, to) for name, holding in _holdings.items()}


def _locked_owners() -> list[int]:
    """Every active owner, locked in one order, so that two cannot demote each other at the same moment."""
    rows = User.objects.select_for_update(no_key=True).filter(role=Role.OWNER, is_active=True).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _held(user: User, *, by: User, own: bool = False) -> tuple[User, User, list[int]]:
    """Both accounts as they are now, locked until the transaction ends, and the active owners: a role that changed since
    they were read counts. Refused: who may not change accounts, or not this one; `own` = it is one's own matter.
    """
    owners = _locked_owners()
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=[user.pk, by.pk]).order_by("pk")
    rows = {row.pk: row for row in locked}
    user, by = rows[user.pk], rows[by.pk]
    if not (own and by.is_active):
        require(by, "user.manage")
        _may_touch(by, user)
    return user, by, owners


def _may_give(by: User, role: Role) -> None:
    if role == Role.OWNER and by.role != Role.OWNER:
        raise NotAllowed("Only an owner can make somebody an owner.")


def _may_touch(by: User, user: User) -> None:
    if user.role == Role.OWNER and by.role != Role.OWNER:
        raise NotAllowed("Only an owner can change an owner's account.")


def _put_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), fields={"password": " ".join(error.messages)}) from error
    user.set_password(password)


def _mark(user: User) -> str:
    state = f"{user.pk} {user.password} {user.email} {user.last_login or ''} {user.role} {user.session_generation}"
    return salted_hmac(_SALT, state, algorithm="sha256").hexdigest()[:32]


def _email(text: str) -> str:
    address = User.objects.normalize_email(one_line(text, what="Email", longest=254)).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refusal(f"{address} is not an email address.", fields={"email": "Not an email address."}) from error
    return address


def free_email(text: str, *, but: int = 0) -> str:
    """An address as it is kept. Refused: what is none, and one that an account has but `but`."""
    address = _email(text)
    if User.objects.filter(email__iexact=address).exclude(pk=but).exists():
        raise Refusal(f"{address} has an account already.", fields={"email": "This address is used already."})
    return address


def _role(text: str) -> Role:
    if text not in Role.values:
        raise Refusal(f"There is no role {text!r}.", fields={"role": "Choose one of the roles."})
    return Role(text)


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise Refusal(f"There is no time zone {text[:60]!r}.", fields={"zone": "Choose a time zone."})
    return text


def _told_by(text: str) -> str:
    if text not in ("", "mail"):
        raise Refusal("Notes stand on the page of today, or come by mail too.", fields={"told_by": "Choose one."})
    return text


def _pillar(text: str) -> str:
    if text not in ("", *Pillar.values):
        raise Refusal(f"The parts of the business are: {', '.join(Pillar.values)}.", fields={"pillar": "Choose one."})
    return text


def _theme(text: str) -> str:
    if text not in ("", "light", "dark"):
        raise Refusal("The theme is light, dark or that of the system.", fields={"theme": "Choose one."})
    return text
