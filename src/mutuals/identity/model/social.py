"""People and their accounts: how two cards are compared, and the weights of day one.

The weights come from the literature and from counts that others published, not from anybody's data of ours: what an equal
handle is worth by its entropy (Perito and others, 2011), how many people keep a handle or a shown name over networks (Li
and others, 2018; 50 to 60 %), how many places, languages and employers two strangers share. Judgements of staff then move
the calibration. What a given name, a family name, a host or a place is worth follows from how many of those we know bear it.
"""

from __future__ import annotations

from mutuals.identity.model.card import Column
from mutuals.identity.model.columns import KINDS, READING, READINGS
from mutuals.identity.model.comparisons import Comparison, Level, Test
from mutuals.identity.model.decide import Rule
from mutuals.identity.model.file import Model

__all__ = ["READING", "READINGS", "RULE", "VERSION", "day_one"]
VERSION = "day-one-4"
OWN = frozenset(("handle", "habit", "behind", "given", "named", "signature", "address", "employer", "born", "picture"))
"""Comparisons in which a relative of one household is like any stranger; all others hold for them as well."""
RULE = Rule(copied=frozenset({"name", "picture", "site", "birth", "reference"}))
"""How machines decide by this model. An impersonator has the name, the picture and the words of somebody, and links to their
site: that alone links nobody."""


def _weighs(name: str, test: Test, bits: float, *, u: float = 1e-6) -> Level:
    """A level of so many bits; `u` is the share of strangers for whom it holds."""
    return Level(name, test, m=min(u * 2**bits, 0.9), u=u)


def _frequent(name: str, test: Test, column: str, m: float, *, most: float = 20.0) -> Level:
    """A level that weighs log2(m / share of those who have the same), `most` bits at most; `m` is the share of one
    person's pairs."""
    return Level(name, test, tf=column, m=m, u=max(1e-3, m * 2**-most), floor=m * 2**-most)


def _stays(name: str, test: Test, bits: float) -> Level:
    """What is taken off where clues are not independent; no training moves it."""
    return Level(name, test, m=0.4 * 2**bits, u=0.4, fixed=True)


def _against(bits: float) -> Level:
    return Level("differs", ("otherwise",), m=0.5 * 2**-bits, u=0.5)


def _no(column: str) -> Test:
    return ("missing", column)


def _unless(missing: Test, *known: Test) -> Test:
    """Missing, where none of what makes it known holds."""
    return ("all", missing, *(("not", one) for one in known))


_ONE_HANDLE: Test = ("any", ("share", "cores"), ("across_share", "cores", "locals"))
_FULL: Test = ("across_share", "spelled", "written")
_CUT: Test = ("across_share", "cut", "written")
_CUT_FAMILY: Test = ("across_share", "cut_family", "written")
_GIVEN_ALONE: Test = ("across_share", "givens", "written")
_FAMILY_ALONE: Test = ("across_share", "families", "written")
_TURNED: Test = ("across_share", "givens", "families")
_GIVEN_FREE: Test = (
    "all", ("not", ("share", "accounts")), ("any", ("not", _ONE_HANDLE), _no("givens")),
)  # fmt: skip
_FAMILY_FREE: Test = (
    "all", ("not", ("share", "accounts")), ("any", ("not", _ONE_HANDLE), _no("families")),
)  # fmt: skip
"""A handle that both have and that spells one's name says nothing of the other's, where that is known; nor does an account
that is the same one: it is one clue already."""
_GIVEN_FULL: Test = ("all", _FULL, _GIVEN_FREE)
_GIVEN_CUT: Test = ("all", _CUT, _GIVEN_FREE)
_GIVEN_BY: Test = ("all", ("any", _CUT_FAMILY, _GIVEN_ALONE), _GIVEN_FREE)
_FAMILY_FULL: Test = ("all", _FULL, _FAMILY_FREE)
_FAMILY_CUT: Test = ("all", _CUT, _FAMILY_FREE)
_FAMILY_BY: Test = ("all", _FAMILY_ALONE, _FAMILY_FREE)
_BEGUN: Test = ("all", _CUT_FAMILY, _FAMILY_FREE)
_A_NAME: Test = ("any", _FULL, _CUT, _CUT_FAMILY, _GIVEN_ALONE, _FAMILY_ALONE)
"""A handle that only spells the name says what the name says: namesakes choose it as well. It is no second kind of clue."""
_NAMESAKE: Test = ("all", _ONE_HANDLE, _A_NAME)
_TOLD_APART: Test = ("share", "lettered")
"""84b and 84c, where none is shared: whoever shares a number and puts a letter behind it tells themself from the others."""
_INITIAL = 3.3  # bits: about one in ten begins with the same letter
_ONE_MAILBOX: Test = ("across_share", "fair", "locals")
_RELATIVES: Test = (
    "all", ("share", "families"), ("not", _no("givens")), ("not", ("share", "forms")), ("not", ("near", "givens", 0.92)),
)  # fmt: skip
"""One family name and two given names: relatives have it as well, however rare it is among strangers."""
_CUT_ALONE: Test = ("all", _GIVEN_CUT, ("not", _RELATIVES))  # two given names that differ are not one for an initial
_KEEP: Test = ("across_share", "kept_first", "kept_second")
_NAMED: Test = ("any", ("across_share", "named", "accounts"), ("across_share", "named", "emails"))
_SIGNED: Test = ("across_share", "signed", "reached")
_HERE: Test = ("across_share", "mentioned", "places")
_SAME_PLACE: Test = ("any", ("share", "places"), _HERE)
_GIVEN: Test = ("any", ("share", "forms"), _GIVEN_FULL, _GIVEN_BY)
_FAMILY: Test = ("any", ("share", "families"), _FAMILY_FULL, _FAMILY_BY, _FAMILY_CUT)
_BOTH_NAMES: Test = ("all", _GIVEN, _FAMILY)
_NAME_AND_PLACE: Test = ("all", ("any", _GIVEN, _FAMILY), _SAME_PLACE)

_COMPARISONS = (
    Comparison(
        "handle",
        ("all", _no("cores"), ("not", _ONE_MAILBOX)),
        (
            _weighs("one account", ("share", "accounts"), 20),
            _stays("same, as their name is", _NAMESAKE, 0.9),
            _weighs("same and rare", ("share", "rare"), 13),
            _weighs("same", ("share", "fair"), 9, u=1e-4),
            _weighs("of the address", _ONE_MAILBOX, 8, u=1e-4),
            _weighs("same, as many have", ("share", "cores"), 4, u=1e-3),
            _weighs("same but for digits", ("all", ("share", "stems"), ("not", _A_NAME)), 4, u=1e-3),
        ),
        "handle",
        _against(0.9),
    ),
    Comparison(
        "habit",  # how many keep their handle on these two networks
        ("any", _NAMESAKE, ("all", ("not", _KEEP), ("not", ("across_share", "left_first", "left_second")))),
        (
            _weighs("same, as most keep it there", ("all", ("share", "cores"), _KEEP), 0.3, u=0.1),
            _weighs("same, though few keep it there", ("share", "cores"), -0.4, u=0.1),
            _weighs("differs, though most keep it there", _KEEP, -0.5, u=0.5),
        ),
        "handle",
        Level("differs", ("otherwise",), m=0.7, u=0.5),
    ),
    Comparison(
        "digits",
        ("any", _no("numbers"), _ONE_HANDLE),
        (
            _frequent("same, long", ("all", ("share", "followed"), ("share", "numbers3")), "number", 0.3, most=10),
            _frequent("same", ("share", "followed"), "number", 0.3, most=6),
        ),
        "handle",
        Level("differs", ("otherwise",), m=0.5, u=0.5),
    ),
    Comparison(
        "digits_nearly",  # relatives number themselves alike: the decision counts those whom nobody listed
        ("any", _no("numbers"), _ONE_HANDLE, ("share", "followed")),
        (
            _weighs("same, with two letters behind it", _TOLD_APART, -1, u=0.5),
            _frequent("same, otherwise followed", ("share", "numbers"), "number", 0.2, most=9),
            _frequent("same but for the last", ("across_share", "shortened", "numbers"), "number", 0.1, most=5),
        ),
        "digits",
        _against(0.5),
    ),
    Comparison(
        "given",
        _unless(("all", _no("givens"), _no("initials")), _GIVEN_FULL, _GIVEN_CUT, _GIVEN_BY),
        (
            _frequent("same", ("share", "givens"), "given", 0.8, most=13),
            _frequent("short form", ("share", "forms"), "given", 0.2, most=10),
            _frequent("spelled by the handle", _GIVEN_FULL, "given", 0.9, most=13),
            _frequent("the handle alone", _GIVEN_BY, "given", 0.3, most=9),
            _weighs("initial", ("any", _CUT_ALONE, ("all", _no("givens"), ("share", "initials"))), _INITIAL, u=0.08),
            _weighs("nearly the same", ("near", "givens", 0.92), 3, u=1e-2),
            _weighs("said as family name", _TURNED, 0.5, u=0.1),
            _weighs("another one of the family", _RELATIVES, -6.0, u=0.5),
        ),
        "name",
        _against(2.5),
    ),
    Comparison(
        "family",
        _unless(("all", _no("families"), _no("family_initials")), _FAMILY_FULL, _FAMILY_CUT, _FAMILY_BY, _TURNED, _BEGUN),
        (
            _weighs("same, as relatives have it", _RELATIVES, 0.5, u=0.5),
            _frequent("same", ("share", "families"), "family", 0.8),
            _frequent("spelled by the handle", _FAMILY_FULL, "family", 0.9),
            _frequent("cut by the handle", _FAMILY_CUT, "family", 0.6),
            _frequent("the handle alone", _FAMILY_BY, "family", 0.4),
            _frequent("said as given name", _TURNED, "family", 0.2),
            _weighs("initial", ("any", _BEGUN, ("all", _no("families"), ("share", "family_initials"))), _INITIAL, u=0.08),
            _weighs("nearly the same", ("near", "families", 0.93), 4, u=5e-3),
        ),
        "name",
        _against(3.0),
    ),
    Comparison(
        "together",  # names go with languages and with places: what two of them say is not the sum of what each says
        _unless(("all", _no("givens"), _no("written")), _BOTH_NAMES, _NAME_AND_PLACE),
        (
            _stays("both names and the place", ("all", _BOTH_NAMES, _SAME_PLACE), -3),
            _stays("both names", _BOTH_NAMES, -2),
            _stays("a name and the place", _NAME_AND_PLACE, -1),
        ),
        "name",
        Level("differs", ("otherwise",), m=0.5, u=0.5, fixed=True),
    ),
    Comparison("address", _no("emails"), (_weighs("same", ("share", "emails"), 18),), "contact", _against(0.3)),
    Comparison("number", _no("phones"), (_weighs("same", ("share", "phones"), 16),), "contact", _against(0.3)),
    Comparison(
        "site",  # a page on a network or on a link page is a site only where both name it: everybody has another one there
        _unless(_no("hosts"), ("share", "links"), ("share", "domains")),
        (
            _weighs("same page", ("share", "links"), 10),
            _frequent("same host", ("share", "hosts"), "host", 0.5, most=12),
            _frequent("the domain of the address", ("share", "domains"), "domain", 0.5, most=7),  # many use one house of mail
        ),
        "site",
        _against(0.3),
    ),
    Comparison(
        "named",  # anybody may name anybody's account or address as their own
        _unless(_no("named"), _NAMED),
        (_weighs("one names the other", _NAMED, 10), _weighs("both name one", ("share", "named"), 8)),
        "site",
        _against(0.0),
    ),
    Comparison(
        "signature",  # what stands under a letter: anybody may write anybody's number there
        _unless(_no("signed"), _SIGNED),
        (_weighs("names the other's", _SIGNED, 6), _weighs("both name one", ("share", "signed"), 4)),
        "signature",
        _against(0.0),
    ),
    Comparison(
        "cited",  # an order number in somebody's words: of the household, or copied from a picture of a parcel
        _no("cited"),
        (
            _weighs("same, long", ("share", "cited_long"), 11),
            _weighs("same", ("share", "cited"), 7, u=1e-5),
        ),
        "reference",
        _against(0.0),
    ),
    Comparison("echoed", _no("echoed"), (_weighs("same", ("share", "echoed"), 7, u=1e-5),), "reference", _against(0.0)),
    Comparison(
        "place",
        _unless(_no("places"), _HERE),
        (
            _frequent("same", ("share", "places"), "place", 0.6, most=8),
            _frequent("named", _HERE, "place", 0.5, most=7),
        ),
        "place",
        _against(1.0),
    ),
    Comparison("employer", _no("employers"), (_weighs("same", ("share", "employers"), 5, u=0.01),), "work", _against(0.5)),
    Comparison("born", _no("born"), (_weighs("same day", ("equal", "born"), 13, u=1e-5),), "birth", _against(9.0)),
    Comparison("language", _no("languages"), (_weighs("same", ("share", "languages"), 0.5, u=0.5),), "talk", _against(1.0)),
    Comparison(
        "picture",
        _no("bands"),
        (_frequent("alike", ("share_count", "bands", 3), "picture", 0.6, most=6),),
        "picture",
        _against(0.2),
    ),
)  # fmt: skip


def day_one() -> Model:
    """The model before anybody judged anything; its own prior is not used, as every decision states its pool."""
    columns = tuple(Column(name, KINDS.get(name, "texts")) for name in READINGS)
    return Model("social", columns, _COMPARISONS, prior=1e-6, seed=7, pool=(), link=True, notes={"version": VERSION})
