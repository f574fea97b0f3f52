"""Who works here: users, teams, and what each role may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.base import clock
from mutuals.base.journal import of as happened_to
from mutuals.staff import accounts
from mutuals.staff import teams as groups
from mutuals.staff.models import Team, User
from mutuals.staff.permissions import may
from mutuals.staff.queries import members_of, teams_visible_to, visible_to
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, typed
from mutuals.web.staff.forms import Called, Colleague, Leaving
from mutuals.web.staff.matrix import matrix


@needs("user.view")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody who has or had access."""
    users = visible_to(caller(request)).prefetch_related("teams")
    rows = [(user, _named(user)) for user in users]
    return render(request, "staff/page.html", {"rows": rows, "may_manage": may(caller(request), "user.manage")})


@needs("user.manage", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A new colleague; then their page, with the way to invite them."""
    form = Colleague(typed(request), initial={"zone": caller(request).zone})
    user = form.try_act(lambda said: _add(said, caller(request))) if request.method == "POST" else None
    if user is not None:
        messages.success(request, f"{user} has an account. Give them the address of the invitation.")
        return redirect("colleague", user.pk)
    return render(request, "staff/new.html", {"form": form}, status=422 if form.is_bound else 200)


@needs("user.view", methods="GET POST", post="user.manage")
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One colleague: what they are, and what happened to their account."""
    user = get_object_or_404(visible_to(caller(request)), pk=user_id)
    form = Colleague(typed(request), initial=_known(user))
    if request.method == "POST" and form.try_act(lambda said: _change(user, said, caller(request))) is not None:
        messages.success(request, "Saved.")
        return redirect("colleague", user.pk)
    return _person(request, user, form=form)


@needs("user.manage", methods="POST")
def invite(request: HttpRequest, user_id: int) -> HttpResponse:
    """The address with which a colleague sets a password; shown once, on this answer."""
    user = get_object_or_404(visible_to(caller(request)), pk=user_id)
    try:
        path = accounts.invite(user, by=caller(request), now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("colleague", user.pk)
    return _person(request, user, link=settings.PUBLIC_URL.rstrip("/") + path)


@needs("user.manage", methods="POST")
def leave(request: HttpRequest, user_id: int) -> HttpResponse:
    """End somebody's access; what they own goes to somebody else."""
    user = get_object_or_404(visible_to(caller(request)), pk=user_id)
    form = Leaving(request.POST, user=user)
    if form.try_act(lambda said: accounts.deactivate(user, by=caller(request), now=clock.now(), **said)) is not None:
        messages.success(request, f"{user} has no access any more.", extra_tags=f"/staff/{user.pk}/back/")
        return redirect("colleague", user.pk)
    return _person(request, user, leaving=form)


@needs("user.manage", methods="POST")
def back(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give access back."""
    user = get_object_or_404(visible_to(caller(request)), pk=user_id)
    accounts.reactivate(user, by=caller(request))
    messages.success(request, f"{user} has access again. Keys for programs stay ended.")
    return redirect("colleague", user.pk)


@needs("user.view", methods="GET POST", post="team.manage")
def teams(request: HttpRequest) -> HttpResponse:
    """All teams, and a new one."""
    form = Called(typed(request))
    if request.method == "POST" and form.try_act(lambda said: groups.add(by=caller(request), **said)) is not None:
        messages.success(request, "The team is there. Put people into it on their pages.")
        return redirect("teams")
    shown = {
        "form": form,
        "teams": teams_visible_to(caller(request)),
        "may_manage": may(caller(request), "team.manage"),
    }
    return render(request, "staff/teams.html", shown, status=422 if form.is_bound else 200)


@needs("user.view", methods="GET POST", post="team.manage")
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team: its name, pillar and members."""
    found = get_object_or_404(teams_visible_to(caller(request)), pk=team_id)
    form = Called(typed(request), initial={"name": found.name, "pillar": found.pillar})
    if (
        request.method == "POST"
        and form.try_act(lambda said: groups.change(found, by=caller(request), **said)) is not None
    ):
        messages.success(request, "Saved.")
        return redirect("team", found.pk)
    shown = {
        "form": form,
        "team": found,
        "members": members_of(found),
        "may_manage": may(caller(request), "team.manage"),
    }
    return render(request, "staff/team.html", shown, status=422 if form.is_bound else 200)


@needs("user.view")
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do, read from the rules themselves."""
    return render(request, "staff/roles.html", {"groups": matrix()})


def _named(user: User) -> str:
    return ", ".join(sorted(team.name for team in user.teams.all()))


def _known(user: User) -> dict[str, Any]:
    teams = [team.pk for team in user.teams.all()]
    return {"name": user.name, "email": user.email, "role": user.role, "zone": user.zone, "teams": teams}


def _add(said: dict[str, Any], by: User) -> User:
    return accounts.add(by=by, **{**said, "teams": tuple(said["teams"])})


def _change(user: User, said: dict[str, Any], by: User) -> User:
    wanted = set(said.pop("teams"))
    new = {name: value for name, value in said.items() if value != getattr(user, name)}
    changed = accounts.change(user, by=by, **new) if new else user
    held: set[Team] = set(user.teams.all())
    for one in wanted - held:
        groups.join(user, one, by=by)
    for one in held - wanted:
        groups.leave(user, one, by=by)
    return changed


def _person(
    request: HttpRequest, user: User, *, form: Colleague | None = None, leaving: Leaving | None = None, link: str = ""
) -> HttpResponse:
    shown = {
        "colleague": user,
        "team_names": _named(user),
        "form": form or Colleague(initial=_known(user)),
        "leaving": leaving or Leaving(user=user),
        "holds": accounts.holdings(user),
        "link": link,
        "may_manage": may(caller(request), "user.manage"),
        "is_self": user.pk == caller(request).pk,
        "entries": happened_to(user)[:10] if may(caller(request), "journal.view") else [],
    }
    is_wrong = (form is not None and form.errors) or (leaving is not None and leaving.errors)
    return render(request, "staff/person.html", shown, status=422 if is_wrong else 200)
