"""Numbers that a company gives to one customer, as somebody writes them: of an order, of a customer. Pure.

Which of them is one is for the tables to say. What may be guessed or met by chance is none here: fewer than five digits,
fewer than six without a letter, dates, telephone numbers, parts of addresses. Texts that are full of numbers name none.
"""

from __future__ import annotations

import re

LONGEST = 5_000  # characters of a text that are read
MOST = 20  # numbers of a text; a list of more is nobody's order
LONG = 7  # digits from which hardly anybody hits one by chance
_FEWEST, _FEWEST_ALONE = 5, 6  # digits beside letters, and without any
_WRITTEN = re.compile(r"(?<![\w+@./-])([a-z0-9]{1,20}(?:[-_/][a-z0-9]{1,20}){0,4})(?![\w@]|[./-]\w)", re.I | re.ASCII)
_PREFIX = re.compile(r"(?:^|[^\w])([a-z]{1,4})[ .:]{1,2}#?$", re.I | re.ASCII)  # the K of "K 20311"
_DIGIT = re.compile("[0-9]")
_PARTED = re.compile(r"[^0-9A-Za-z]+")
_PARTS = re.compile(r"[A-Za-z]+|[0-9]+")
_SEPARATORS = (
    "",
    "-",
    " ",
    "/",
    ".",
)  # what stands between the parts of one number, as people and indexes of words have it
_DATE = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)\d\d|\d\d)"
)
_TELEPHONE = 9  # digits of a number that begins with 0


def named(text: str) -> dict[str, str]:
    """What may be such a number in the words of whoever wrote this: `plain` form -> as written. Quoted lines are not theirs."""
    if len(_DIGIT.findall(text, 0, LONGEST)) < _FEWEST:
        return {}
    own = "\n".join(line for line in text[:LONGEST].splitlines() if not line.lstrip().startswith((">", "|")))
    found = dict[str, str]()
    for match in _WRITTEN.finditer(own):
        words = [match[1]]
        if match[1][0].isdigit() and (before := _PREFIX.search(own, max(0, match.start() - 8), match.start())):
            words.append(before[1] + match[1])
        found |= {plain(word): word for word in words if is_telling(plain(word))}
        if len(found) > MOST:
            return {}
    return found


def plain(written: str) -> str:
    """One writing for one number: letters and digits alone, in capitals."""
    return _PARTED.sub("", written).upper()


def is_telling(of: str) -> bool:
    """Whether a number in its plain form is long enough, and no date and no telephone number."""
    digits = sum(letter.isdigit() for letter in of)
    if len(of) > 40 or digits < _FEWEST:
        return False
    if digits < len(of):
        return True
    return digits >= _FEWEST_ALONE and not _DATE.fullmatch(of) and not (of[0] == "0" and digits >= _TELEPHONE)


def is_long(of: str) -> bool:
    """Whether hardly anybody would hit it by chance."""
    return sum(letter.isdigit() for letter in of) >= LONG


def spellings(number: str) -> list[str]:
    """The ways to write a number that an index of words takes for different ones; always five."""
    parts = _PARTS.findall(number)
    return [separator.join(parts) for separator in _SEPARATORS]
