"""Drawing from sources: page by page, each page kept together with the cursor that follows it."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.db import connection
from django.db.models import Q

from mutuals import connectors
from mutuals.base import clock, jobs
from mutuals.base.limits import back_off
from mutuals.base.locks import Space, held
from mutuals.base.refusals import Refusal
from mutuals.capture import receive
from mutuals.channels import health
from mutuals.channels.context import context_for
from mutuals.channels.models import Source, SourceState
from mutuals.channels.sources import connector_of
from mutuals.connectors.contract import AuthExpired, Connector, ConnectorError, RateLimited, Transient
from mutuals.people import erased
from mutuals.staff.models import User
from mutuals.staff.permissions import require

DRAW = "capture.draw"
PAGES = 200  # in one job; the rest follows in the next, so that no source keeps a worker to itself
LEASE = timedelta(seconds=60)  # when a claimed draw that never reported is claimed again
BUSY = timedelta(seconds=5)
BREATH = timedelta(seconds=60)  # after our own limit: with one call to spend the first stream would starve the others
WATCH = 60.0  # seconds of one wait for a hint
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Drawn:
    new: int = 0
    pages: int = 0
    more: bool = False


def draw(
    source_id: int,
    stream: str | None = None,
    *,
    now: Callable[[], datetime] = clock.now,
    chance: Callable[[], float] = random.random,
) -> int:
    """Job: take what is new from all streams of a source, or from one; returns how many items were new.

    Only one process draws a source at a time; another asks again in five seconds. A kill loses nothing: the next draw
    goes on from the last cursor, and what was kept twice is one. Errors end in the source's health, not here.
    """
    with held(Space.DRAW, source_id) as mine:
        if not mine:
            jobs.later(DRAW, once=f"draw:{source_id}", at=now() + BUSY, source_id=source_id)
            return 0
        source = Source.objects.filter(pk=source_id, state=SourceState.ACTIVE).first()
        connector = _drawable(source)
        if source is None or connector is None:
            return 0
        drawn = _Drawn()
        failure = _draw_all(source, connector, [stream] if stream else _streams(connector), drawn, now)
        if failure is not None:
            if isinstance(failure, RateLimited):
                failure.retry_at = max(failure.retry_at, now() + BREATH)
            health.note_failure(source, failure, now=now(), chance=chance)
            return drawn.new
        again = now() if drawn.more else now() + timedelta(seconds=connector.poll_seconds)
        health.note_success(source, now=now(), items=drawn.new, again_at=again)
    if drawn.more:
        jobs.later(DRAW, once=f"draw:{source_id}", source_id=source_id)
    return drawn.new


def sync(source: Source, *, by: User) -> None:
    """Somebody asks for a draw now. Refused where `by` may not, or the source does not draw."""
    require(by, "source.sync")
    _refuse_undrawable(source)
    jobs.later(DRAW, once=f"draw:{source.pk}", urgent=True, source_id=source.pk)


def due(now: datetime) -> list[int]:
    """Live sources whose next look has come, the longest waiting first."""
    drawing = [name for name, connector in connectors.all_connectors().items() if connector.fetch is not None]
    time = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    found = Source.objects.filter(time, state=SourceState.ACTIVE, connector__in=drawing)
    return list(found.order_by("next_try_at", "pk").values_list("pk", flat=True))


def claim(now: datetime) -> list[int]:
    """The same, each given to one caller only: it comes again in a minute unless its draw says otherwise."""
    time = Q(next_try_at__isnull=True) | Q(next_try_at__lte=now)
    return [
        number for number in due(now) if Source.objects.filter(time, pk=number).update(next_try_at=now + LEASE) == 1
    ]


def watched() -> list[int]:
    """Live sources whose network hints that something is new (IDLE, streams)."""
    watching = [name for name, connector in connectors.all_connectors().items() if connector.watch is not None]
    found = Source.objects.filter(state=SourceState.ACTIVE, connector__in=watching)
    return list(found.order_by("pk").values_list("pk", flat=True))


def listen(
    source_id: int,
    stop: Event,
    *,
    now: Callable[[], datetime] = clock.now,
    chance: Callable[[], float] = random.random,
    seconds: float = WATCH,
) -> None:
    """Wait for hints of one source until `stop`, or until it is no longer live; each hint asks for a draw at once."""
    failures = 0
    while not stop.is_set():
        try:
            source = Source.objects.filter(pk=source_id, state=SourceState.ACTIVE).first()
            connector = connectors.all_connectors().get(source.connector) if source else None
            if source is None or connector is None or connector.watch is None:
                return
            if connector.watch(context_for(source, now=now), _streams(connector)[0], seconds) and not stop.is_set():
                jobs.later(DRAW, once=f"draw:{source_id}", urgent=True, source_id=source_id)
            failures = 0
        except AuthExpired as error:
            failures += 1
            _sign_in_refused(source_id, error, now(), chance)
        except (ConnectorError, OSError, ValueError, LookupError, *jobs.AWAY) as error:
            failures += 1
            _log.warning("watching source %s: %s", source_id, type(error).__name__)
        finally:
            connection.close()
        if failures:
            stop.wait(back_off(failures, chance=chance()).total_seconds())


def _draw_all(
    source: Source, connector: Connector, names: list[str], drawn: _Drawn, now: Callable[[], datetime]
) -> Exception | None:
    """Every stream in turn. What is about one stream only lets the others go on; the first failure is told."""
    told: Exception | None = None
    for name in names:
        try:
            _draw_stream(source, connector, name, drawn, now)
        except (AuthExpired, RateLimited, Transient) as error:
            return error
        except ConnectorError as error:
            told = told or error
        except jobs.AWAY:  # our own database, not the network: the job tries again
            raise
        except Exception as error:  # whatever a connector trips over must not stop the other sources
            _log.exception("drawing source %s, stream %s", source.pk, name)
            told = told or error
    return told


def _draw_stream(source: Source, connector: Connector, name: str, drawn: _Drawn, now: Callable[[], datetime]) -> None:
    """Page by page. Where somebody is erased meanwhile the rest is drawn anew, from a cursor that does not name them."""
    if connector.fetch is None:
        return
    since = erased.last()
    for page in connector.fetch(context_for(source, now=now), name, receive.cursor_of(source, name)):
        try:
            drawn.new += receive.keep(source, page.raws, cursor=(name, page.cursor), now=now(), since=since)
        except receive.Overtaken:
            drawn.more = True
            return
        drawn.pages += 1
        if drawn.pages >= PAGES and page.more:
            drawn.more = True
            return
        if not Source.objects.filter(pk=source.pk, state=SourceState.ACTIVE).exists():
            return


def _sign_in_refused(source_id: int, error: AuthExpired, now: datetime, chance: Callable[[], float]) -> None:
    for source in Source.objects.filter(pk=source_id):
        health.note_failure(source, error, now=now, chance=chance)


def _streams(connector: Connector) -> list[str]:
    return list(connector.streams) or ["all"]


def _drawable(source: Source | None) -> Connector | None:
    connector = connectors.all_connectors().get(source.connector) if source else None
    return connector if connector is not None and connector.fetch is not None else None


def _refuse_undrawable(source: Source) -> None:
    if source.state != SourceState.ACTIVE:
        raise Refusal(f"{source} is not active: {source.get_state_display().lower()}.")
    if connector_of(source).fetch is None:
        raise Refusal(f"{source} brings its messages by itself; there is nothing to draw.")
