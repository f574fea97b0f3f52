"""Acts on ideas: writing one down, saying who asked for it and who wants it too, and what of them may be seen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from mutuals.base import gate, journal
from mutuals.base.locks import Space, in_turn
from mutuals.base.refusals import Refusal, one_line
from mutuals.communities.models import Asker, Idea, Vote
from mutuals.communities.queries import root, roots, tree
from mutuals.communities.rollups import recount
from mutuals.history.models import Direction, Interaction
from mutuals.identity.remark import own_record
from mutuals.people import persons
from mutuals.people.models import Person
from mutuals.people.names import fold, tidy
from mutuals.records import values as house
from mutuals.sales.models import Product
from mutuals.staff.models import User
from mutuals.staff.permissions import require

LONGEST_TITLE = 200
LONGEST_TEXT = 10_000
LONGEST_WORDS = 2_000
_TO_WHOM = re.compile(r"^(@\S+\s+)+")  # whom a post speaks to is no part of a wish
_FIELDS = ("title", "text", "product", "owner", "custom")


class Gone(Refusal):
    """The idea is in the trash, or not there any more."""


def held(idea: Idea) -> Idea:
    """The idea as it is now, locked for the caller's transaction; what was merged away is told as what it became.

    Refused: Gone.
    """
    row = Idea.objects.select_for_update(no_key=True, of=("self",)).filter(pk=root(idea.pk)).first()
    if row is None or row.trashed_at is not None:
        raise Gone("This idea is in the trash, or not there any more.")
    if row.merged_into_id is not None:  # a moment ago
        return held(row)
    return row


def there(idea: Idea) -> Idea:
    """The same, not locked."""
    row = Idea.objects.select_related("item__process").filter(pk=root(idea.pk)).first()
    if row is None or row.trashed_at is not None:
        raise Gone("This idea is in the trash, or not there any more.")
    return row


@transaction.atomic
def add(
    *,
    by: User,
    now: datetime,
    title: str,
    text: str = "",
    product: Product | None = None,
    owner: User | None = None,
    custom: Mapping[str, Any] | None = None,
    via: str = "",
) -> tuple[Idea, bool]:
    """Write an idea down, and whether it is new: one of the very same title about the same product is given back instead.

    `custom` are values of own fields by key, None = nobody was asked for them.

    `via` is the key of the rule that does it in the name of `by`. Refused: an empty title, texts that are too long.
    """
    require(by, "idea.edit")
    line = one_line(title, what="Title", longest=LONGEST_TITLE)
    gate.enter()
    made = house.read("idea", custom or {}, by=by, is_new=custom is not None)
    row, is_new = _put(line, _text(text), product, owner or by, by=by, now=now, via=via)
    if is_new and made:
        house.lay("idea", row, made)
        row.save(update_fields=["custom"])
        house.claim("idea", row, made)
    return row, is_new


@transaction.atomic
def edit(idea: Idea, *, by: User, changes: Mapping[str, Any], now: datetime) -> Idea:
    """Change title, text, product or owner (rows, or None), and own fields under `custom`. Twice is once.

    Refused: as `add`, and Gone.
    """
    require(by, "idea.edit")
    del now
    unknown = sorted(set(changes) - set(_FIELDS))
    if unknown:
        raise Refusal(f"An idea has no field “{unknown[0][:40]}”. There are: {', '.join(_FIELDS)}.")
    row, told = held(idea), dict(changes)
    made = house.read("idea", told.pop("custom", None) or {}, by=by)
    if "title" in told:
        told["title"] = one_line(told["title"], what="Title", longest=LONGEST_TITLE)
    if "text" in told:
        told["text"] = _text(told["text"])
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    own = house.lay("idea", row, made)
    if not changed and not own:
        return row
    noted = {
        name: [_plain(getattr(row, name)), _plain(told[name])] for name in changed if name not in ("title", "text")
    }
    for name in changed:
        setattr(row, name, told[name])
    if "title" in changed:
        row.title_key, row.titled_by = key_of(row.title), ""
    row.save()
    house.claim("idea", row, made)
    journal.note("idea.edited", row, by=by, fields=[*changed, *own], changes=noted | own)
    return row


@transaction.atomic
def vote(idea: Idea, *, person: Person, by: User, now: datetime) -> bool:
    """Note that somebody wants it too; False where they said so before. Refused: Gone, of the idea or the person."""
    require(by, "idea.edit")
    who = persons.held(person.canonical_id)
    row = held(idea)
    _, is_new = Vote.objects.get_or_create(idea=row, person=who, defaults={"at": now, "by": by})
    if is_new:
        recount([row.pk])
        journal.note("idea.voted", row, by=by, person=who.pk)
    return is_new


@transaction.atomic
def unvote(idea: Idea, *, person: Person, by: User) -> bool:
    """Take it back, wherever they gave it: here, to an idea that was merged into this, as whoever they were merged from."""
    require(by, "idea.edit")
    gate.enter()
    row = held(idea)
    found = Vote.objects.filter(idea__in=tree(row.pk), person__canonical_id=person.canonical_id)
    gone = bool(found.delete()[0])
    if gone:
        recount([row.pk])
        journal.note("idea.unvoted", row, by=by, person=person.canonical_id)
    return gone


@transaction.atomic
def ask_from(
    interaction: Interaction, *, by: User, now: datetime, title: str = "", idea: Idea | None = None, via: str = ""
) -> tuple[Idea, bool]:
    """Make an idea of what somebody said, and whether it is new; its author becomes one who asked. Twice is once.

    Without `idea`: if one was asked for in this very message already, that one; else one of the same `title`; else a new
    one. Without a title the message's subject or first line is it. With `idea` the author joins that one. `via` is the key
    of the rule that does it in the name of `by`.
    Refused: our own words, what was deleted or is not kept any more, a message without words where no title is given, Gone.
    """
    require(by, "idea.edit")
    gate.enter()
    in_turn(Space.IDEA, interaction.pk)
    said = Interaction.objects.filter(pk=interaction.pk).first()
    if said is None or said.deleted_at is not None:
        raise Refusal("This message is not kept any more, so nobody can be named who asked.")
    if said.direction == Direction.OUT:
        raise Refusal("These are our own words. An idea comes from what somebody else said.")
    key = f"interaction:{said.pk}"
    if idea is None:
        asked = Asker.objects.filter(said_in=key, idea__trashed_at=None).order_by("pk").values_list("idea", flat=True)
        there = Idea.objects.filter(pk__in=roots(asked).values(), trashed_at=None).order_by("pk").first()
        if there is not None:
            return there, False
        line = one_line(title, what="Title", longest=LONGEST_TITLE, needed=False)
        row, is_new = _put(line or line_of(said), "", None, by, by=by, now=now, via=via, titled_by="" if line else key)
    else:
        row, is_new = held(idea), False
    _, has_joined = Asker.objects.get_or_create(
        idea=row, said_in=key, defaults={"profile_id": said.profile_id, "at": said.occurred_at}
    )
    if has_joined:
        recount([row.pk])
        journal.note("idea.asked", row, by=by, interaction=said.pk)
        row.refresh_from_db()
    return row, is_new


@transaction.atomic
def ask(idea: Idea, *, person: Person, words: str, by: User, now: datetime) -> Asker:
    """Note that somebody asked for it elsewhere, on the telephone say, in their words. Said again: the newest words stand.

    Refused: no words, Gone, of the idea or the person.
    """
    require(by, "idea.edit")
    told = tidy(words, at_most=LONGEST_WORDS + 1)
    if not told or len(told) > LONGEST_WORDS:
        raise Refusal("What did they say?", fields={"words": f"1 to {LONGEST_WORDS:,} letters."})
    who = persons.held(person.canonical_id)
    own = own_record(who, now=now)
    row = held(idea)
    made, is_new = Asker.objects.get_or_create(idea=row, profile=own, said_in="", defaults={"words": told, "at": now})
    if not is_new and made.words != told:
        Asker.objects.filter(pk=made.pk).update(words=told, at=now)
        made.refresh_from_db()
    if is_new:
        recount([row.pk])
        journal.note("idea.asked", row, by=by, person=who.pk)
    return made


@transaction.atomic
def unask(asker: Asker, *, by: User) -> bool:
    """They did not ask for this: taken in by mistake. Twice is once."""
    require(by, "idea.edit")
    gate.enter()
    row = held(asker.idea)
    gone = bool(Asker.objects.filter(pk=asker.pk).delete()[0])
    if gone:
        recount([row.pk])
        journal.note("idea.unasked", row, by=by, asker=asker.pk)
    return gone


def _put(
    title: str,
    text: str,
    product: Product | None,
    owner: User,
    *,
    by: User,
    now: datetime,
    via: str,
    titled_by: str = "",
) -> tuple[Idea, bool]:
    """One that is there under the same title, or a new one. Two who write the same down do so one after the other."""
    key = key_of(title)
    in_turn(Space.IDEA, int.from_bytes(hashlib.sha256(key.encode()).digest()[:5]) | 1 << 47)
    live = Idea.objects.filter(title_key=key, product=product, trashed_at=None, merged_into=None)
    there = live.order_by("pk").first()
    if there is not None:
        return held(there), False
    row = Idea.objects.create(
        title=title, title_key=key, text=text, product=product, owner=owner, titled_by=titled_by,
        created_at=now, created_by=via or f"staff:{by.pk}",
    )  # fmt: skip
    journal.note("idea.added", row, by=by)
    return row, True


def key_of(title: str) -> str:
    """A title as it is looked up; one of signs alone is its own key."""
    return (fold(title) or title)[:LONGEST_TITLE]


def line_of(said: Interaction) -> str:
    """What an idea of a message is called: its subject, else the first line that says something; cut where it is too long.

    Refused: a message without words.
    """
    lines = (_TO_WHOM.sub("", tidy(line, at_most=5_000)) for line in [said.subject, *said.text.splitlines()])
    found = next((line for line in lines if line), "")
    if not found:
        raise Refusal(
            "This message has no words; say in a sentence what they wish for.", fields={"title": "Please say."}
        )
    return found if len(found) <= LONGEST_TITLE else found[: LONGEST_TITLE - 1].rstrip() + "…"


def _text(told: object) -> str:
    text = str(told if told is not None else "").replace("\r\n", "\n").replace("\0", "").strip()
    if len(text) > LONGEST_TEXT:
        raise Refusal("The text is too long.", fields={"text": f"At most {LONGEST_TEXT:,} letters."})
    return text


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Product | User) else value
