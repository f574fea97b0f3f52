"""Which column becomes which field: by its heading in seven languages, then by what its values look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mutuals.connectors.files.fields import EXTRA, LEAVE, Field, Shape, Target, brought
from mutuals.connectors.files.shapes import Value
from mutuals.connectors.files.synonyms import SYNONYMS, normal
from mutuals.connectors.files.times import looks_like_date, looks_like_time
from mutuals.connectors.files.values import NeedsDecimal, looks_like_phone, parse_email, parse_money

_COUNTRIES = frozenset({
    "de", "at", "ch", "fr", "es", "it", "nl", "be", "pt", "pl", "cz", "gb", "uk", "us", "ie", "se", "no", "dk",
    "fi", "ca", "au", "nz", "br", "mx", "in", "jp", "cn", "tr", "ua", "gr", "hu", "ro", "deutschland", "germany",
    "france", "frankreich", "spain", "espana", "italy", "italia", "netherlands", "nederland", "belgium",
    "austria", "osterreich", "switzerland", "schweiz", "portugal", "poland", "polska", "usa", "ireland", "sweden",
    "norway", "denmark", "finland", "canada", "australia", "brazil", "brasil", "mexico", "india", "japan",
})  # fmt: skip
_LANGUAGES = frozenset({"en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sv", "da", "fi", "nb", "ja", "zh", "tr"})
_URL = re.compile(r"^(https?://|www\.)\S+$", re.IGNORECASE)
_CURRENCIES = frozenset({"EUR", "USD", "GBP", "CHF", "JPY", "PLN", "SEK", "NOK", "DKK", "CZK", "€", "$", "£"})
_MONEY = re.compile(r"[€$£¥]|[.,]\d{2}$")
_GIVEN_NAME = re.compile(r"^[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]*(-[A-ZÀ-ÖØ-Þ]?[a-zß-öø-ÿ]*)?\.?$")  # Anna, O'neil, Ann-Marie
_SURE = 0.8  # share of filled samples that must fit for a proposal by value alone
_DOUBT = 0.5  # below this share a heading is not believed


@dataclass(frozen=True, slots=True)
class Proposal:
    """`field`: a name of the catalogue, "extra" (kept beside the record) or empty (left out); `why` for the screen."""

    field: str
    why: str


class _Goal:
    """What the rows are to become, and by which headings its fields are known."""

    def __init__(self, target: str, fields: dict[str, Field]) -> None:
        self.target, self.fields = target, fields
        own = {word: field.name for field in reversed(fields.values()) for word in (*field.words, normal(field.name))}
        self.words = own | (SYNONYMS[Target(target)] if target in set(Target) else {})
        self.words |= {normal(field.label): field.name for field in fields.values() if field.check is not None}


def propose(
    columns: Sequence[str], sample: Sequence[Mapping[str, Value]], target: str, *, fields: Sequence[Field] | None = None
) -> dict[str, Proposal]:
    """A proposal for each column, among `fields` or what the house brought; once each, but for those that take several columns.

    Unmatched columns of posts are kept as extra; of other targets they are left out, so nothing personal is stored
    by accident.
    """
    goal = _Goal(target, {field.name: field for field in (brought(target) if fields is None else fields)})
    values = {column: _filled(column, sample) for column in columns}
    found: dict[str, Proposal] = {}
    taken: set[str] = set()
    for column in sorted(columns, key=lambda name: _rank(name, goal)):
        proposal = _by_heading(column, values[column], goal, taken)
        if proposal:
            found[column] = proposal
            taken.add(proposal.field)
    for column in columns:
        if column not in found:
            found[column] = _by_values(values[column], goal, taken) or _rest(values[column], goal)
            taken.add(found[column].field)
    _told_apart(found, values)
    return {column: found[column] for column in columns}


def _told_apart(found: dict[str, Proposal], values: Mapping[str, list[str]]) -> None:
    """Where only names of authors are there, and they look like handles, they are handles: a shown name is nobody's id."""
    fields = {one.field for one in found.values()}
    for column, one in found.items():
        if one.field == "author_name" and not fields & {"author_id", "author_handle"} and values[column]:
            words = values[column]
            is_one = sum(" " not in text for text in words) >= _SURE * len(words)
            if is_one and sum(not _GIVEN_NAME.match(text) for text in words) > len(words) / 2:
                found[column] = Proposal("author_handle", "one word each, as handles are")


def _filled(column: str, sample: Sequence[Mapping[str, Value]]) -> list[str]:
    done: list[str] = []
    for row in sample:
        value = row.get(column, "")
        if isinstance(value, str):
            done.append(value.strip())
        else:
            done.extend(one for one in value if isinstance(one, str))
    return [value for value in done if value]


def _rank(column: str, goal: _Goal) -> tuple[int, int]:
    """A field's own name first, then more telling (longer) headings before shorter ones."""
    key = normal(column)
    exact = any(normal(name) == key for name in goal.fields)
    return (0 if exact else 1, -len(key))


def _by_heading(column: str, values: list[str], goal: _Goal, taken: set[str]) -> Proposal | None:
    name = goal.words.get(normal(column)) or goal.words.get(_unnumbered(normal(column)))
    field = goal.fields.get(name) if name else None
    if field is None or (field.name in taken and not field.many):
        return None
    fits = _SHAPES.get(field.shape)
    if fits and values:
        share = sum(map(fits, values)) / len(values)
        if share < _DOUBT:
            return None
        return Proposal(field.name, f"{_percent(share)} look like {_WORDS[field.shape]}")
    if field.name in _WORDED and values and sum(text.replace(".", "").isdigit() for text in values) > len(values) / 2:
        return None
    return Proposal(field.name, "by its name")


def _unnumbered(key: str) -> str:
    return re.sub(r" [1-9]$", "", key)


def _by_values(values: list[str], goal: _Goal, taken: set[str]) -> Proposal | None:
    if len(values) < 2:
        return None
    for shape, fits in _STRICT.items():
        share = sum(map(fits, values)) / len(values)
        if share >= _SURE:
            for field in goal.fields.values():
                if (
                    field.shape is shape
                    and (field.many or field.name not in taken)
                    and field.check is None
                    and field.name not in _BY_NAME
                ):
                    return Proposal(field.name, f"{_percent(share)} look like {_WORDS[shape]}")
            return None
    if goal.target == Target.POSTS and "text" not in taken and sum(map(len, values)) / len(values) > 40:
        return Proposal("text", "the longest texts of the file")
    return None


def _rest(values: list[str], goal: _Goal) -> Proposal:
    if goal.target == Target.POSTS:
        return Proposal(EXTRA, "kept beside the post")
    return Proposal(LEAVE, "no field fits" if values else "empty in the first rows")


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _is_email(text: str) -> bool:
    parts = re.split(r"[;,\s]+", text)
    try:
        return all(bool(parse_email(part)) for part in parts if part)
    except ValueError:
        return False


def _is_money(text: str) -> bool:
    try:
        parse_money(text)
    except NeedsDecimal:
        return True
    except ValueError:
        return False
    return True


def _is_phone(text: str) -> bool:
    return looks_like_phone(text) or (text.isdigit() and 7 <= len(text) <= 15)


def _is_time(text: str) -> bool:
    return looks_like_time(text) or (text.isdigit() and len(text) in (10, 13))


def _is_country(text: str) -> bool:
    return normal(text) in _COUNTRIES or (len(text) == 2 and text.isalpha() and text.isupper())


_SHAPES: dict[Shape, Callable[[str], bool]] = {
    Shape.EMAIL: _is_email,
    Shape.PHONE: _is_phone,
    Shape.TIME: _is_time,
    Shape.MONEY: _is_money,
    Shape.NUMBER: _is_money,
    Shape.CURRENCY: lambda text: text.upper() in _CURRENCIES,
    Shape.COUNTRY: lambda text: _is_country(text) or (text.replace(" ", "").isalpha() and len(text) < 40),
    Shape.LANGUAGE: lambda text: text.lower()[:2] in _LANGUAGES or (len(text) < 20 and text.isalpha()),
    Shape.URL: lambda text: bool(_URL.match(text)) or ("." in text and " " not in text and "@" not in text),
    Shape.DATE: looks_like_date,
}
_STRICT: dict[Shape, Callable[[str], bool]] = {
    Shape.EMAIL: _is_email,
    Shape.URL: lambda text: bool(_URL.match(text)),
    Shape.TIME: looks_like_time,
    Shape.PHONE: looks_like_phone,
    Shape.CURRENCY: lambda text: text.upper() in _CURRENCIES,
    Shape.COUNTRY: _is_country,
}
_BY_NAME = frozenset({"created_at", "opened_at", "ended_at", "expected_on", "due_on", "due_at", "person_email"})
_WORDED = frozenset({"text", "name", "given_name", "family_name", "author_name", "line_name", "city", "note"})
_WORDS = {
    Shape.EMAIL: "email addresses",
    Shape.PHONE: "phone numbers",
    Shape.TIME: "times",
    Shape.DATE: "dates",
    Shape.MONEY: "amounts",
    Shape.NUMBER: "numbers",
    Shape.CURRENCY: "currencies",
    Shape.COUNTRY: "countries",
    Shape.LANGUAGE: "languages",
    Shape.URL: "web addresses",
}
