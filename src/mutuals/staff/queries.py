"""Questions about staff."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from mutuals.staff.models import Role, Team, Token, User
from mutuals.staff.permissions import may


def visible_to(viewer: Any) -> QuerySet[User]:
    """Users that the viewer may see: all for whom "user.view" is given, else only oneself."""
    if may(viewer, "user.view"):
        return User.objects.order_by("name", "pk")
    own = viewer.pk if isinstance(viewer, User) and viewer.is_active else 0
    return User.objects.filter(pk__in=[own]).order_by("pk")


def active() -> QuerySet[User]:
    """Who can sign in, by name."""
    return User.objects.filter(is_active=True).order_by("name", "pk")


def by_email(email: str) -> User | None:
    """The user of an address, in any case."""
    return User.objects.filter(email__iexact=email.strip()).first()


def owners() -> QuerySet[User]:
    """Active owners."""
    return active().filter(role=Role.OWNER)


def teams_visible_to(viewer: Any) -> QuerySet[Team]:
    """Teams with `size`, their active members; without "user.view" only one's own."""
    return teams_of(viewer).annotate(size=Count("members", filter=Q(members__is_active=True)))


def teams_of(viewer: Any) -> QuerySet[Team]:
    """The same teams by name alone, for menus."""
    teams = Team.objects.order_by("name")
    if may(viewer, "user.view"):
        return teams
    return teams.filter(pk__in=viewer.team_ids() if isinstance(viewer, User) and viewer.is_active else [])


def members_of(team: Team) -> QuerySet[User]:
    """Active members, by name."""
    return active().filter(teams=team)


def tokens_visible_to(viewer: Any) -> QuerySet[Token]:
    """One's own keys; all keys for who manages users. The hash is of no use to anybody."""
    if not isinstance(viewer, User) or not viewer.is_active:
        return Token.objects.none()
    tokens = Token.objects.select_related("user").order_by("-created_at", "-pk")
    return tokens if may(viewer, "user.manage") else tokens.filter(user=viewer)


def is_set_up() -> bool:
    """Whether anybody has an account yet."""
    return User.objects.exists()
