"""Who we are: users and teams."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from pydantic import Field

from mutuals.api._auth import ANYBODY, user_of
from mutuals.api._door import Resource, one
from mutuals.api._paging import Cursor, Limit, page_by_id
from mutuals.api._types import Done, Id, In, Line, Out, Page, PathId, Ref, given
from mutuals.base import clock
from mutuals.staff import accounts, queries, teams
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import ACTS, scope

router = Resource("staff")
Role = Literal["owner", "admin", "lead", "staff", "contractor"]
Pillar = Literal["", "service", "sales", "marketing", "innovation"]
Name = Annotated[Line, Field(min_length=1, max_length=120)]
Address = Annotated[Line, Field(min_length=3, max_length=254)]


class UserOut(Out):
    """A member of staff."""

    id: int
    name: str
    email: str
    role: str
    zone: str
    is_active: bool
    teams: list[Ref]
    last_login: datetime | None

    @classmethod
    def of(cls, row: User) -> UserOut:
        """A user with their teams."""
        return cls(
            id=row.pk,
            name=row.name,
            email=row.email,
            role=row.role,
            zone=row.zone,
            is_active=row.is_active,
            teams=[Ref(id=team.pk, name=team.name) for team in row.teams.all()],
            last_login=row.last_login,
        )


class MeOut(UserOut):
    """The caller, and how far each act reaches for them: all, own or none."""

    theme: str
    told_by: str
    pillar: str
    acts: dict[str, str]


class TeamOut(Out):
    """People who share a queue."""

    id: int
    name: str
    pillar: str
    size: int | None

    @classmethod
    def of(cls, row: Team) -> TeamOut:
        """A team; `size` where it was counted."""
        return cls(id=row.pk, name=row.name, pillar=row.pillar, size=getattr(row, "size", None))


class NewUser(In):
    """A new member of staff, who sets their password by an invitation."""

    name: Name
    email: Address
    role: Role = "staff"
    zone: Annotated[Line, Field(max_length=50)] = "UTC"
    team_ids: Annotated[list[Id], Field(max_length=50)] = []


class UserChange(In):
    """What is to change; everybody may change their own name, zone, theme, `told_by` ("" or "mail") and `pillar`, by
    which the screens put things in order.
    """

    name: Name = ""
    email: Address = ""
    role: Role = "staff"
    zone: Annotated[Line, Field(max_length=50)] = "UTC"
    theme: Literal["", "light", "dark"] = ""
    told_by: Literal["", "mail"] = ""
    pillar: Pillar = ""


class AccessEnding(In):
    """Who takes over what they own."""

    transfer_to_id: Id | None = None


class Invitation(Out):
    """The path of an address that sets one password, once, within three days."""

    path: str


class NewTeam(In):
    """A new team."""

    name: Annotated[Line, Field(min_length=1, max_length=80)]
    pillar: Pillar = ""


class TeamChange(In):
    """What is to change."""

    name: Annotated[Line, Field(min_length=1, max_length=80)] = ""
    pillar: Pillar = ""


@router.read("/me", act=ANYBODY, out=MeOut)
def me(request: HttpRequest) -> MeOut:
    """Who the caller is and what they may do."""
    user = user_of(request)
    acts = {act: str(scope(user, act)) for act in sorted(ACTS)}
    return MeOut(**UserOut.of(user).model_dump(), theme=user.theme, told_by=user.told_by, pillar=user.pillar, acts=acts)


@router.write("PATCH", "/me", act=ANYBODY, out=UserOut)
def change_me(request: HttpRequest, body: UserChange) -> UserOut:
    """Change one's own name, zone, theme, how rules tell one something, or the part of the business that stands first."""
    user = user_of(request)
    return UserOut.of(accounts.change(user, by=user, **given(body)))


@router.read("/users", act="user.view", out=Page[UserOut])
def users(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[UserOut]:
    """Everybody who works or worked here, oldest account first."""
    found, following = page_by_id(queries.visible_to(user_of(request)).prefetch_related("teams"), cursor, limit)
    return Page[UserOut](items=[UserOut.of(row) for row in found], next=following)


@router.read("/users/{int:user_id}", act="user.view", out=UserOut)
def shown(request: HttpRequest, user_id: PathId) -> UserOut:
    """One member of staff."""
    return UserOut.of(_user(request, user_id))


@router.write("POST", "/users", act="user.manage", out=UserOut, status=201, scope="admin", refuses=(404,))
def add(request: HttpRequest, body: NewUser) -> UserOut:
    """Add a member of staff."""
    by = user_of(request)
    wanted = tuple(one(queries.teams_visible_to(by), number) for number in body.team_ids)
    made = accounts.add(email=body.email, name=body.name, role=body.role, zone=body.zone, teams=wanted, by=by)
    return UserOut.of(made)


@router.write("PATCH", "/users/{int:user_id}", act="user.manage", out=UserOut, scope="admin")
def change(request: HttpRequest, user_id: PathId, body: UserChange) -> UserOut:
    """Change a member of staff."""
    return UserOut.of(accounts.change(_user(request, user_id), by=user_of(request), **given(body)))


@router.write("POST", "/users/{int:user_id}/invite", act="user.manage", out=Invitation, scope="admin", shown_once=True)
def invite(request: HttpRequest, user_id: PathId) -> Invitation:
    """An address by which they set their password."""
    return Invitation(path=accounts.invite(_user(request, user_id), by=user_of(request), now=clock.now()))


@router.write("POST", "/users/{int:user_id}/deactivate", act="user.manage", out=UserOut, scope="admin")
def deactivate(request: HttpRequest, user_id: PathId, body: AccessEnding) -> UserOut:
    """End somebody's access at once; 409 while they own something and nobody takes it over."""
    by = user_of(request)
    to = one(queries.visible_to(by), body.transfer_to_id) if body.transfer_to_id else None
    return UserOut.of(accounts.deactivate(_user(request, user_id), by=by, now=clock.now(), transfer_to=to))


@router.write("POST", "/users/{int:user_id}/reactivate", act="user.manage", out=UserOut, scope="admin")
def reactivate(request: HttpRequest, user_id: PathId) -> UserOut:
    """Give access back."""
    return UserOut.of(accounts.reactivate(_user(request, user_id), by=user_of(request)))


@router.read("/teams", act="user.view", out=Page[TeamOut])
def all_teams(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> Page[TeamOut]:
    """Teams, oldest first."""
    found, following = page_by_id(queries.teams_visible_to(user_of(request)), cursor, limit)
    return Page[TeamOut](items=[TeamOut.of(row) for row in found], next=following)


@router.write("POST", "/teams", act="team.manage", out=TeamOut, status=201, scope="admin")
def add_team(request: HttpRequest, body: NewTeam) -> TeamOut:
    """Add a team."""
    return TeamOut.of(teams.add(body.name, by=user_of(request), pillar=body.pillar))


@router.write("PATCH", "/teams/{int:team_id}", act="team.manage", out=TeamOut, scope="admin")
def change_team(request: HttpRequest, team_id: PathId, body: TeamChange) -> TeamOut:
    """Change a team."""
    return TeamOut.of(teams.change(_team(request, team_id), by=user_of(request), **given(body)))


@router.write("PUT", "/teams/{int:team_id}/members/{int:user_id}", act="team.manage", out=Done, scope="admin")
def join(request: HttpRequest, team_id: PathId, user_id: PathId) -> Done:
    """Put somebody into a team. Twice is once."""
    teams.join(_user(request, user_id), _team(request, team_id), by=user_of(request))
    return Done()


@router.write("DELETE", "/teams/{int:team_id}/members/{int:user_id}", act="team.manage", out=Done, scope="admin")
def leave(request: HttpRequest, team_id: PathId, user_id: PathId) -> Done:
    """Take somebody out of a team. Twice is once."""
    teams.leave(_user(request, user_id), _team(request, team_id), by=user_of(request))
    return Done()


def _user(request: HttpRequest, number: int) -> User:
    return one(queries.visible_to(user_of(request)).prefetch_related("teams"), number)


def _team(request: HttpRequest, number: int) -> Team:
    return one(queries.teams_visible_to(user_of(request)), number)
