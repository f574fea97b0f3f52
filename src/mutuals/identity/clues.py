"""What speaks for and against two being one, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mutuals.identity.cards import card
from mutuals.identity.evidence import CONFLICT, DECISION
from mutuals.identity.known import Asker, Held
from mutuals.identity.model import behind
from mutuals.identity.model.columns import READINGS
from mutuals.identity.model.decide import Candidate, Decision
from mutuals.identity.model.score import Evidence

_WORDS = {
    ("handle", "same, as their name is"): "The same handle, but it only spells the name",
    ("handle", "same and rare"): "The same handle, and a rare one",
    ("handle", "same"): "The same handle",
    ("handle", "of the address"): "The handle is the name of a mailbox of theirs",
    ("handle", "same, as many have"): "The same handle, but many have such a one",
    ("handle", "same but for digits"): "The handles differ in digits only",
    ("handle", "differs"): "Other handles",
    ("handle", "one account"): "The same account",
    ("habit", "same, as most keep it there"): "Most people keep their handle on these two networks",
    ("habit", "same, though few keep it there"): "Few people keep their handle on these two networks",
    ("habit", "differs, though most keep it there"): "Most people would keep their handle on these two networks",
    ("habit", "differs"): "Few people keep their handle on these two networks",
    ("digits", "same, long"): "The same number in handle or mailbox",
    ("digits", "same"): "The same short number in handle or mailbox",
    ("digits_nearly", "same, otherwise followed"): "The same number in handle or mailbox, with other letters behind it",
    ("digits_nearly", "same, with two letters behind it"): "The same number, but a letter behind it tells them apart",
    ("digits_nearly", "same but for the last"): "One number is the other with a digit more",
    ("digits_nearly", "differs"): "Other numbers in handle or mailbox",
    ("given", "same"): "The same given name",
    ("given", "short form"): "The same given name, once in its short form",
    ("given", "spelled by the handle"): "The handle spells the given name",
    ("given", "the handle alone"): "The handle is the given name",
    ("given", "initial"): "The given name begins with the same letter",
    ("given", "nearly the same"): "Nearly the same given name",
    ("given", "said as family name"): "Given and family name may have changed places",
    ("given", "another one of the family"): "Another given name, the same family name",
    ("given", "differs"): "Another given name",
    ("family", "same, as relatives have it"): "The same family name, as relatives have it",
    ("family", "same"): "The same family name",
    ("family", "spelled by the handle"): "The handle spells the family name",
    ("family", "cut by the handle"): "The handle is the family name with an initial",
    ("family", "the handle alone"): "The handle is the family name",
    ("family", "said as given name"): "The family name is shown as a given name",
    ("family", "initial"): "The family name begins with the same letter",
    ("family", "nearly the same"): "Nearly the same family name",
    ("family", "differs"): "Another family name",
    ("together", "both names and the place"): "Names go together with each other and with places",
    ("together", "both names"): "Given and family names go together",
    ("together", "a name and the place"): "Names go together with places",
    ("address", "same"): "The same mail address",
    ("address", "differs"): "Other mail addresses",
    ("number", "same"): "The same telephone number",
    ("number", "differs"): "Other telephone numbers",
    ("site", "same page"): "They name the same page, or one names the other's",
    ("site", "same host"): "The same website",
    ("site", "the domain of the address"): "A website or mail address of the same domain",
    ("site", "differs"): "Other websites",
    ("named", "one names the other"): "One names the other's account or address, which anybody may",
    ("named", "both name one"): "Both name the same account or address",
    ("signature", "names the other's"): "A signature under a letter names the other's address, number or site",
    ("signature", "both name one"): "Signatures under letters name the same",
    ("cited", "same, long"): "One names a number that is the other's alone, as of an order",
    ("cited", "same"): "One names a short number that is the other's alone, as of an order",
    ("cited", "differs"): "Other numbers of orders",
    ("echoed", "same"): "The same words, posted on two networks within minutes",
    ("echoed", "differs"): "Other words",
    ("place", "same"): "The same place",
    ("place", "named"): "The biography names the place",
    ("place", "differs"): "Another place",
    ("employer", "same"): "The same employer",
    ("employer", "differs"): "Another employer",
    ("born", "same day"): "Born on the same day",
    ("born", "differs"): "Born on another day",
    ("language", "same"): "The same language",
    ("language", "differs"): "Another language",
    ("picture", "alike"): "Pictures that look alike",
    ("picture", "differs"): "Other pictures",
}
_SHOWN = {
    "handle": ("accounts", "cores", "locals"), "digits": ("followed",), "digits_nearly": ("numbers",),
    "behind": ("numbers",),
    "given": ("givens",), "family": ("families",), "address": ("emails",), "number": ("phones",),
    "born": ("born",), "site": ("links", "hosts", "domains"), "named": ("named",),
    "signature": ("signed",), "cited": ("cited",), "place": ("places",), "employer": ("employers",),
    "language": ("languages",),
}  # fmt: skip
_ACROSS = {  # columns of one side that are compared with another column of the other side
    "handle": (("locals", "cores"),),
    "given": (("spelled", "written"), ("cut_family", "written"), ("givens", "written"), ("givens", "families")),
    "family": (
        ("spelled", "written"), ("cut", "written"), ("families", "written"), ("cut_family", "written"), ("families", "givens"),
    ),
    "named": (("named", "accounts"), ("named", "emails")),
    "signature": (("signed", "reached"),),
    "place": (("mentioned", "places"),),
}  # fmt: skip
_APART = {"site": "hosts"}  # what stands on both sides where they differ, if it is not the first that is compared
_NAMED = ("cited", "echoed")
_LONGEST = 120


def clues_of(
    asker: Asker, other: Held, candidate: Candidate, decision: Decision | None, common: int, *, at: str
) -> list[dict[str, Any]]:
    """The clues as an edge or a link keeps them, the weightiest first, and what was decided in one sentence."""
    told: list[dict[str, Any]] = [
        {
            "clue": one.comparison,
            "words": _words(one),
            "detail": _detail(one, asker.held.row, other.row),
            "weight": round(one.bits, 3),
            "for": one.bits > 0,
            "family": one.family,
            "seen": _seen(one.comparison, asker, other.row),
            "at": at,
        }
        for one in sorted(candidate.evidence, key=lambda one: (-abs(one.bits), one.comparison))
        if one.bits
    ]
    told += [_plain(CONFLICT, words.capitalize(), is_for=False) for words in candidate.conflicts]
    if common:
        told.append(
            _plain("common", f"{common} of the things looked under are shared by more than 200 others", is_for=False)
        )
    if decision is not None:
        told.append({**_plain(DECISION, decision.words, is_for=True), "is_of_one_kind": decision.is_of_one_kind})
    return told


def _words(one: Evidence) -> str:
    if one.comparison == behind.NAME:
        return f"How people here number themselves: {one.level} behind the number"
    return _WORDS.get((one.comparison, one.level), f"{one.comparison}: {one.level}")


def _plain(clue: str, words: str, *, is_for: bool) -> dict[str, Any]:
    return {"clue": clue, "words": words, "weight": None, "for": is_for, "family": ""}


def _detail(part: Evidence, one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What is equal, else what stands on both sides."""
    columns = _SHOWN.get(part.comparison, ("",))
    if part.level == "differs":
        return _beside(_APART.get(part.comparison, columns[0]), one, other)
    pairs = [(column, column) for column in columns] + list(_ACROSS.get(part.comparison, ()))
    both = next((found for mine, theirs in pairs if (found := _both(one, other, mine, theirs))), [])
    return ", ".join(both)[:_LONGEST] or _beside(columns[0], one, other)


def _both(one: Mapping[str, Any], other: Mapping[str, Any], mine: str, theirs: str) -> list[str]:
    """What one has in a column and the other in another one, either way."""
    ways = ((one, other), (other, one)) if mine != theirs else ((one, other),)
    found = [value for a, b in ways for value in _many(a.get(mine)) if value in set(_many(b.get(theirs)))]
    return list(dict.fromkeys(found))


def _beside(column: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    sides = [", ".join(_many(row.get(column))[:3])[:_LONGEST] for row in (one, other)]
    return " / ".join(sides) if all(sides) else ""


def _seen(comparison: str, asker: Asker, other: Mapping[str, Any]) -> str:
    """Where it stood on the side of the asker: the letter of a signature, else the profile that says what the other says too,
    else the first one. A number of one customer's was seen in the message that names it, or on the order that has it."""
    for cited in [one for voice in asker.voices for one in voice.cited] if comparison in _NAMED else ():
        reference, _, where = cited.partition(" ")
        if reference in _many(other.get(comparison)):
            return where
    if len(asker.voices) > 1 or comparison == "signature":
        for column, theirs in _compared(comparison):
            wanted = {*_many(asker.held.row.get(column))} & {*_many(other.get(theirs))}
            for voice in asker.voices if wanted else ():
                if not wanted.isdisjoint(_many(READINGS[column](card([voice])))):
                    return voice.letter if comparison == "signature" and voice.letter else f"profile:{voice.id}"
    if comparison == "signature" and (letters := [voice.letter for voice in asker.voices if voice.letter]):
        return letters[0]
    return f"profile:{asker.profiles[0]}"


def _compared(comparison: str) -> list[tuple[str, str]]:
    """Columns of the asker's and of the other's that are compared."""
    across = _ACROSS.get(comparison, ())
    same = [(column, column) for column in _SHOWN.get(comparison, ())]
    return [*same, *across, *((theirs, mine) for mine, theirs in across)]


def _many(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(one) for one in value]
