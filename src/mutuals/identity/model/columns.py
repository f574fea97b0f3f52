"""How a card of people and their accounts is read into columns. Raise `READING` when anything here reads otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from mutuals.identity.model.card import Card, Reading
from mutuals.identity.model.conflicts import CROWD
from mutuals.identity.reading import handles, letters, names, places, references, sites

READING = "social-8"  # raised when READINGS read otherwise, so that what is stored is read anew
_MOST = 12  # values of one column
_RARE, _FAIR = 35.0, 24.0  # bits of entropy
_BITS_A_LETTER, _BITS_A_DIGIT = 3.6, 3.3  # of handles: below the 4.1 bits of random English letters
_FORMS = 8  # short and long forms of a given name
_DIGITS = re.compile(r"\d{2,9}")
_FOLLOWED = re.compile(r"\d{2,9}[a-z]*")
_LETTERED = re.compile(r"(\d{2,9})[a-z](?![a-z])")
_KEPT = (  # pairs of networks on which most keep their handle, and on which few do (3,542 pairs of accounts of politicians and
    # programmers, counted)
    (
        ("mastodon", "twitter"), ("instagram", "twitter"), ("bluesky", "mastodon"), ("bluesky", "twitter"),
        ("github", "mastodon"),
    ),
    (
        ("github", "linkedin"), ("twitter", "youtube"), ("bluesky", "linkedin"), ("linkedin", "twitter"),
        ("linkedin", "mastodon"),
    ),
)  # fmt: skip


@lru_cache(10_000)
def entropy(handle: str) -> float:
    """About how many bits a handle tells: letters and digits, repeated ones count little."""
    digits = sum(map(str.isdigit, handle))
    fresh = len(set(handle)) / max(len(handle), 1)
    return (_BITS_A_LETTER * (len(handle) - digits) + _BITS_A_DIGIT * digits) * min(1.0, 0.4 + fresh)


def _once(values: Iterable[str], most: int = _MOST) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))[:most]


def _plain(values: Iterable[str]) -> tuple[str, ...]:
    return _once(map(letters.plain, values))


def _cores(card: Card) -> tuple[str, ...]:
    return _cores_of(card.handles[:_MOST]) if card.handles else ()


@lru_cache(1_000)  # several columns read the same
def _cores_of(pairs: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return _plain(handle for _, handle in pairs)


def _locals(card: Card) -> tuple[str, ...]:
    return _locals_of(card.emails[:_MOST]) if card.emails else ()


@lru_cache(1_000)
def _locals_of(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return _once(core for core in _plain(map(_local, addresses)) if len(core) > 4)


def _local(address: str) -> str:
    return address.rpartition("@")[0].partition("+")[0]


def _labels(card: Card) -> tuple[str, ...]:
    """What people call their own sites."""
    return _plain(sites.own_label(host) for host in card.hosts[:_MOST])


def _over(cores: Iterable[str], least: float) -> tuple[str, ...]:
    return tuple(core for core in cores if entropy(core) >= least)


def _stems(card: Card) -> tuple[str, ...]:
    return _once(stem for core in (*_cores(card), *_locals(card)) if len(stem := core.strip("0123456789")) > 4)


def _written(card: Card) -> tuple[str, ...]:
    """What may spell a name: handles, mailboxes and labels of sites, without numbers and the usual words around a name."""
    cores = _once((*_cores(card), *_labels(card), *_locals(card)))
    return _once((form for core in cores for form in handles.bare(core)), 4 * _MOST)


def _pairs(card: Card) -> Iterator[tuple[str, str]]:
    yield from zip(card.given[:4], card.family[:4], strict=False)


def _whole(card: Card) -> tuple[str, ...]:
    return _once(f"{given} {family}" for given, family in _pairs(card) if given and family)


def _givens(card: Card) -> tuple[str, ...]:
    """The given names in full. One word by itself is rather a given name than a family name: it may be either."""
    return _once(word for given, family in _pairs(card) if len(word := given or family) > 1)


def _families(card: Card) -> tuple[str, ...]:
    return _once(family for given, family in _pairs(card) if given and len(family) > 1)


def _forms(card: Card) -> tuple[str, ...]:
    return _once((form for given in _givens(card) for form in (given, *names.shorts(given)[:_FORMS])), 3 * _MOST)


def _initials(card: Card) -> tuple[str, ...]:
    return _once(given[0] for given, family in _pairs(card) if given and family)


def _family_initials(card: Card) -> tuple[str, ...]:
    return _once(family[0] for given, family in _pairs(card) if given and family)


def _spelled(card: Card) -> tuple[str, ...]:
    found = (
        word
        for given, family in _pairs(card)
        if len(given) > 1 and len(family) > 1
        for form in (given, *names.shorts(given)[:_FORMS])
        for word in (form + family, family + form)
    )
    return _once((word for word in found if len(word) > 4), 3 * _MOST)


def _cut(card: Card) -> tuple[str, ...]:
    """The family name in full, the given name cut to its first letter."""
    found = (word for g, f in _pairs(card) if g and len(f) > 1 for word in (g[0] + f, f + g[0]))
    return _once(word for word in found if len(word) > 3)


def _cut_family(card: Card) -> tuple[str, ...]:
    return _once(word for g, f in _pairs(card) if len(g) > 1 and f for word in (g + f[0],) if len(word) > 3)


def _numbers(card: Card) -> tuple[str, ...]:
    return _once(run for core in (*_cores(card), *_labels(card), *_locals(card)) for run in _DIGITS.findall(core))


def _followed(card: Card) -> tuple[str, ...]:
    """Numbers with the letters behind them: 84b is another one than 84c."""
    return _once(run for core in (*_cores(card), *_labels(card), *_locals(card)) for run in _FOLLOWED.findall(core))


def _lettered(card: Card) -> tuple[str, ...]:
    """Numbers that one letter tells from others of the same: 84b."""
    words = (*_cores(card), *_labels(card), *_locals(card))
    return _once(run[1] for core in words for run in _LETTERED.finditer(core))


def _behind(card: Card) -> tuple[str, ...]:
    """Numbers with where they stand and what is behind them, `84 mail b`; a longer one also as `84 handle 2` of 842."""
    sides = (("handle", _cores(card)), ("mail", _locals(card)), ("site", _labels(card)))
    found = list[str]()
    for where, words in sides:
        for core in words:
            for run in _DIGITS.finditer(core):
                number, rest = run[0], core[run.end() : run.end() + 2]
                found.append(f"{number} {where} {rest}")
                if len(number) > 2:
                    found.append(f"{number[:-1]} {where} {number[-1]}{rest}")
    return _once(found, 2 * _MOST)


def _longer(card: Card, least: int) -> tuple[str, ...]:
    return tuple(number for number in _numbers(card) if len(number) >= least)


def _bands(card: Card) -> tuple[str, ...]:
    return tuple(f"{at}{picture[at : at + 4]}" for picture in card.pictures[:3] for at in range(0, len(picture), 4))


def _sides(card: Card, number: int, place: int) -> tuple[str, ...]:
    """The pairs of networks of which it has the first account, or the second."""
    held = {network for network, _ in card.handles}
    return tuple("-".join(pair) for pair in _KEPT[number] if pair[place] in held)


def _mail_domains(card: Card) -> tuple[str, ...]:
    return _once(domain for address in card.emails[:_MOST] if (domain := sites.own_domain(address)) not in card.houses)


def _domains(card: Card) -> tuple[str, ...]:
    """Hosts of sites, and domains of addresses where not anybody may have a mailbox; without those of organisations."""
    return _once([*card.hosts[:_MOST], *_mail_domains(card)])


def _cited(card: Card) -> tuple[str, ...]:
    """Numbers of orders and customers, without the marks of texts."""
    return _once(one for one in card.cited if one[0] != "~")


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)


_SERVERS = (
    "mastodon",
)  # networks of many servers, on each of which anybody may take a handle that is somebody's elsewhere
READINGS: Mapping[str, Reading] = {
    "given": lambda card: _first(_givens(card)),
    "family": lambda card: _first(_families(card)),
    "names": _whole,
    "givens": _givens,
    "forms": _forms,
    "initials": _initials,
    "families": _families,
    "family_initials": _family_initials,
    "spelled": _spelled,
    "cut": _cut,
    "cut_family": _cut_family,
    "written": _written,
    "cores": _cores,
    "fair": lambda card: _over(_cores(card), _FAIR),
    "rare": lambda card: _over(_cores(card), _RARE),
    "locals": lambda card: _over(_locals(card), _FAIR),
    "stems": _stems,
    "number": lambda card: _first(sorted(_numbers(card), key=len, reverse=True)),
    "numbers": _numbers,
    "followed": _followed,
    "numbers3": lambda card: _longer(card, 3),
    "lettered": _lettered,
    "behind": _behind,
    "shortened": lambda card: _once(number[:-1] for number in _longer(card, 3)),
    "kept_first": lambda card: _sides(card, 0, 0),
    "kept_second": lambda card: _sides(card, 0, 1),
    "left_first": lambda card: _sides(card, 1, 0),
    "left_second": lambda card: _sides(card, 1, 1),
    "emails": lambda card: card.emails[:_MOST],
    "phones": lambda card: card.phones[:_MOST],
    "accounts": lambda card: card.accounts[:_MOST],
    "named": lambda card: card.named[:_MOST],
    "signed": lambda card: card.signed[: 2 * _MOST],
    "reached": lambda card: _once([*card.emails[:_MOST], *card.phones[:_MOST], *card.hosts[:_MOST]], 3 * _MOST),
    "links": lambda card: card.links[:_MOST],
    "host": lambda card: _first(card.hosts),
    "hosts": lambda card: card.hosts[:_MOST],
    "domain": lambda card: _first(_mail_domains(card)),
    "domains": _domains,
    "place": lambda card: _first(_once(map(places.city, card.cities))),
    "places": lambda card: _once(map(places.city, card.cities)),
    "mentioned": lambda card: card.mentioned[: 4 * _MOST],
    "employers": lambda card: _plain(card.organisations),
    "sole": lambda card: card.sole[:_MOST],
    "holders": lambda card: tuple(" ".join(pair) for pair in card.holders[:_MOST]),
    "firms": lambda card: card.firms[:_MOST],
    "handles": lambda card: tuple(" ".join(pair) for pair in card.handles[:_MOST] if pair[0] in _SERVERS),
    "refused": lambda card: card.refused,
    "cited": _cited,
    "cited_long": lambda card: tuple(filter(references.is_long, _cited(card))),
    "echoed": lambda card: _once(one for one in card.cited if one[0] == "~"),
    "crowd": lambda card: str(card.presences) if card.presences >= CROWD else None,
    "born": lambda card: next((day for day in card.birth_dates if len(day) == 10), None),
    "languages": lambda card: _once(language[:2].lower() for language in card.languages[:_MOST]),
    "picture": lambda card: _first(card.pictures),
    "bands": _bands,
}
KINDS = dict.fromkeys(("given", "family", "number", "host", "domain", "place", "born", "picture", "crowd"), "text")
