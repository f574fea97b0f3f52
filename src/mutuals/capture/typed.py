"""Where words that staff typed name one person: found by name, handle, address and number, to be told, never rewritten.

Each room says by a statement what is typed in it (`places` takes it): rows of a text key of the record ("rule:7"), where
in it, the number of the member of staff whose it is (or NULL), and the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mutuals.base import bulk
from mutuals.base.normal import in_form
from mutuals.capture._named import SHORTEST, Named
from mutuals.capture.privacy import names_of, sure_of
from mutuals.people.privacy import Holder

_TAIL = 8  # last figures by which a phone number is known, with its country or without
_NUMBER = re.compile(r"[+(]?\d[\d\s()/.\u2010-\u2015-]{6,30}\d")
_WIDE = """
SELECT about, place, whose, told FROM ({typed}) AS t (about, place, whose, told)
WHERE {among} (lower(normalize(told, NFC)) LIKE ANY(%s::text[]) OR told LIKE '%%\\%%%%' OR told LIKE '%%\\\\%%'
OR regexp_replace(told, '[^0-9]', '', 'g') LIKE ANY(%s::text[])) ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A record by its text key, where in it the words stand, and whose it is by number of staff (None = nobody's)."""

    about: str
    where: str
    of: int | None

    def plain(self) -> dict[str, Any]:
        """As a receipt keeps it: it says where, and never what."""
        return asdict(self)


class Sought:
    """One person, to be found in texts."""

    def __init__(self, who: Holder) -> None:
        words = {*sure_of(who), *names_of(who)}
        self._words = sorted({_plain(one).lstrip("@") for one in words if len(_plain(one).lstrip("@")) >= SHORTEST})
        self._named = Named(self._words)
        told = {re.sub(r"\D", "", key) for network, key in who.handles if network == "phone"}
        self._tails = sorted({key[-_TAIL:] for key in told if len(key) >= _TAIL})

    def places(self, typed: str, *, among: Sequence[Place] | None = None) -> list[Place]:
        """Where a statement's texts name them, each place once; `typed` is ours, in SQL, as the module tells.

        With `among` only the records of these are looked at.
        """
        if not (self._words or self._tails):
            return []
        sql, values = _WIDE.replace("{typed}", typed), list[Any]()
        if among is not None:
            values.append(sorted({one.about for one in among}))
        sql = sql.replace("{among}", "" if among is None else "about = ANY(%s::text[]) AND")
        values += [[_pattern(one) for one in self._words], [f"%{one}%" for one in self._tails]]
        likely = bulk.execute(sql, values)
        return list(
            dict.fromkeys(Place(about, place, whose) for about, place, whose, told in likely if self.named(told))
        )

    def named(self, text: str) -> bool:
        """Whether the text names them: a handle or name as a whole, or a number however it is parted."""
        if self._named and self._named.in_text(_plain(text)):
            return True
        return (
            any(_digits(found).endswith(tuple(self._tails)) for found in _NUMBER.findall(text))
            if self._tails
            else False
        )


def _plain(text: str) -> str:
    return " ".join(in_form("NFC", text).split())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _pattern(words: str) -> str:
    safe = re.sub(r"([\\%_])", r"\\\1", words.lower())
    return "%" + "%".join(safe.split()) + "%"
