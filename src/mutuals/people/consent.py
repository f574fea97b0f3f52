"""What people allow: consents given, refused and withdrawn, each with its evidence, and whether data may be used for a purpose.

Words are added and never changed. Of one cluster the newest word on a purpose stands, of two at one moment the refusal; so no
older consent overrules a withdrawal, however late it becomes known or whoever is merged. Article 7 (1) asks us to be able to
show a consent, so one without evidence is refused; Article 7 (3) asks that withdrawing is as easy, so that needs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from mutuals.base import journal
from mutuals.base.filters import All, Condition, Either, Test
from mutuals.base.refusals import Refusal, one_line
from mutuals.people import persons
from mutuals.people.models import Basis, Consent, ConsentState, Person, Profile, Purpose
from mutuals.people.purposes import BOUND, named, to_read
from mutuals.staff.models import User
from mutuals.staff.permissions import may as has_right
from mutuals.staff.permissions import require

LONGEST = 1_000
_AHEAD = timedelta(minutes=5)  # clocks differ
_NO = (ConsentState.REFUSED, ConsentState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How we know it. `at` is when they said so, None = now; `until` the last day on which it holds.

    `source` is where it can be read, a text key such as "interaction:12" or "form:news"; `words` what was asked or said;
    `profile` the presence by which they said it, None = staff noted it.
    """

    words: str = ""
    source: str = ""
    at: datetime | None = None
    until: date | None = None
    basis: str = "consent"
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether data of somebody may be used for a purpose, why, and the word that decides it (None = nobody said anything)."""

    purpose: Purpose
    is_allowed: bool
    because: str
    word: Consent | None = None


def give(person: Person, purpose: str, told: Evidence, *, by: User, now: datetime) -> tuple[Consent, bool]:
    """Note that they agreed, and whether that is new. Said again in the same way is once.

    Refused: no evidence, a moment that lies ahead, a basis or purpose that there is not, a profile of somebody else, Gone.
    """
    if not (told.words.strip() or told.source.strip()):
        raise Refusal(
            "Say how we know: the words, or where they can be read.", fields={"words": "A consent has to be shown."}
        )
    return _note(person, purpose, ConsentState.GIVEN, told, by=by, now=now)


def refuse(person: Person, purpose: str, told: Evidence, *, by: User, now: datetime) -> tuple[Consent, bool]:
    """Note that they said no, or object. Refused: as `give`, and a purpose that rests on a contract or a duty."""
    return _note(person, purpose, ConsentState.REFUSED, told, by=by, now=now)


def withdraw(
    person: Person, purpose: str, told: Evidence | None = None, *, by: User, now: datetime
) -> tuple[Consent, bool]:
    """Note that they take it back; it holds at once, for every question that is asked from then on. Refused: as `refuse`."""
    return _note(person, purpose, ConsentState.WITHDRAWN, told or Evidence(), by=by, now=now)


ACTS = {ConsentState.GIVEN: give, ConsentState.REFUSED: refuse, ConsentState.WITHDRAWN: withdraw}
"""The act for each state."""


def of(person: Person, viewer: User, *, limit: int = 200) -> list[Consent]:
    """All that somebody said, in all their rows, the newest first."""
    if not has_right(viewer, "consent.view"):
        return []
    rows = Consent.objects.filter(person__canonical_id=person.canonical_id).select_related("purpose", "profile")
    return list(rows.order_by("-at", "-pk")[:limit])


def may(person: Person, purpose: str, *, now: datetime) -> Ruling:
    """Whether their data may be used for a purpose today, and why."""
    return next(iter(rulings(person, now=now, among=[named(purpose)])))


def rulings(person: Person, *, now: datetime, among: Iterable[Purpose] | None = None) -> list[Ruling]:
    """The same for every purpose, in two statements."""
    purposes = list(among) if among is not None else to_read()
    said = Consent.objects.filter(person__canonical_id=person.canonical_id, stands=True)
    words = {row.purpose_id: row for row in said} if any(one.pk for one in purposes) else {}
    return [_ruled(one, words.get(one.pk), now.date()) for one in purposes]


def _ruled(purpose: Purpose, word: Consent | None, today: date) -> Ruling:
    basis = purpose.get_basis_display().lower()
    if word is None:
        because = "nobody asked them" if purpose.needs_consent else f"rests on {basis}"
        return Ruling(purpose, not purpose.needs_consent, because)
    if word.state in _NO and purpose.basis not in BOUND:
        return Ruling(purpose, False, f"{word.get_state_display().lower()} on {word.at:%d %b %Y}", word)
    if not purpose.needs_consent:
        return Ruling(purpose, True, f"rests on {basis}", word)
    if word.until is not None and word.until < today:
        return Ruling(purpose, False, f"ended on {word.until:%d %b %Y}", word)
    return Ruling(purpose, True, f"given on {word.at:%d %b %Y}", word)


def against(purpose: Purpose) -> dict[str, Condition]:
    """Why somebody may not be spoken to for a purpose, as conditions on people: "refused", "withdrawn", "no consent".

    They ask what `may` asks. A purpose that rests on a contract, or on a duty, has none.
    """
    if purpose.basis in BOUND:
        return {}
    said = {str(state.value): _said(purpose, Test("state", "is", state.value)) for state in _NO}
    if purpose.needs_consent:
        holds = Either((Test("until", "empty", None), Test("until", "after", "yesterday")))
        said["no_consent"] = _said(purpose, Test("state", "is", ConsentState.GIVEN.value), holds, op="none")
    return said


def standing(purpose: Purpose) -> QuerySet[Consent]:
    """The words that stand on a purpose, one for each person who said any."""
    return Consent.objects.filter(purpose=purpose, stands=True)


def _said(purpose: Purpose, *tests: Condition, op: str = "any") -> Condition:
    return Test("consents", op, All((Test("purpose", "is", purpose.key), *tests)))


@transaction.atomic
def _note(
    person: Person, purpose: str, state: ConsentState, told: Evidence, *, by: User, now: datetime
) -> tuple[Consent, bool]:
    require(by, "consent.edit")
    on = named(purpose)
    if state in _NO and on.basis in BOUND:
        raise Refusal(f"“{on}” rests on {on.get_basis_display().lower()}, so it cannot be refused.")
    if told.basis not in Basis.values:
        raise Refusal(f"A basis is one of: {', '.join(Basis.values)}.", fields={"basis": "Choose one."})
    at = told.at or now
    if at > now + _AHEAD:
        raise Refusal("This lies ahead.", fields={"at": "When they said so, not when it begins."})
    words = one_line(" ".join(told.words.split()), what="Words", longest=LONGEST, needed=False)
    source = one_line(told.source, what="Source", longest=120, needed=False)
    who = persons.held(person.canonical_id)
    profile = told.profile
    if profile is not None and not Profile.objects.filter(pk=profile.pk, person__canonical_id=who.pk).exists():
        raise Refusal("This presence is not theirs.", fields={"profile": "Choose one of theirs."})
    same = Consent.objects.filter(
        person__canonical_id=who.pk, purpose=on, stands=True, state=state, basis=told.basis, until=told.until
    ).first()
    if same is not None and told.at in (None, same.at) and words in ("", same.words) and source in ("", same.source):
        return same, False
    holder = profile.person_id if profile is not None and profile.person_id is not None else who.pk
    row, is_new = Consent.objects.get_or_create(
        person_id=holder, profile=profile, purpose=on, state=state, at=at,
        defaults={
            "basis": told.basis, "until": told.until, "source": source, "words": words,
            "by": f"staff:{by.pk}", "noted_at": now,
        },
    )  # fmt: skip
    if is_new:
        journal.note(
            f"consent.{state.value}", f"person:{who.pk}", by=by, purpose=on.key, basis=told.basis, at=at.isoformat()
        )
        row.refresh_from_db()
    return row, is_new
