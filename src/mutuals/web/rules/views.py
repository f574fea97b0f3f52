"""Rules: the list, the builder that reads as a sentence, the same as text, and what it did or would do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.refusals import Refusal
from mutuals.processes import queries as processes
from mutuals.rules import body, hidden, keep, queries, report, said, text, trial
from mutuals.rules.events import EVENTS
from mutuals.rules.models import Rule
from mutuals.rules.queries import Asked
from mutuals.rules.templates import templates
from mutuals.staff import queries as staff
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS
from mutuals.web.rules import builder, places, shown
from mutuals.web.rules.builder import Draft

_KINDS = (
    ("on", "On"),
    ("off", "Off"),
    ("held", "Held: too many"),
    ("silent", "Fired on nothing in 90 days"),
    ("noisy", "More wrong than right"),
)
_LEFT = 5  # of a file, that are told with their reasons


@needs("rule.view")
def page(request: HttpRequest) -> HttpResponse:
    """The list, and what one can begin with."""
    return _drawn(request, None, {})


@needs("rule.edit", methods="GET POST")
def new(request: HttpRequest) -> HttpResponse:
    """A rule that is not kept yet: empty, or from a template."""
    if request.method == "POST":
        return _posted(request, None)
    viewer = caller(request)
    told = templates().get(request.GET.get("from", ""))
    if told is None:
        return _drawn(request, None, _form(Draft(zone=viewer.zone, then=()), viewer) | {"is_new": True})
    return _drawn(request, None, _both(str(told["name"]), told, viewer, as_text=False) | {"is_new": True})


@needs("rule.view", methods="GET POST", post="rule.edit")
def one(request: HttpRequest, rule_id: int) -> HttpResponse:
    """One rule: its sentence, its form, its log."""
    rule = _found(request, rule_id)
    if request.method == "POST":
        return _posted(request, rule)
    as_text = request.GET.get("as") == "text"
    viewer = caller(request)
    told = _both(rule.name, hidden.body(rule.body, viewer), viewer, as_text=as_text)
    return _drawn(request, rule, told | _compared(request, rule))


def _compared(request: HttpRequest, rule: Rule) -> dict[str, Any]:
    """Two versions beside the rule, where they are asked for."""
    numbers = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(one.isascii() and one.isdigit() and len(one) < 9 for one in numbers):
        return {}
    try:
        parts = report.compared(rule, int(numbers[0]), int(numbers[1]), viewer=caller(request))
    except REFUSALS as error:
        return {"refused": str(error)}
    return {"compared": parts, "compared_from": int(numbers[0]), "compared_to": int(numbers[1])}


@needs("rule.view")
def wrong(request: HttpRequest) -> HttpResponse:
    """What is wrong among the rules."""
    return render(request, "rules/report.html", {"report": report.report(caller(request), now=clock.now())})


@needs("rule.edit", methods="POST")
def switch(request: HttpRequest, rule_id: int) -> HttpResponse:
    """On or off."""
    is_on = request.POST.get("on") == "1"
    return _acted(
        request, rule_id, lambda rule, by: keep.switch(rule, is_on=is_on, by=by, now=clock.now()),
        "is on." if is_on else "is off.",
    )  # fmt: skip


@needs("rule.edit", methods="POST")
def move(request: HttpRequest, rule_id: int) -> HttpResponse:
    """One place earlier or later."""
    up = request.POST.get("to") == "up"
    return _acted(
        request, rule_id, lambda rule, by: keep.move(rule, up=up, by=by), f"runs {'earlier' if up else 'later'} now."
    )


@needs("rule.edit", methods="POST")
def restore(request: HttpRequest, rule_id: int, number: int) -> HttpResponse:
    """Bring an earlier version back."""
    return _acted(
        request, rule_id, lambda rule, by: keep.restore(rule, number, by=by, now=clock.now()),
        f"is as it was in version {number}.",
    )  # fmt: skip


@needs("rule.edit", methods="POST")
def remove(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take a rule away."""
    rule = _found(request, rule_id)
    try:
        keep.remove(rule, by=caller(request))
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("rule", rule_id)
    messages.success(request, f"{rule.name} is gone.")
    return redirect("rules")


@needs("rule.edit", methods="POST")
def apply(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Let it act on what is there."""
    return _acted(
        request, rule_id, lambda rule, by: trial.apply(rule, by=by, now=clock.now()),
        "is being applied to what came in the last 30 days; its log tells how far it is.",
    )  # fmt: skip


@needs("rule.edit", methods="POST")
def stop(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Apply it no further."""
    return _acted(
        request, rule_id, lambda rule, by: trial.stop(rule, by=by, now=clock.now()),
        "is applied no further; what it did stays.",
    )  # fmt: skip


@needs("rule.view")
def file(request: HttpRequest) -> HttpResponse:
    """All rules as one file."""
    answer = HttpResponse(text.write_many(queries.readable(caller(request))), content_type="application/yaml")
    answer["Content-Disposition"] = 'attachment; filename="rules.yaml"'
    return answer


@needs("rule.edit", methods="POST")
def taken(request: HttpRequest) -> HttpResponse:
    """Rules from a file, or from what was typed; those that name what is not there are left out and told."""
    by, sent = caller(request), request.FILES.get("file")
    try:
        if sent is not None and sent.size and sent.size > text.LONGEST_FILE:
            raise Refusal("This file is larger than 2 MB.")
        told = sent.read().decode("utf-8", "replace") if sent is not None else request.POST.get("text", "")
        made = keep.take(text.read_many(told), by=by, now=clock.now())
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("rules")
    many = len(made.rules)
    messages.success(request, f"{many} rule{'s' if many != 1 else ''} read; they are off until you turn them on.")
    for words in made.left[:_LEFT]:
        messages.error(request, f"Left out. {words}")
    return redirect("rules")


def _posted(request: HttpRequest, rule: Rule | None) -> HttpResponse:
    """What the buttons of the form do: write, try, test, change the lines, change how it is shown."""
    viewer, do, data = caller(request), request.POST.get("do", "write")[:40], request.POST
    as_text = data.get("as") == "text"
    given = data.get("text", "").replace("\0", "") if as_text else ""
    draft = builder.from_post(data)
    if do.split(" ")[0] in ("add", "drop", "again"):
        draft = builder.again(draft, do)
        here = {"is_new": rule is None, "focus": places.focus(do, draft)}
        return _drawn(request, rule, _form(draft, viewer) | here)
    try:
        told = text.read(given) if as_text else builder.plain(draft)
        read = text.check(given, viewer=viewer) if as_text else body.read(told, viewer=viewer)
        if do in ("text", "sentence"):
            return _drawn(
                request,
                rule,
                _both(str(told.get("name", "")), told, viewer, as_text=do == "text") | {"is_new": rule is None},
            )
        tried = shown.tried(do, read, data, by=viewer, now=clock.now())
        if tried is not None:
            back = {"text": given} if as_text else _form(draft, viewer)
            return _drawn(request, rule, back | tried | {"is_new": rule is None, "sentence": said.sentence(read)})
        seen = data.get("version", "")
        kept = keep.write(
            told,
            by=viewer,
            now=clock.now(),
            rule=rule,
            seen=int(seen) if rule and seen.isdigit() and len(seen) < 9 else None,
        )
    except REFUSALS as error:
        fields = error.fields if isinstance(error, Refusal) else {}
        back = {"text": given} if as_text else _form(draft, viewer, fields)
        words = str(error) if as_text else places.refused(str(error), fields, draft)
        here = {"refused": words, "is_new": rule is None, "focus": places.first_wrong(fields)}
        return _drawn(request, rule, back | here, status=422)
    messages.success(
        request,
        f"Version {kept.version} of {kept.name} is written{'' if kept.is_on else '; turn it on when it is right'}.",
    )
    return redirect("rule", kept.pk)


def _both(name: str, told: Any, viewer: User, *, as_text: bool) -> dict[str, Any]:
    """The form of a rule, or its text where that was asked for or the form cannot say it."""
    draft = None if as_text else builder.from_body(name, told, zone=viewer.zone)
    shown_as = _form(draft, viewer) if draft else {"text": text.write(name, told), "is_deep": not as_text}
    try:
        return shown_as | {"sentence": said.sentence(body.read(told, viewer=viewer, is_checked=False))}
    except REFUSALS as error:
        return shown_as | {"refused": str(error)}


def _form(draft: Draft, viewer: User, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The form; `fields` is what a refusal says of its answers."""
    names = {
        "team": [(team.name, team.name) for team in staff.teams_of(viewer)],
        "staff": [(user.email, user.name or user.email) for user in staff.active()],
        "process": [(row.name, row.name) for row in processes.published(viewer)],
    }
    wrong = {name: places.wrong_with(fields or {}, name) for name in ("among", "if", "then", "otherwise")}
    return {
        "draft": draft,
        "events": [(name, one.words) for name, one in EVENTS.items()],
        "fields": builder.fields(draft.when, viewer),
        "among": builder.drawn(draft.among, draft.when, wrong["among"]),
        "tests": builder.drawn(draft.tests, draft.when, wrong["if"]),
        "then": builder.drawn_dos(draft.then, names=names, wrong=wrong["then"]),
        "otherwise": builder.drawn_dos(draft.otherwise, names=names, wrong=wrong["otherwise"]),
        "acts": builder.acts(),
    }


def _drawn(request: HttpRequest, rule: Rule | None, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    viewer, now = caller(request), clock.now()
    quarrels = queries.quarrels(viewer, now=now)
    asked, after = _asked(request)
    rows, following, count = queries.page(viewer, asked, now=now, after=after)
    told: dict[str, Any] = {
        "lines": queries.lines(rows, now=now, quarrelling=quarrels, also=rule),
        "count": count,
        "asked": asked,
        "narrowed": _narrowed(asked),
        "after": after,
        "following": following,
        "kinds": _KINDS,
        "events": [(name, one.words) for name, one in EVENTS.items()],
        "owners": [(user.pk, str(user)) for user in staff.active()],
        "rule": rule,
        "may_edit": may(viewer, "rule.edit"),
        "quarrels": quarrels,
    }
    if rule is None and not more:
        told["templates"] = [
            (key, one["name"], said.sentence(body.read(one, viewer=viewer, is_checked=False)))
            for key, one in templates().items()
        ]
    if rule is not None:
        told |= shown.past(rule, viewer)
    return render(request, "rules/page.html", told | more, status=status)


def _asked(request: HttpRequest) -> tuple[Asked, int]:
    """What the list is narrowed to, and where its page begins."""
    told = request.GET
    owner, after, kind, when = (told.get(name, "") for name in ("owner", "after", "kind", "when"))
    asked = Asked(
        " ".join(told.get("q", "").split())[:80],
        kind if kind in queries.KINDS else "",
        when if when in EVENTS else "",
        int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 18 else None,
    )
    return asked, int(after) if after.isascii() and after.isdigit() and len(after) < 6 else 0


def _narrowed(asked: Asked) -> str:
    """The same as a part of an address."""
    told = {"q": asked.text, "kind": asked.kind, "when": asked.when, "owner": asked.owner_id or ""}
    return urlencode({name: value for name, value in told.items() if value})


def _acted(request: HttpRequest, rule_id: int, act: Callable[[Rule, User], object], words: str) -> HttpResponse:
    rule = _found(request, rule_id)
    try:
        act(rule, caller(request))
        messages.success(request, f"{rule.name} {words}")
    except REFUSALS as error:
        messages.error(request, str(error))
    return redirect("rule", rule_id)


def _found(request: HttpRequest, rule_id: int) -> Rule:
    rule = queries.visible_to(caller(request)).filter(pk=rule_id).first() if rule_id < 2**63 else None
    if rule is None:
        raise Http404
    return rule
