"""Two people with one form open: what each was shown travels along, and only a field that both changed is asked about.

`remember` puts a hidden `was_NAME` beside each field; `joined` says which answers are to be written. A field that only another
one changed keeps theirs; one that both changed is refused in words that say theirs, who and when. Saving again keeps one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from mutuals.base.refusals import Refusal
from mutuals.staff import meanwhile
from mutuals.staff.models import User
from mutuals.web.frame.forms import zone_of

F = TypeVar("F", bound=forms.Form)
WAS = "was_"


class Both(Refusal):
    """Somebody changed the same fields since this form was shown."""


def status(form: forms.Form) -> int:
    """The answer with which a form is shown: 409 where somebody was faster, 422 where it was refused otherwise."""
    return 409 if getattr(form, "is_late", False) else 422 if form.is_bound else 200


def remember(form: F) -> F:
    """The form, with what it shows of each field beside it. Call it when all fields and their first values stand."""
    for name, field in list(form.fields.items()):
        if isinstance(field.widget, forms.CheckboxSelectMultiple | forms.CheckboxInput):
            continue
        value = form.get_initial_for_field(field, name)
        form.initial[WAS + name] = _text(field, value)
        form.fields[WAS + name] = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    return form


def joined(form: forms.Form, said: Mapping[str, Any], about: str, viewer: User) -> dict[str, Any]:
    """The answers that are to be written, without what the viewer left as it was shown. `form` knows what is kept now.

    Both: a field that they and somebody else changed to different things; the form then shows theirs where the viewer
    changed nothing, and takes what is sent next as an answer to what it says.
    """
    told = {name: value for name, value in said.items() if not name.startswith(WAS)}
    if not any(name.startswith(WAS) for name in form.data):
        return told
    clashes: dict[str, str] = {}
    kept: dict[str, str] = {}
    for name in list(told):
        if WAS + name not in form.data or name not in form.fields:
            continue
        field = form.fields[name]
        now = str(form.initial[WAS + name])
        was, mine, theirs = (_clean(field, text) for text in (form.data[WAS + name], form.data.get(name, ""), now))
        if mine == was:
            del told[name]
            kept[name] = now
        elif theirs not in (was, mine):
            clashes[name] = _words(field, now, about, name, viewer)
    if clashes:
        _answerable(form, kept)
        form.is_late = True  # type: ignore[attr-defined]
        raise Both("Somebody changed the same since you opened this. Nothing was saved yet.", fields=clashes)
    return told


def _answerable(form: forms.Form, kept: Mapping[str, str]) -> None:
    """Let the form show what is kept now where the viewer changed nothing, and take it as shown."""
    data = dict(form.data.items())
    for name, value in kept.items():
        data[name] = value
    for name in form.fields:
        if name.startswith(WAS):
            data[name] = str(form.initial[name])
    form.data = data


def _words(field: forms.Field, now: str, about: str, name: str, viewer: User) -> str:
    last = meanwhile.last(about, name)
    who = last[0] if last else "Somebody"
    when = f" at {last[1].astimezone(zone_of(viewer)):%H:%M}" if last else ""
    choices = dict(getattr(field, "choices", ()))
    theirs = str(choices.get(now, now)) or "nothing"
    return f"{who} changed this to “{theirs}”{when}. Save again to keep yours, or type theirs."


def _text(field: forms.Field, value: Any) -> str:
    shown = field.prepare_value(value)
    told = field.widget.format_value(shown)
    if isinstance(told, list | tuple):
        told = ",".join(map(str, told))
    return "" if told is None else str(told)


def _clean(field: forms.Field, text: Any) -> Any:
    try:
        return field.clean(text)
    except ValidationError:
        return text
