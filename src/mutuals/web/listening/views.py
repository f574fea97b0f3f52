"""Listening: one topic on one page. Counts above, charts below, the mentions beside; every mark lists its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from mutuals.base import clock
from mutuals.base.patience import TooSlow, within
from mutuals.listening import queries
from mutuals.listening.board import boards, counts, voices
from mutuals.listening.board.counts import Board
from mutuals.listening.card import cards
from mutuals.listening.learning import asking
from mutuals.listening.learning.correct import BECAUSE
from mutuals.listening.models import Backlog, Rising, Topic, Version
from mutuals.people.visibility import sees_contacts
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import may
from mutuals.text.labels import MOODS
from mutuals.web.frame import talk
from mutuals.web.frame.doors import caller, needs
from mutuals.web.frame.forms import zone_of
from mutuals.web.listening import charts, looking, shown
from mutuals.web.listening.asked import DAYS, Asked
from mutuals.web.listening.rows import Line, lines

PHONE, DESK = 328, 800
"""Widths of the drawing, in its own units."""
_BOARD = 2.0  # times the patience with one list: a board is a dozen of questions
_SLOW = "Counting took too long. Choose a shorter stretch of time."
_WHO = {"customers": "by our customers", "others": "not by customers"}


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
    """The board that was chosen to open first, or our brand; where there is none, what this is for."""
    viewer = caller(request)
    board = boards.first_of(viewer)
    if board is not None and (way := way_of(board.pk, board.topics, board.query)):
        return redirect(way)
    topic = queries.opening(viewer)
    if topic is not None:
        return redirect("topic", topic.pk)
    context: dict[str, Any] = {
        "may_edit": may(viewer, "topic.edit"),
        "backlog": Backlog.objects.filter(ended_at=None).first(),
    }
    context |= {"teach": asking.left(by=viewer), "first": asking.FIRST}
    return render(request, "listening/none.html", context)


def way_of(board_id: int, topics: list[int], query: str) -> str:
    """The address of a saved board: one topic on its own page, several side by side."""
    told = f"{query}&board={board_id}" if query else f"board={board_id}"
    if len(topics) == 1:
        return f"{reverse('topic', args=topics)}?{told}"
    return f"{reverse('beside')}?topics={','.join(map(str, topics))}&{told}"


@needs("listening.view")
def page(request: HttpRequest, topic_id: int) -> HttpResponse:
    """The dashboard of a topic."""
    viewer = caller(request)
    topic = topic_of(viewer, topic_id)
    asked = Asked.read(request.GET, zone=zone_of(viewer), now=clock.now())
    filling = queries.versions_of([topic.pk]).get(topic.pk)
    context: dict[str, Any] = framed(viewer, asked, [topic]) | {
        "topic": topic,
        "filling": filling,
        "filled": queries.filled(filling),
        "may_edit": may(viewer, "topic.edit"),
        **looking.looked(topic, viewer, now=clock.now()),
    }
    if topic.version is not None:
        try:
            with within(_BOARD * settings.PATIENCE, _SLOW):
                context |= {"cards": list(cards.open_of(topic)[:3]), "rising": risen(topic, asked, viewer)}
                context["colleagues"] = colleagues(viewer) if context["cards"] else []
                context |= _counted(topic, asked, viewer) | streamed(request, topic.version, asked, viewer)
        except TooSlow as error:
            context["slow"] = str(error)
    return render(request, "listening/page.html", context)


def framed(viewer: User, asked: Asked, here: list[Topic]) -> dict[str, Any]:
    """What stands around a board: other topics and boards, the stretch, the filters, and how it is saved."""
    kept = list(boards.visible_to(viewer))
    return {
        "asked": asked,
        "topics": [(one, one in here) for one in queries.visible_to(viewer)],
        "boards": [(one, way_of(one.pk, one.topics, one.query), one.pk == asked.board) for one in kept],
        "kept": next((one for one in kept if one.pk == asked.board), None),
        "is_own": any(one.pk == asked.board and one.owner_id == viewer.pk for one in kept),
        "roles": [(role.value, role.label) for role in Role if role != Role.CONTRACTOR],
        "here": ",".join(str(one.pk) for one in here),
        "ranges": [
            (
                words,
                asked.address(days="" if days == 30 else days, **{"from": "", "to": "", "at": ""}),
                days == asked.days,
            )
            for days, words in DAYS
        ],
        "filters": _filters(asked),
        "tones": MOODS,
        "last_day": asked.span.until - timedelta(seconds=1),
    }


def options(board: Board, asked: Asked) -> dict[str, Any]:
    """What can be chosen in the filters: sources and languages that the board has."""
    networks = sorted({*board.networks, asked.source} - {""})
    return {
        "sources": [(name, talk.label_of(name).capitalize()) for name in networks],
        "tongues": sorted({*board.languages, asked.lang} - {""}),
    }


def _filters(asked: Asked) -> list[tuple[str, str]]:
    """The filters of the whole board in words, each with the address without it."""
    told = (
        ("source", talk.label_of(asked.source).capitalize() if asked.source else ""),
        ("lang", asked.lang),
        ("tone", asked.tone),
        ("by", _WHO.get(asked.by, "")),
    )
    return [(words, asked.address(**{name: ""})) for name, words in told if words]


@needs("listening.view")
def more(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Further mentions of a stream."""
    viewer = caller(request)
    topic = topic_of(viewer, topic_id)
    if topic.version is None:
        raise Http404
    asked = Asked.read(request.GET, zone=zone_of(viewer), now=clock.now())
    context = streamed(request, topic.version, asked, viewer) | {"topic": topic, "asked": asked, "is_more": True}
    return render(request, "listening/_rows.html", context)


def streamed(request: HttpRequest, version: Version, asked: Asked, viewer: User, *, way: str = "") -> dict[str, Any]:
    """The mentions that stand in the stream, and what it is narrowed to; `way`: where they stand, if not on their board."""
    words = narrowed(asked)
    only: tuple[int, ...] | None = None
    row = Rising.objects.filter(pk=asked.rising, topic=version.topic_id).first() if asked.rising else None
    if row is not None:
        only, words = tuple(row.said), [*words, str(row)]
    if asked.link or asked.place:
        found = voices.around(version.pk, asked.span, asked.only)
        only = dict(found.links).get(asked.link) or dict(found.places).get(asked.place) or ()
    if asked.author and (author := voices.profile_named(asked.author)):
        words = [*words, talk.named(author, full=sees_contacts(viewer))]
    rows, after = queries.stream(version.pk, asked.wanted(only), after=talk.place_of(request.GET.get("after", "")))
    return {
        "rows": shown.stream(rows, version, viewer, asked),
        "after": talk.mark(after),
        "because": list(BECAUSE.items()),
        "may_judge": may(viewer, "listening.judge"),
        "may_case": may(viewer, "case.open"),
        "may_tag": may(viewer, "person.edit"),
        "may_mute": may(viewer, "topic.edit"),
        "narrowed": " · ".join(words),
        "here_url": (way or reverse("topic", args=[version.topic_id])) + asked.address(),
    }


def risen(topic: Topic, asked: Asked, viewer: User) -> list[tuple[Rising, str, str, bool, Line]]:
    """Words that rise: the row, its growth in words, the address that lists its rows, whether that is shown, and its line."""
    rows = list(Rising.objects.filter(topic=topic).order_by("place"))
    return [
        (
            row,
            counts.grown(row.mentions, row.before),
            asked.narrow(rising="" if row.pk == asked.rising else row.pk),
            row.pk == asked.rising,
            line,
        )
        for row, line in zip(rows, lines(topic, rows, viewer), strict=True)
    ]


def _counted(topic: Topic, asked: Asked, viewer: User) -> dict[str, Any]:
    if topic.version is None:
        return {}
    version, span, only = topic.version.pk, asked.span, asked.only
    board = counts.board(version, span, only)
    told = charts.steps(board, asked)
    peaks = charts.peaks(told)
    around = voices.around(version, span, only)
    return options(board, asked) | {
        "board": board,
        "tiles": _tiles(topic, topic.version, board, asked),
        "steps": told,
        "peaks": peaks,
        "volume": (charts.volume(told, peaks, wide=DESK), charts.volume(told, peaks, wide=PHONE)),
        "moods": charts.moods(told, asked),
        "positive": percent(board.moods.get("positive", 0), board.n),
        "negative": percent(board.moods.get("negative", 0), board.n),
        "mood_links": charts.mood_links(board, asked),
        "aside_url": asked.narrow(aside="1"),
        "networks": charts.bars(board.networks, asked, of="network"),
        "languages": charts.bars(board.languages, asked, of="language"),
        "voices": charts.authors(voices.voices(version, span, only), asked, full=sees_contacts(viewer)),
        "links": charts.listed([(name, len(ids)) for name, ids in around.links], asked, of="link", icon="link"),
        "places": charts.listed([(name, len(ids)) for name, ids in around.places], asked, of="place", icon="flag"),
        "looked": around.looked,
        "is_part": board.n > voices.NEWEST,
        "newest": voices.NEWEST,
    }


def _tiles(topic: Topic, version: Version, board: Board, asked: Asked) -> list[Tile]:
    before = board.before or Board()
    people, customers, is_exact = queries.authors(version.pk, asked.span, many=board.n, only=asked.only)
    about = "" if is_exact else "about "
    rivals = queries.rivals(topic, asked.span, asked.only)
    open_ones, looked = queries.unanswered(version.pk, asked.span, asked.only) if board.questions else (0, 0)
    net, net_before = board.net, before.net
    beside = ",".join(str(one.pk) for one in [topic, *(row for row, _ in rivals)][: boards.TOPICS])
    return [
        Tile("Mentions", f"{board.n:,}", changed(board.n, before.n), asked.bare()),
        Tile("Authors", f"{about}{people:,}", f"{about}{customers:,} customer{'' if customers == 1 else 's'}", asked.bare()),
        Tile(
            "Net sentiment",
            "–" if net is None else signed(net),
            "" if net is None or net_before is None else _points(net - net_before),
            asked.narrow(mood="negative"),
        ),
        Tile(
            "Share of voice", _share(board.n, rivals), _rivals(len(rivals)),
            f"{reverse('beside')}{asked.address(topics=beside)}" if rivals else "",
        ),
        Tile(
            "By customers",
            percent(board.by_customers, board.n),
            f"{board.by_customers:,} mentions",
            asked.narrow(who="customers"),
        ),
        Tile(
            "Unanswered",
            percent(open_ones, looked) if looked < board.questions else f"{open_ones:,}",
            f"of the newest {looked:,}" if looked < board.questions else f"of {looked:,} question{'' if looked == 1 else 's'}",
            asked.narrow(asks="1"),
        ),
    ]  # fmt: skip


def _share(own: int, rivals: list[tuple[Topic, int]]) -> str:
    return percent(own, own + sum(n for _, n in rivals)) if rivals else "–"


def _rivals(many: int) -> str:
    return f"beside {many} rival{'' if many == 1 else 's'}" if many else "no rival yet"


def percent(some: int, of: int) -> str:
    """A share as the screen tells it."""
    return f"{100 * some / of:.0f} %" if of else "–"


def signed(number: int) -> str:
    """A number with its sign, the minus as printers have it."""
    return f"{number:+d}".replace("-", "−")


def changed(now: int, before: int) -> str:
    """How a count moved, in words."""
    if not before:
        return "none before" if now else ""
    change = round(100 * (now - before) / before)
    return f"{'↑' if change > 0 else '↓' if change < 0 else '='} {abs(change):,} %, was {before:,}"


def _points(change: int) -> str:
    return f"{'↑' if change > 0 else '↓' if change < 0 else '='} {abs(change)} points"


def narrowed(asked: Asked) -> list[str]:
    """What the stream is narrowed to, in words."""
    at = charts.words_of(asked.at, asked.span) if asked.at else ""
    told = (
        f"{at} to {charts.words_of(asked.till, asked.span)}" if asked.till else at,
        asked.mood,
        talk.label_of(asked.network) if asked.network else "",
        asked.language,
        _WHO.get(asked.who, ""),
        "questions" if asked.asks else "",
        "set aside" if asked.aside else "",
        "the same words" if asked.alike else "",
        asked.link,
        asked.place,
    )
    return [words for words in told if words]
