"""Teams, and who is in them."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.staff.models import Pillar, Team, User
from mutuals.staff.permissions import require

_renamed: dict[str, Callable[[str, str], object]] = {}


def renamed(name: str, act: Callable[[str, str], object]) -> None:
    """A room tells, at start-up, what follows a team's name, old and new, where it is written. The same name replaces."""
    _renamed[name] = act


def add(name: str, *, by: User, pillar: str = "") -> Team:
    """A new team. Refused: a name that is used, an unknown pillar."""
    require(by, "team.manage")
    label = _free_name(name, None)
    with transaction.atomic():
        team = Team.objects.create(name=label, pillar=_pillar(pillar))
        journal.note("team.added", team, by=by, name=label)
    return team


def change(team: Team, *, by: User, name: str | None = None, pillar: str | None = None) -> Team:
    """Change what is given; what names the team follows its name."""
    require(by, "team.manage")
    with transaction.atomic():
        team = Team.objects.select_for_update().get(pk=team.pk)
        was, team.name = team.name, team.name if name is None else _free_name(name, team)
        team.pillar = team.pillar if pillar is None else _pillar(pillar)
        team.save()
        if was != team.name:
            for act in _renamed.values():
                act(was, team.name)
        journal.note("team.changed", team, by=by, name=team.name, pillar=team.pillar)
    return team


def join(user: User, team: Team, *, by: User) -> None:
    """Put somebody into a team. Twice is once."""
    require(by, "team.manage")
    if not user.is_active:
        raise Refusal(f"{user} has no access any more.")
    with transaction.atomic():
        if not team.members.filter(pk=user.pk).exists():
            team.members.add(user)
            journal.note("team.joined", team, by=by, user=user.pk)
    user.__dict__.pop("_team_ids", None)


def leave(user: User, team: Team, *, by: User) -> None:
    """Take somebody out of a team. Twice is once."""
    require(by, "team.manage")
    with transaction.atomic():
        if team.members.filter(pk=user.pk).exists():
            team.members.remove(user)
            journal.note("team.left", team, by=by, user=user.pk)
    user.__dict__.pop("_team_ids", None)


def _free_name(text: str, team: Team | None) -> str:
    name = one_line(text, what="Name", longest=80)
    others = Team.objects.filter(name__iexact=name)
    if (others.exclude(pk=team.pk) if team else others).exists():
        raise Refusal(f"There is a team {name} already.", fields={"name": "This name is used already."})
    return name


def _pillar(text: str) -> str:
    if text and text not in Pillar.values:
        raise Refusal(f"There is no pillar {text!r}.", fields={"pillar": "Choose one of the pillars."})
    return text
