"""Which of several sayings about a person stands on their page. Pure.

What staff said wins, else what a source told; of several the newest. A name that is only shown serves where neither staff nor a
file told one: first that of a customer's record, then what a presence calls itself, which anybody may; so does an address.
Where persons were merged, whoever stays keeps what they have of equal standing: values of who goes fill what they lack.
A phone number without its country, as a file wrote it, stands only where there is no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mutuals.base.fields import flat
from mutuals.connectors.files.mapping import AS_WRITTEN
from mutuals.people.names import fold, tidy
from mutuals.people.profiles import OWN, said

LENGTHS = {"name": 200, "email": 254, "phone": 32, "city": 100, "country": 60, "language": 12}
CHOSEN = (*LENGTHS, "birthday")
OF_HOUSE = "c:"  # begins the names of fields of the house's own making: "c:renewal"
_HEARD = frozenset((*CHOSEN, AS_WRITTEN))
_RECORDS = ("crm:", "shop:")  # networks of customer numbers
_UNTELLING = (OWN, "email", "phone")


@dataclass(frozen=True, slots=True)
class Voice:
    """One profile of a person, as far as it can speak about them."""

    id: int
    network: str
    key: str
    name: str
    shown: str
    label: str
    fields: Mapping[str, Any]
    precedence: int = 0  # of the person whose it is among those who were merged: the smaller, the sooner it is heard


def merged(kept: Sequence[Voice], gone: Iterable[Voice]) -> list[Voice]:
    """The voices of two persons as if the second were merged into the first."""
    last = max((voice.precedence for voice in kept), default=0)
    return [*kept, *(replace(voice, precedence=voice.precedence + last + 1) for voice in gone)]


def chosen(voices: Iterable[Voice]) -> dict[str, Any]:
    """The stored values of a person: every name of `CHOSEN`, `name_key`, and `custom` with what profiles told of it."""
    ordered = sorted(voices, key=lambda voice: (voice.precedence, voice.id))
    best: dict[str, tuple[tuple[bool, int, str], Any]] = {}
    for voice in sorted(ordered, key=lambda voice: (voice.network, voice.key)):  # decides between equals
        for name, one in said(voice.fields).items():
            rank = (one.by.startswith("staff:"), -voice.precedence, one.at)
            if (name in _HEARD or name.startswith(OF_HOUSE)) and (name not in best or rank > best[name][0]):
                best[name] = (rank, one.value)
    values = {
        name: tidy(str(best[name][1] or ""), at_most=most) if name in best else "" for name, most in LENGTHS.items()
    }
    for name in ("email", "phone"):
        if name not in best:
            values[name] = next(
                (voice.key for voice in ordered if voice.network == name and voice.label != "shared"), ""
            )
            values[name] = values[name] if len(values[name]) <= LENGTHS[name] else ""
    if not values["phone"] and "phone" not in best and AS_WRITTEN in best:
        values["phone"] = tidy(str(next(iter(best[AS_WRITTEN][1] or ()), "")), at_most=LENGTHS["phone"])
    if "name" not in best:
        values["name"] = _shown(ordered)
    made = flat({name.removeprefix(OF_HOUSE): told for name, (_, told) in best.items() if name.startswith(OF_HOUSE)})
    return {**values, "name_key": fold(values["name"])[:200], "birthday": _day(best.get("birthday")), "custom": made}


def _shown(voices: list[Voice]) -> str:
    """A name for somebody whom nobody named: of a record (an order's customer), what they call themselves in other words than
    their handle, spelled out where they do so anywhere, their handle; never a mere number."""
    shown = [voice for voice in voices if voice.shown and voice.network != OWN]
    of_records = [voice.shown for voice in shown if voice.network.startswith(_RECORDS)]
    called = [voice.shown for voice in shown if fold(voice.shown).lstrip("@") != fold(voice.name).lstrip("@")]
    handles = [voice.name for voice in voices if voice.name and not voice.network.startswith((*_RECORDS, *_UNTELLING))]
    first = next(iter([*of_records, *called, *(voice.shown for voice in shown), *handles]), "")
    return next((name for name in called if not of_records and _spells_out(name, first)), first)


def _spells_out(name: str, short: str) -> bool:
    """Whether a name says in full what another one shortens: Lena Meyer of Lena M."""
    words, cut = ([word.rstrip(".") for word in fold(one).split()] for one in (name, short))
    return len(words) == len(cut) > 1 and words != cut and all(map(str.startswith, words, cut))


def _day(best: tuple[Any, Any] | None) -> date | None:
    try:
        return date.fromisoformat(best[1]) if best and best[1] else None
    except (TypeError, ValueError):
        return None
