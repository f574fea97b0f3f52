"""What a file's columns say of who somebody is: which are compared, how they are read, and by which steps.

Chosen by the columns that are there and by what they hold (how much is missing, how many different values, how long), never
by the name of a file. What has no word of ours is judged by its contents alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mutuals.identity.model.card import Column, Value
from mutuals.identity.model.comparisons import Comparison, Level, Test
from mutuals.identity.piles import cells
from mutuals.identity.piles.circles import ANOTHER, GENERATIONS, HOME

FEW = 20
"""Rows that may all hold one value for a reason."""
KIND = 0.3
"""The share of others that one of a few values is held to have."""
Reader = Callable[[str, str, dict[str, Value]], None]
_SAID = 0.9
_NAMES = ("name", "display_name", "given_name", "family_name", "nickname")


@dataclass(frozen=True, slots=True)
class Held:
    """What a column holds: the share of rows with anything, different values per such row, mean length, words and digits."""

    filled: float
    varied: float
    distinct: int
    length: float
    words: float
    digits: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How the records of one file are read and compared.

    `frequent`: column -> the share of others that a value is held to have before any are counted. `keys` are the columns
    that candidates may agree on. `readers`: column of the file -> how it is read into a row; names, if the file is
    `named`, are read together.
    """

    sources: tuple[str, ...]
    columns: tuple[Column, ...]
    frequent: Mapping[str, float]
    comparisons: tuple[Comparison, ...]
    keys: tuple[str, ...]
    readers: Mapping[str, Reader]
    named: bool


def plan(columns: Sequence[str], held: Mapping[str, Held]) -> Plan:
    """What is compared of these columns. Columns in which nearly nothing stands are left out."""
    there = [name for name in columns if held[name].filled > 0.005 and not _all_the_same(held[name])]
    made = _Making()
    readers: dict[str, Reader] = {}
    if named := any(name in there for name in _NAMES):
        _names(made, there)
    for name in there:
        if name in _OWN or name.startswith("x_") or name in _LIKE_EXTRAS:
            compare, readers[name] = _OWN.get(name) or _EXTRA[_kind_of(held[name])]
            compare(made, name)
    held_by_rows = tuple(Column(name, kind) for name, kind in made.columns.items())
    keys, comparisons = tuple(made.keys), tuple(made.comparisons)
    return Plan(tuple(there), held_by_rows, made.frequent, comparisons, keys, readers, named=named)


def _all_the_same(held: Held) -> bool:
    """Whether one value stands in so many rows that it tells nothing; in three rows it may tell that they are one."""
    return held.distinct == 0 or (held.distinct == 1 and held.varied < 1 / FEW)


class _Making:
    def __init__(self) -> None:
        self.columns: dict[str, str] = {}
        self.frequent: dict[str, float] = {}
        self.comparisons: list[Comparison] = []
        self.keys: list[str] = []

    def has(self, *columns: str, kind: str = "text") -> None:
        self.columns.update(dict.fromkeys(columns, kind))

    def frequents(self, name: str, share: float) -> None:
        self.has(name)
        self.frequent[name] = share

    def compare(self, name: str, levels: Sequence[Level], differs: tuple[float, float]) -> None:
        otherwise = Level("differs", ("otherwise",), m=differs[0], u=differs[1])
        family = "name" if name in ("given", "family", "others") else name
        self.comparisons.append(Comparison(name, ("missing", name), tuple(levels), family, otherwise))


# The shares at the end of each level are what one would say before any file: among pairs of one person, among strangers.


_NEARLY: Test = ("any", ("jaro", "given", 0.8), ("equal", "given_sound"), ("begins", "given"))
COMPARABLE = 4.0
"""Bits by which one of two names may be commoner, so that neither is a slip of the pen for the other: a slip is rare."""
_BORNE: Test = ("within", "given_borne", COMPARABLE)
_OWN_BOXES: Test = (
    "all",
    ("not", ("missing", "email_given")),
    ("not", ("equal", "email_given")),
    ("not", ("share", "forms")),
)
"""Two addresses of mail that each say their own given name: that is no slip, which would not be made twice."""


def _two_names(there: Sequence[str]) -> list[Level]:
    """Two given names that people bear, however alike: no forms of one, neither cut off the other, neither a slip. Asked
    where relatives would be taken for one: where a file tells how those who live together are reached."""
    cut = ("all", ("begins", "given"), ("not", ("edits", "given", 2)))
    ways: list[Test] = []
    if not set(HOME).isdisjoint(there):
        ways.append(("all", _BORNE, _NEARLY, ("not", ("share", "forms")), ("not", cut)))
    if "email" in there:
        ways.append(_OWN_BOXES)
    test = ("all", ("not", ("across_share", "givens", "names")), ("any", *ways))
    return [Level(ANOTHER, test, m=0.01, u=0.02)] if ways else []


def _names(made: _Making, there: Sequence[str]) -> None:
    made.frequents("given", 0.006)
    made.frequents("family", 0.002)
    made.has("given_sound", "family_sound")
    made.has("given_listed", kind="number")
    made.has("givens", "families", "forms", "names", "others", kind="texts")
    given = [
        Level("same", ("equal", "given"), "given", m=0.69, u=0.006),
        *_two_names(there),
        Level("short form", ("any", ("begins", "given"), ("share", "forms")), m=0.1, u=0.008),
        Level("alike", ("jaro", "given", 0.9), m=0.06, u=0.002),
        Level("among the names", ("across_share", "givens", "names"), m=0.04, u=0.002),
        Level("rather alike", ("any", ("jaro", "given", 0.8), ("equal", "given_sound")), m=0.03, u=0.009),
    ]
    family = [
        Level("same", ("equal", "family"), "family", m=0.8, u=0.002),
        Level("alike", ("any", ("jaro", "family", 0.92), ("edits", "family", 1)), m=0.1, u=0.001),
        Level("among the names", ("across_share", "families", "names"), m=0.03, u=0.001),
        Level("rather alike", ("any", ("jaro", "family", 0.84), ("equal", "family_sound")), m=0.02, u=0.004),
    ]
    others = [
        Level("share", ("share", "others"), m=0.6, u=0.012),
        Level("alike", ("near", "others", 0.88), m=0.05, u=0.002),
    ]
    made.compare("given", given, (0.07, 0.953))
    made.compare("family", family, (0.05, 0.992))
    made.compare("others", others, (0.35, 0.986))
    made.keys += ["given", "family", "given_sound", "family_sound"]


GENERATION = (15, 45)
"""Years between two births, from and to, by which a child is named after a parent and born on the same day of the year."""


def _born(made: _Making, name: str) -> None:
    made.frequents("born", 0.0001)
    made.has("born_year", "born_day", "born_swapped")
    made.has("born_years", kind="number")
    young, old = (("within", "born_years", years) for years in (GENERATION[0] - 1, GENERATION[1]))
    levels = [
        Level("same", ("equal", "born"), "born", m=0.75, u=0.0005),
        Level(GENERATIONS, ("all", ("equal", "born_day"), old, ("not", young)), m=0.015, u=0.0015),
        Level("slip", ("edits", "born", 1), m=0.12, u=0.002),
        Level("day and month swapped", ("across", "born", "born_swapped"), m=0.01, u=0.00005),
        Level("same day of the year", ("equal", "born_day"), m=0.02, u=0.003),
        Level("same year", ("equal", "born_year"), m=0.03, u=0.017),
        Level("two slips", ("edits", "born", 2), m=0.02, u=0.01),
    ]
    made.compare("born", levels, (0.05, 0.968))
    made.keys += ["born", "born_year", "born_day"]


def _email(made: _Making, name: str) -> None:
    made.frequents("email", 0.0001)
    made.has("email_local", "email_number", "email_given")
    made.has("emails", "forms", kind="texts")
    one = ("equal", "email_number")  # another number is another box, however alike the name spelled before it is
    levels = [
        Level("same", ("equal", "email"), "email", m=0.65, u=0.0003),
        Level("one of them", ("share", "emails"), m=0.05, u=0.00005),
        Level("two given names", _OWN_BOXES, m=1e-7, u=0.1, fixed=True),
        Level("slip", ("all", one, ("edits", "email", 2)), m=0.1, u=0.0005),
        Level("same before the @", ("equal", "email_local"), m=0.04, u=0.0003),
        Level("rather alike", ("all", one, ("jaro", "email_local", 0.88)), m=0.04, u=0.001),
    ]
    made.compare("email", levels, (0.12, 0.998))
    made.keys += ["email", "email_local"]


def _phone(made: _Making, name: str) -> None:
    made.frequents("phone", 0.0001)
    made.has("phones", kind="texts")
    levels = [
        Level("same", ("equal", "phone"), "phone", m=0.65, u=0.0003),
        Level("one of them", ("share", "phones"), m=0.05, u=0.00005),
        Level("slip", ("edits", "phone", 1), m=0.08, u=0.0001),
        Level("two slips", ("edits", "phone", 2), m=0.03, u=0.0005),
    ]
    made.compare("phone", levels, (0.19, 0.999))
    made.keys += ["phone"]


def _words(made: _Making, name: str) -> None:
    """Some words, such as a street, a place or an employer."""
    made.frequents(name, 0.003)
    made.has(f"{name}_sound")
    made.has(f"{name}_words", kind="texts")
    levels = [
        Level("same", ("equal", name), name, m=0.65, u=0.004),
        Level("alike", ("any", ("jaro", name, 0.92), ("edits", name, 1)), m=0.1, u=0.001),
        Level("most words", ("overlap", f"{name}_words", 0.6), m=0.04, u=0.001),
        Level("rather alike", ("jaro", name, 0.84), m=0.03, u=0.004),
        Level("a word", ("share", f"{name}_words"), m=0.03, u=0.01),
    ]
    made.compare(name, levels, (0.15, 0.98))
    made.keys += [name, f"{name}_sound"]


def _mark(made: _Making, name: str) -> None:
    """A number or a mark, such as a postcode or a number of an insurance."""
    made.frequents(name, 0.001)
    made.has(f"{name}_area")
    levels = [
        Level("same", ("equal", name), name, m=0.7, u=0.001),
        Level("slip", ("edits", name, 1), m=0.08, u=0.005),
        Level("same beginning", ("equal", f"{name}_area"), m=0.05, u=0.01),
        Level("two slips", ("edits", name, 2), m=0.03, u=0.02),
    ]
    made.compare(name, levels, (0.14, 0.964))
    made.keys += [name, f"{name}_area"]


def _kind(made: _Making, name: str) -> None:
    """One of a few, such as a country or an occupation."""
    made.frequents(name, KIND)
    levels = [
        Level("same", ("equal", name), name, m=0.9, u=0.3),
        Level("alike", ("jaro", name, 0.9), m=0.01, u=0.005),
    ]
    made.compare(name, levels, (0.09, 0.695))


def _region(made: _Making, name: str) -> None:
    """A country or a language: who lives in one town has it in common, so only a difference tells something."""
    made.frequents(name, KIND)
    level = Level("same", ("equal", name), m=0.9, u=0.9, fixed=True)
    made.compare(name, [level], (0.1, 0.7))


def _kind_of(held: Held) -> str:
    """What an extra is, by what it holds: one of a few, a mark, some words."""
    if held.distinct <= 60 or held.varied < 0.004:
        return "kind"
    return "mark" if held.digits > 0.25 and held.length <= 20 else "words"


def redundant(records: Iterable[Mapping[str, str]], columns: Sequence[str]) -> list[str]:
    """Extras whose words nearly always stand in other columns of the same record: they say nothing new.

    Of two that say the same the later one goes. `records` are some of the file, without what is null.
    """
    words = [{name: set(cells.fold(value).split()) for name, value in record.items()} for record in records]
    gone: list[str] = []
    for name in reversed([name for name in columns if name.startswith("x_")]):
        having = [record for record in words if record.get(name)]
        rest = [name_ for name_ in columns if name_ != name and name_ not in gone]
        said = sum(record[name] <= set().union(*(record.get(other, set()) for other in rest)) for record in having)
        if having and said >= _SAID * len(having):
            gone.append(name)
    return gone


def read(record: Mapping[str, str], made: Plan) -> dict[str, Value]:
    """One record in the columns of the plan; None where nothing stands."""
    row: dict[str, Value] = {}
    if made.named:
        cells.read_names(record, row)
    for name, reader in made.readers.items():
        if value := record.get(name):
            reader(name, value, row)
    return row


_EXTRA = {"words": (_words, cells.read_words), "mark": (_mark, cells.read_mark), "kind": (_kind, cells.read_kind)}
_OWN = {
    "birth_date": (_born, cells.read_born),
    "email": (_email, cells.read_email),
    "phone": (_phone, cells.read_phone),
    "postcode": _EXTRA["mark"],
    "city": _EXTRA["words"],
    "address": _EXTRA["words"],
    "organisation": _EXTRA["words"],
    "country": (_region, cells.read_kind),
    "language": (_region, cells.read_kind),
}
_LIKE_EXTRAS = ("website", "url", "handle", "network", "bio")
