"""The wizard of a new source in at most five steps; each of them is also how a source is changed later."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals import connectors
from mutuals.channels import health, signin, sources
from mutuals.channels.models import Source, SourceState
from mutuals.channels.secrets import Vault
from mutuals.connectors.contract import Connector
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import REFUSALS, Asked, typed
from mutuals.web.sources.forms import Answers, Care, Live, Secrets
from mutuals.web.sources.views import found
from mutuals.web.sources.words import STEPS, about, does, icon_of, opening


@needs("source.manage")
def catalogue(request: HttpRequest) -> HttpResponse:
    """Step 1: which network."""
    known = [one for one in connectors.all_connectors().values() if one.name != sources.FILES]
    rows = [(one, icon_of(one.name), does(one), opening(one.name)) for one in known]
    return render(request, "sources/catalogue.html", {"rows": rows, "steps": STEPS, "at": 1})


@needs("source.manage", methods="GET POST")
def connect(request: HttpRequest, connector: str) -> HttpResponse:
    """Step 2: the connector's own questions; then the network is asked who we are."""
    known = connectors.all_connectors().get(connector)
    if known is None or known.name == sources.FILES:
        raise Http404
    form = Answers(typed(request), connector=known, is_new=True, initial={"name": sources.free_name(known.label)})
    made = form.try_act(lambda said: _add(form, known, said, request)) if request.method == "POST" else None
    if made is None:
        return _step(request, form, 2, f"Connect: {known.label}", connector=known)
    return _checked(request, made, known, then="source_care")


@needs("source.manage", methods="GET POST")
def answers(request: HttpRequest, source_id: int) -> HttpResponse:
    """The connector's questions again; a secret left empty stays."""
    source = found(request, source_id)
    known = sources.connector_of(source)
    has = Vault(source.pk).named()
    form = Answers(typed(request), connector=known, has=has, initial=source.settings)
    done = None
    if request.method == "POST":
        done = form.try_act(lambda _: sources.change(source, by=caller(request), answers=form.answers()))
    if done is None:
        return _step(request, form, 2, source.name, source=source, connector=known)
    return _checked(request, done, known, then="source")


@needs("source.manage", methods="GET POST")
def care(request: HttpRequest, source_id: int) -> HttpResponse:
    """Step 3: why, who, on what ground, how long."""
    source = found(request, source_id)
    form = Care(typed(request), initial=Care.known(source))
    done = (
        form.try_act(lambda said: sources.change(source, by=caller(request), **said))
        if request.method == "POST"
        else None
    )
    if done is None:
        return _step(request, form, 3, source.name, source=source)
    messages.success(request, "Saved.")
    if source.state != SourceState.DRAFT:
        return redirect("source", source.pk)
    return redirect("channel_new" if _has_no_channel(source) else "source_live", source.pk)


@needs("source.manage", methods="GET POST")
def live(request: HttpRequest, source_id: int) -> HttpResponse:
    """Step 5: go live, or say what is missing and go live anyway with a reason."""
    source = found(request, source_id)
    gaps = sources.gaps(source)
    form = Live(typed(request), is_asked=bool(gaps))
    done = (
        form.try_act(lambda said: sources.activate(source, by=caller(request), **said))
        if request.method == "POST"
        else None
    )
    if done is None:
        return _step(request, form, 5, source.name, source=source, gaps=gaps)
    messages.success(request, f"{done} is live.")
    return redirect("source", source.pk)


@needs("source.manage", methods="GET POST")
def again(request: HttpRequest, source_id: int) -> HttpResponse:
    """Sign in again in place; the history stays."""
    source = found(request, source_id)
    known = sources.connector_of(source)
    form = Secrets(typed(request), connector=known)
    done = None
    if request.method == "POST":
        done = form.try_act(lambda said: health.reauthorise(source, _given(said), by=caller(request)))
    if done is None:
        return _step(request, form, 2, source.name, source=source, connector=known, is_again=True)
    return _checked(request, done, known, then="source")


@needs("source.manage", methods="POST")
def begin(request: HttpRequest, source_id: int) -> HttpResponse:
    """The network's own sign-in; its address is shown before one goes there."""
    source = found(request, source_id)
    back = settings.PUBLIC_URL.rstrip("/") + reverse("source_finish", args=[source.pk])
    try:
        address = signin.begin(source, return_to=back, by=caller(request))
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("source", source.pk)
    return render(request, "sources/leave.html", {"source": source, "address": address, "steps": STEPS, "at": 2})


@needs("source.manage")
def finish(request: HttpRequest, source_id: int) -> HttpResponse:
    """Back from the network, with its answer."""
    source = found(request, source_id)
    try:
        channel = signin.finish(source, request.GET.dict(), by=caller(request))
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("source", source.pk)
    messages.success(request, f"Signed in as {channel}.")
    return redirect("source_care" if source.state == SourceState.DRAFT else "source", source.pk)


def _add(form: Answers, known: Connector, said: dict[str, Any], request: HttpRequest) -> Source:
    return sources.add(connector=known.name, name=said["name"], by=caller(request), answers=form.answers())


def _checked(request: HttpRequest, source: Source, known: Connector, *, then: str) -> HttpResponse:
    """Ask the network who we are; what it says against it is told, and nothing that was typed is lost."""
    if known.begin is not None and not {"access_token"} & Vault(source.pk).named():
        messages.info(request, f"Kept. Now sign in at {known.label}.")
        return redirect("source", source.pk)
    try:
        channel = signin.check(source, by=caller(request))
        messages.success(request, f"It answers: we are {channel}." if channel else "Kept.")
    except REFUSALS as error:
        messages.error(request, f"Kept, but it does not answer yet: {error}")
    return redirect(then, source.pk)


def _given(said: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in said.items() if value}


def _has_no_channel(source: Source) -> bool:
    known = sources.connector_of(source)
    return known.send is not None and not source.channels.exists()


def _step(request: HttpRequest, form: Asked, at: int, heading: str, **more: Any) -> HttpResponse:
    connector = more.get("connector")
    shown = {"form": form, "at": at, "steps": STEPS, "heading": heading, "step": STEPS[at - 1]} | more
    shown["about"] = about(connector.name) if connector else {}
    shown["can_begin"] = connector is not None and connector.begin is not None
    return render(request, "sources/step.html", shown, status=422 if form.is_bound else 200)
