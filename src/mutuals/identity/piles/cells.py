"""How one cell of a file is read into what is compared: folded words, sounds, dates, numbers, names in their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from anyascii import anyascii

from mutuals.identity.model.card import Value
from mutuals.identity.reading import names
from mutuals.identity.reading.given_names import KNOWN

LONGEST = 80
"""Letters of one value that are compared; likeness costs by the square of it."""
MOST = 20
"""Values of one cell that are looked at."""
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d+")


def fold(text: str) -> str:
    """Latin letters and digits in lower case, words parted by one blank."""
    return " ".join(_WORD.findall(anyascii(text[: 4 * LONGEST]).lower()))[:LONGEST].strip()


def code(text: str) -> str:
    """Letters and digits only, in lower case: for postcodes, numbers and marks."""
    return "".join(_WORD.findall(anyascii(text[: 4 * LONGEST]).lower()))[:LONGEST]


def sound(text: str) -> str:
    """How a name sounds, roughly: its first letter and then its consonants in eight groups, without doubles.

    After Russell's Soundex (1918), longer by one and with H, W and the vowels parting nothing.
    """
    if not text:
        return ""
    groups = str.maketrans("bfpvcgjkqsxzdtlmnr", "111122222222334556", "aeiouyhw0123456789 ")
    coded = text[1:].translate(groups)
    first = text[0].translate(str.maketrans("cqgjyzvph", "kkkiisfff"))
    return first + re.sub(r"(\d)\1+", r"\1", coded)[:4]


def born(text: str) -> str | None:
    """A date of birth as YYYY-MM-DD, however it is written; days before months where it cannot be told. None for no date."""
    parts = _DIGITS.findall(text[:40])
    if len(parts) == 1 and len(parts[0]) == 8:
        whole = parts[0]
        parts = (
            [whole[:4], whole[4:6], whole[6:]]
            if whole[:2] in ("18", "19", "20")
            else [whole[4:], whole[2:4], whole[:2]]
        )
    elif len(parts) >= 3 and len(parts[2]) == 4:
        parts = [parts[2], parts[1], parts[0]] if int(parts[1]) <= 12 else [parts[2], parts[0], parts[1]]
    if not parts or len(parts[0]) != 4:
        return None
    return "-".join([parts[0], *(part.zfill(2)[:2] for part in parts[1:3])])


def read_email(name: str, value: str, row: dict[str, Value]) -> None:
    """Addresses of mail, the first of them the one that is compared, and the digits before its @ (maybe none)."""
    boxes = [box.strip().lower()[:LONGEST] for box in value.split(";")[:MOST] if "@" in box]
    if boxes:
        local = boxes[0].split("@")[0]
        number = "".join(_DIGITS.findall(local))
        row |= {"email": boxes[0], "email_local": local or None, "email_number": number, "emails": tuple(boxes)}
        given, family = row.get("given"), row.get("family")
        if isinstance(given, str) and spells(local, given, family if isinstance(family, str) else ""):
            row["email_given"] = given


def read_phone(name: str, value: str, row: dict[str, Value]) -> None:
    """The last nine digits of each number."""
    numbers = ["".join(_DIGITS.findall(number))[-9:] for number in value.split(";")[:MOST]]
    if numbers := [number for number in numbers if len(number) >= 5]:
        row |= {"phone": numbers[0], "phones": tuple(numbers)}


def read_words(name: str, value: str, row: dict[str, Value]) -> None:
    """Some words: whole, one by one, and how they sound."""
    if whole := fold(value):
        words = [word for word in whole.split() if len(word) > 1]
        row |= {name: whole, f"{name}_words": tuple(dict.fromkeys(words)) or None, f"{name}_sound": sound(whole)}


def read_mark(name: str, value: str, row: dict[str, Value]) -> None:
    """A number or a mark, and its first half."""
    if whole := code(value):
        row |= {name: whole, f"{name}_area": whole[: -(len(whole) // 2)] or whole}


def read_kind(name: str, value: str, row: dict[str, Value]) -> None:
    """One of a few, folded."""
    row[name] = fold(value) or None


def read_born(name: str, value: str, row: dict[str, Value]) -> None:
    """A date of birth, its year, its day, and day and month changed over."""
    if day := born(value):
        year, *rest = day.split("-")
        row |= {"born": day, "born_year": year, "born_years": float(year)}
        if len(rest) == 2:
            row |= {"born_day": "-".join(rest), "born_swapped": f"{year}-{rest[1]}-{rest[0]}"}


def read_names(record: Mapping[str, str], row: dict[str, Value]) -> None:
    """Given and family name out of whichever columns hold them, and all other names."""
    given, family = fold(record.get("given_name", "")), fold(record.get("family_name", ""))
    told = record.get("name") or record.get("display_name") or ""
    words = fold(told).split()
    if not given and not family and words:
        given, family = words[0], " ".join(words[1:][-1:])
        if "," in told and family:
            family, given = fold(told.split(",", 1)[0]), fold(told.split(",", 1)[1]).split(" ")[0]
    every = dict.fromkeys([*given.split(), *family.split(), *words, *fold(record.get("nickname", "")).split()])
    if not every:
        return
    others = [name for name in every if name not in given.split() and name not in family.split()]
    row |= {
        "given": given or None,
        "given_sound": sound(given) or None,
        "givens": (given,) if given else None,
        "family": family or None,
        "family_sound": sound(family) or None,
        "families": (family,) if family else None,
        "names": tuple(every),
        "others": tuple(others) or None,
        "forms": forms(given),
        "given_listed": 1.0 if given in KNOWN else None,
    }


@lru_cache(maxsize=20_000)
def forms(given: str) -> tuple[str, ...] | None:
    """The full forms of a given name, with itself: bill -> william."""
    return (given, *sorted(names.longs(given) - {given})) if given else None


def spells(local: str, given: str, family: str) -> bool:
    """Whether what stands before an @ says this given name: `tom`, `tom.berg`, `bergtom`, `tomb`."""
    given, family = given.replace(" ", ""), family.replace(" ", "")
    if len(given) < 3:  # two letters may be anybody's initials
        return False
    said = {given, given + family, family + given, given + family[:1], family[:1] + given}
    return not said.isdisjoint(_LETTERS.findall(anyascii(local)))
