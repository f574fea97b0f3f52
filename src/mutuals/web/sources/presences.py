"""Our own presences on a source: pillar, hours, and who may speak."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from mutuals.channels import presences, queries
from mutuals.channels.models import Channel, Source, SourceState
from mutuals.staff.permissions import may
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import typed
from mutuals.web.sources.forms import Presence
from mutuals.web.sources.views import found
from mutuals.web.sources.words import STEPS


@needs("channel.manage", methods="GET POST")
def new(request: HttpRequest, source_id: int) -> HttpResponse:
    """Step 4: who we are there, where the network did not say so itself."""
    source = found(request, source_id)
    form = Presence(typed(request), is_new=True, initial={"owner": source.owner_id, "zone": caller(request).zone})
    done = form.try_act(lambda _: _add(form, source, request)) if request.method == "POST" else None
    if done is None:
        return _page(request, form, source, None)
    messages.success(request, "Saved.")
    return redirect(_next(source), source.pk)


@needs("source.view", methods="GET POST", post="channel.manage")
def one(request: HttpRequest, channel_id: int) -> HttpResponse:
    """One presence; those who manage channels change it."""
    channel = get_object_or_404(queries.channels_visible_to(caller(request)), pk=channel_id)
    form = Presence(typed(request), initial=Presence.known(channel))
    done = form.try_act(lambda _: _change(form, channel, request)) if request.method == "POST" else None
    if done is None:
        return _page(request, form, channel.source, channel)
    messages.success(request, "Saved.")
    return redirect(_next(channel.source), channel.source_id)


def _add(form: Presence, source: Source, request: HttpRequest) -> Channel:
    about = form.about()
    return presences.add(source, by=caller(request), network=source.connector, key=about.pop("key"), **about)


def _change(form: Presence, channel: Channel, request: HttpRequest) -> Channel:
    return presences.change(channel, by=caller(request), **form.about())


def _next(source: Source) -> str:
    return "source_live" if source.state == SourceState.DRAFT else "source"


def _page(request: HttpRequest, form: Presence, source: Source, channel: Channel | None) -> HttpResponse:
    shown = {"form": form, "source": source, "channel": channel, "steps": STEPS, "at": 4, "step": STEPS[3]}
    shown["heading"] = channel.name if channel else source.name
    shown["may_manage"] = may(caller(request), "channel.manage")
    return render(request, "sources/channel.html", shown, status=422 if form.is_bound else 200)
