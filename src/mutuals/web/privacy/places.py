"""Where a receipt says that staff's words name who was erased: each place with its link for whoever may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from mutuals import privacy
from mutuals.base.models import House
from mutuals.capture.models import Import
from mutuals.channels import queries as sources
from mutuals.inbox import cases
from mutuals.listening import queries as topics
from mutuals.listening.board import boards
from mutuals.listening.card import cards, playbooks
from mutuals.listening.draft import drafts
from mutuals.listening.models import Saying
from mutuals.people.models import Receipt
from mutuals.processes import queries as processes
from mutuals.rules import queries as rules
from mutuals.sales import queries as sales
from mutuals.sales.models import Product
from mutuals.staff import calendars, saved
from mutuals.staff.models import User
from mutuals.staff.permissions import may


@dataclass(frozen=True, slots=True)
class _Kind:
    """Records of one kind: the word for one, the rows that a viewer may see, and the name of the page of one."""

    word: str
    rows: Callable[[User], QuerySet[Any]]
    page: str
    has_own_page: bool = True


def _if_may(act: str, rows: QuerySet[Any], viewer: User) -> QuerySet[Any]:
    return rows if may(viewer, act) else rows.none()


_KINDS = {
    "rule": _Kind("Rule", rules.visible_to, "rule"),
    "topic": _Kind("Topic", topics.visible_to, "topic_edit"),
    "phrase": _Kind(
        "Phrase", lambda viewer: _if_may("listening.view", Saying.objects.all(), viewer), "learning", False
    ),
    "board": _Kind("Board", boards.visible_to, "listening", False),
    "playbook": _Kind("Playbook", playbooks.visible_to, "playbooks", False),
    "card": _Kind("Card", cards.visible_to, "card"),
    "forecast": _Kind("Drafts", drafts.visible_to, "forecast"),
    "case": _Kind("Case", cases.visible_to, "case"),
    "quote": _Kind("Quote", sales.quotes_visible_to, "quote"),
    "prices": _Kind("Price list", sales.lists_visible_to, "price_list"),
    "product": _Kind("Product", lambda viewer: _if_may("product.edit", Product.objects.all(), viewer), "product_edit"),
    "process": _Kind("Process", processes.visible_to, "process"),
    "item": _Kind("What runs", processes.items, "process_item"),
    "calendar": _Kind("Calendar", calendars.visible_to, "calendar"),
    "house": _Kind("House", lambda viewer: _if_may("house.view", House.objects.all(), viewer), "house", False),
    "source": _Kind("Source", sources.visible_to, "source"),
    "import": _Kind("Import", lambda viewer: _if_may("import.run", Import.objects.all(), viewer), "import"),
    "list": _Kind("Saved list", lambda viewer: saved.visible_to(viewer, "person"), "customers", False),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One place: the record in words, where in it, whose it is, and its address ("" where the viewer may not see it)."""

    record: str
    where: str
    owner: str | None
    address: str


def shown(receipt: Receipt, viewer: User) -> list[Shown]:
    """The places of a receipt as this viewer may see them; a statement for each kind of record."""
    told = privacy.places_of(receipt)
    seen = _visible({one.about for one in told}, viewer)
    return [Shown(_words(one.about), one.where, one.owner, seen.get(one.about, "")) for one in told]


def _visible(abouts: Iterable[str], viewer: User) -> dict[str, str]:
    """Addresses by text key, of the records that are still there and that the viewer may see."""
    asked: dict[str, list[str]] = {}
    for about in abouts:
        kind, _, number = about.partition(":")
        asked.setdefault(kind, []).append(number)
    found = {f"pillar:{way}": reverse("pillar_words", args=[way]) for way in asked.pop("pillar", ())}
    for kind, numbers in asked.items():
        of = _KINDS[kind]
        for pk in of.rows(viewer).filter(pk__in=numbers).values_list("pk", flat=True):
            found[f"{kind}:{pk}"] = reverse(of.page, args=[pk] if of.has_own_page else [])
    return found


def _words(about: str) -> str:
    kind, _, number = about.partition(":")
    return f"Words of {number}" if kind == "pillar" else f"{_KINDS[kind].word} {number}"
