"""Listening: one topic on one page. Counts above, charts below, the mentions beside; every mark lists its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from mutuals.base import clock
from mutuals.base.patience import TooSlow, within
from mutuals.listening import cards, counts, queries
from mutuals.listening.correct import BECAUSE
from mutuals.listening.counts import Board
from mutuals.listening.models import Backlog, Rising, Topic, Version
from mutuals.staff.models import User
from mutuals.staff.permissions import may
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.listening import charts, shown
from mutuals.web.listening.asked import DAYS, Asked

PHONE, DESK = 328, 800
"""Widths of the drawing, in its own units."""
_SLOW = "Counting took too long. Choose a shorter stretch of time."


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with what it was before, and the address that lists what it counts."""

    name: str
    value: str
    told: str
    url: str = ""


def topic_of(viewer: User, number: int) -> Topic:
    """A topic that the viewer may see, or 404."""
    found = queries.visible_to(viewer).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def colleagues(viewer: User) -> list[User]:
    """To whom a card can be given."""
    rows = User.objects.filter(is_active=True).exclude(pk=viewer.pk).order_by("name")[:200]
    return [one for one in rows if may(one, "listening.view")]


@needs("listening.view")
def first(request: HttpRequest) -> HttpResponse:
    """The first topic; where there is none, what this is for."""
    viewer = caller(request)
    topic = queries.visible_to(viewer).first()
    if topic is not None:
        return redirect("topic", topic.pk)
    context = {"may_edit": may(viewer, "topic.edit"), "backlog": Backlog.objects.filter(ended_at=None).first()}
    return render(request, "listening/none.html", context)


@needs("listening.view")
def page(request: HttpRequest, topic_id: int) -> HttpResponse:
    """The dashboard of a topic."""
    viewer = caller(request)
    topic = topic_of(viewer, topic_id)
    asked = Asked.read(request.GET, zone=zone_of(viewer), now=clock.now())
    filling = queries.versions_of([topic.pk]).get(topic.pk)
    context: dict[str, Any] = {
        "topic": topic,
        "topics": [(one, one.pk == topic.pk) for one in queries.visible_to(viewer)],
        "asked": asked,
        "ranges": [(words, f"?days={days}", days == asked.days) for days, words in DAYS],
        "filling": filling,
        "filled": queries.filled(filling),
        "may_edit": may(viewer, "topic.edit"),
    }
    if topic.version is not None:
        try:
            with within(None, _SLOW):
                context |= {"cards": list(cards.open_of(topic)[:3]), "rising": risen(topic, asked)}
                context["colleagues"] = colleagues(viewer) if context["cards"] else []
                context |= _counted(topic, asked) | _streamed(request, topic.version, asked, viewer)
        except TooSlow as error:
            context["slow"] = str(error)
    return render(request, "listening/page.html", context)


@needs("listening.view")
def more(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Further mentions of a stream."""
    viewer = caller(request)
    topic = topic_of(viewer, topic_id)
    if topic.version is None:
        raise Http404
    asked = Asked.read(request.GET, zone=zone_of(viewer), now=clock.now())
    context = _streamed(request, topic.version, asked, viewer) | {"topic": topic, "asked": asked}
    return render(request, "listening/_rows.html", context)


def _streamed(request: HttpRequest, version: Version, asked: Asked, viewer: User) -> dict[str, Any]:
    row = Rising.objects.filter(pk=asked.rising, topic=version.topic_id).first() if asked.rising else None
    only = tuple(row.said) if row else None
    rows, after = queries.stream(version.pk, asked.wanted(only), after=talk.place_of(request.GET.get("after", "")))
    return {
        "rows": shown.stream(rows, version, viewer),
        "after": talk.mark(after),
        "because": list(BECAUSE.items()),
        "may_judge": may(viewer, "listening.judge"),
        "narrowed": " · ".join([_narrowed(asked)] * bool(_narrowed(asked)) + ([str(row)] if row else [])),
    }


def risen(topic: Topic, asked: Asked) -> list[tuple[Rising, str, str, bool]]:
    """Words that rise: the row, its growth in words, the address that lists its rows, and whether that is shown."""
    rows = Rising.objects.filter(topic=topic).order_by("place")
    return [
        (row, _grown(row), asked.address(rising="" if row.pk == asked.rising else row.pk, at="", alike="", aside=""),
         row.pk == asked.rising)
        for row in rows
    ]  # fmt: skip


def _grown(row: Rising) -> str:
    if not row.before:
        return "new"
    return f"{100 * (row.mentions - row.before) / row.before:+,.0f} %".replace("-", "−")


def _counted(topic: Topic, asked: Asked) -> dict[str, Any]:
    if topic.version is None:
        return {}
    board = counts.board(topic.version.pk, asked.span)
    told = charts.steps(board, asked)
    peaks = charts.peaks(told)
    return {
        "board": board,
        "tiles": _tiles(topic, topic.version, board, asked),
        "steps": told,
        "peaks": peaks,
        "volume": (charts.volume(told, peaks, wide=DESK), charts.volume(told, peaks, wide=PHONE)),
        "moods": charts.moods(told),
        "warm": _percent(board.moods.get("positive", 0), board.n),
        "cool": _percent(board.moods.get("negative", 0), board.n),
        "mood_links": charts.mood_links(board, asked),
        "aside_url": asked.address(aside="1", alike=""),
        "last_day": asked.span.until - timedelta(seconds=1),
        "networks": charts.bars(board.networks, asked, of="network"),
        "languages": charts.bars(board.languages, asked, of="language"),
    }


def _tiles(topic: Topic, version: Version, board: Board, asked: Asked) -> list[Tile]:
    before = board.before or Board()
    people, customers, is_exact = queries.authors(version.pk, asked.span, many=board.n)
    about = "" if is_exact else "about "
    rivals = queries.rivals(topic, asked.span)
    open_questions = queries.unanswered(version.pk, asked.span)[0] if board.questions else 0
    net, net_before = board.net, before.net
    return [
        Tile("Mentions", f"{board.n:,}", _changed(board.n, before.n), asked.bare()),
        Tile("Authors", f"{about}{people:,}", f"{about}{customers:,} customer{'' if customers == 1 else 's'}"),
        Tile(
            "Net sentiment",
            "–" if net is None else f"{net:+d}".replace("-", "−"),
            "" if net is None or net_before is None else _points(net - net_before),
            asked.address(mood="negative", alike="", aside=""),
        ),
        Tile("Share of voice", _share(board.n, rivals), _rivals(len(rivals))),
        Tile(
            "By customers",
            _percent(board.by_customers, board.n),
            f"{board.by_customers:,} mentions",
            asked.address(who="customers", alike="", aside=""),
        ),
        Tile(
            "Unanswered",
            f"{open_questions:,}{'+' if open_questions >= queries.MANY else ''}",
            f"of {board.questions:,} questions",
            asked.address(asks="1", alike="", aside=""),
        ),
    ]  # fmt: skip


def _share(own: int, rivals: list[tuple[Topic, int]]) -> str:
    return _percent(own, own + sum(n for _, n in rivals)) if rivals else "–"


def _rivals(many: int) -> str:
    return f"beside {many} rival{'' if many == 1 else 's'}" if many else "no rival is listened for"


def _percent(some: int, of: int) -> str:
    return f"{100 * some / of:.0f} %" if of else "–"


def _changed(now: int, before: int) -> str:
    if not before:
        return "none before" if now else ""
    change = round(100 * (now - before) / before)
    return f"{'↑' if change > 0 else '↓' if change < 0 else '='} {abs(change):,} %, was {before:,}"


def _points(change: int) -> str:
    return f"{'↑' if change > 0 else '↓' if change < 0 else '='} {abs(change)} points"


def _narrowed(asked: Asked) -> str:
    """What the stream is narrowed to, in words."""
    parts = [charts.words_of(asked.at, asked.span)] if asked.at else []
    parts += [asked.mood] if asked.mood else []
    parts += [talk.label_of(asked.network)] if asked.network else []
    parts += [asked.language] if asked.language else []
    parts += [{"customers": "by our customers", "others": "not by customers"}[asked.who]] if asked.who else []
    parts += ["questions"] if asked.asks else []
    parts += ["set aside"] if asked.aside else []
    parts += ["the same words"] if asked.alike else []
    return " · ".join(parts)
