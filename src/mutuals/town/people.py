# ruff: noqa: E501 - tables beside code
"""Households of people who share surnames, addresses, sometimes a mailbox; and the accounts that each of them keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from mutuals.town import names
from mutuals.town.names import Country
from mutuals.town.shapes import Account, Person

SIZES = (
    (1, 41),
    (2, 34),
    (3, 12),
    (4, 9),
    (5, 4),
)  # persons in a household, per cent (Germany 2023, Destatis, rounded)
STRANGERS = 0.12  # share of people that have never bought
BOTS = 0.015
SAME_HANDLE = 0.74  # bluesky and mastodon of one person (see README)
BRAND_HANDLE = 0.19  # handles that carry no name
SAME_SHOWN = 0.45  # people with the same display name everywhere
SECOND_ACCOUNT = 0.04  # two accounts on one network
SHARED_MAIL = 0.07  # households with one mailbox for two people
MAIL_HOSTS = ("mail.example", "post.example", "inbox.example", "kabel.example", "uni.example", "web.example")
SERVERS = ("social.example", "tea.example", "town.example", "kolektiva.example", "nord.example")
HOSTILE = (
    "<script>alert(1)</script>", "=HYPERLINK(\"http://win.example\",\"win\")", "\u202egro.elpmaxe", "<img src=x onerror=alert(1)>",
    "Robert'); DROP TABLE people;--", "Best Deals 🤑🤑🤑", "@everyone", "{{7*7}}",
)  # fmt: skip


def households(people: int, seed: int, now: datetime, days: int, taken: int) -> Iterator[list[Person]]:
    """Households until the town holds `people`, `taken` of whom (the cast) are there already."""
    count, index = taken, 0
    while count < people:
        rng = Random(f"{seed}/household/{index}")  # noqa: S311 - repeatable on purpose
        size = min(rng.choices([size for size, _ in SIZES], [share for _, share in SIZES])[0], people - count)
        yield list(_household(rng, index, size, now, days))
        count += size
        index += 1


def _household(rng: Random, index: int, size: int, now: datetime, days: int) -> Iterator[Person]:
    home = names.country(rng)
    family = names.zipf(rng, home.family)
    town = names.zipf(rng, home.towns)
    phone = f"{home.prefix}{rng.randrange(10_000):04d}"
    shared = f"{_plain(family)}.{index}@{rng.choice(MAIL_HOSTS)}" if rng.random() < SHARED_MAIL else ""
    for place in range(size):
        bot = size == 1 and rng.random() < BOTS / 0.17  # single households hold 17 % of the people
        own = family if rng.random() < 0.86 else names.zipf(rng, home.family)
        person = Person(
            id=f"p{index}.{place}",
            given=names.zipf(rng, home.given),
            family=own,
            country=home,
            town=town,
            kind="bot" if bot else "stranger" if rng.random() < STRANGERS else "customer",
            household=f"h{index}",
            phone=phone if rng.random() < 0.7 else f"{home.prefix}{rng.randrange(10_000):04d}",
            talk=min(rng.lognormvariate(-0.5, 1.0), 30.0),
            since=now - timedelta(days=days * (0.2 + rng.random() * 3), minutes=rng.randrange(1440)),
        )
        _reach(rng, person, shared if place < 2 else "", index, place)
        yield person


def _reach(rng: Random, person: Person, shared: str, index: int, place: int) -> None:
    """Give a person a mailbox and accounts. A stranger has no mailbox that we know, a bot only a network account."""
    handle = handle_of(rng, person, index, place)
    if person.kind == "customer":
        person.emails = (shared or email_of(rng, person, index, place),)
        if rng.random() < 0.12:
            person.emails += (f"{_plain(person.given)}{index}.{place}@{rng.choice(MAIL_HOSTS)}",)
        person.accounts += [Account("email", email, email, person.name, person.id) for email in person.emails]
        if rng.random() < 0.18:
            person.accounts.append(Account("web", f"w{index}-{place}", person.emails[0], person.name, person.id))
    social = rng.random()
    customer = person.kind == "customer"
    if social < (0.32 if customer else 0.62):
        person.accounts.append(mastodon(rng, person, handle, f"{index}.{place}.a"))
    if (social < 0.12 and customer) or 0.32 < social < 0.48 or not (customer or social < 0.62):
        other = handle if rng.random() < SAME_HANDLE else handle_of(rng, person, index, place)
        person.accounts.append(bluesky(rng, person, other, f"{index}.{place}.b"))
    if person.accounts and person.accounts[-1].network in ("mastodon", "bluesky") and rng.random() < SECOND_ACCOUNT:
        make = mastodon if person.accounts[-1].network == "mastodon" else bluesky
        person.accounts.append(make(rng, person, f"{handle}_tea", f"{index}.{place}.c"))


def mastodon(rng: Random, person: Person, handle: str, salt: str) -> Account:
    """An account on one of the servers of the fediverse; the key is its address, which never changes there."""
    server = rng.choice(SERVERS)
    key = f"https://{server}/users/{handle}"
    return Account("mastodon", key, f"{handle}@{server}", _shown(rng, person, handle), person.id,
                   bot=person.kind == "bot", bio=_bio(rng, person), site=_site(rng, person, salt))  # fmt: skip


def bluesky(rng: Random, person: Person, handle: str, salt: str) -> Account:
    """An account with a did:plc, which is its key whatever the handle becomes."""
    did = f"did:plc:{base32(f'{person.id}/{salt}', 24)}"
    name = f"{handle.replace('_', '-').replace('.', '-')}.bsky.example"
    return Account("bluesky", did, name, _shown(rng, person, handle), person.id,
                   bot=person.kind == "bot", bio=_bio(rng, person))  # fmt: skip


def base32(text: str, length: int) -> str:
    """Lower-case letters and 2-7 that follow from the text alone."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(alphabet[byte & 31] for byte in hashlib.sha512(text.encode()).digest()[:length])


def handle_of(rng: Random, person: Person, index: int, place: int) -> str:
    """A handle: from the name in one of six ways, or a word that says nothing; made unique by the household's number."""
    given, family = _plain(person.given), _plain(person.family)
    if person.kind == "bot":
        return f"deals{index}"
    if rng.random() < BRAND_HANDLE:
        return f"{rng.choice(names.BRANDLIKE).replace(' ', '_')}{index}{place or ''}"
    form = rng.choice(
        (
            f"{given}{family}",
            f"{given}_{family}",
            f"{given[0]}{family}",
            f"{given}{family[0]}",
            f"{family}{given[0]}",
            given,
        )
    )
    return f"{form}{index}{place or ''}" if rng.random() < 0.999 else f"{form}{index}x{place}"


def email_of(rng: Random, person: Person, index: int, place: int) -> str:
    """A mailbox that is nobody else's."""
    given, family = _plain(person.given), _plain(person.family)
    form = rng.choice((f"{given}.{family}", f"{given[0]}.{family}", f"{family}.{given}", f"{given}{family}"))
    return f"{form}.{index}{chr(97 + place)}@{rng.choice(MAIL_HOSTS)}"


def _shown(rng: Random, person: Person, handle: str) -> str:
    if person.kind == "bot":
        return rng.choice(HOSTILE)
    if rng.random() < SAME_SHOWN:
        return person.name
    nick = names.NICK.get(person.given, person.given)
    return rng.choice(
        (
            person.given,
            nick,
            f"{nick} {person.family}",
            f"{person.given} {person.family[0]}.",
            f"{person.given} 🫖",
            handle,
        )
    )


def _bio(rng: Random, person: Person) -> str:
    if person.kind == "bot":
        return "Best deals. <b>Click</b> http://win.example"
    likes = rng.choice(("tea", "bikes", "old maps", "choir", "gardens", "trains", "bread", "chess"))
    return rng.choice((f"{person.town}, {likes}.", f"Mostly {likes}.", "", f"{likes} and cats. {person.town}"))


def _site(rng: Random, person: Person, salt: str) -> str:
    return f"https://{_plain(person.given)}-{salt.replace('.', '-')}.example" if rng.random() < 0.08 else ""


def _plain(text: str) -> str:
    """Letters for handles and mailboxes: accents folded, blanks and apostrophes dropped."""
    return "".join(_FOLD.get(char, char) for char in text.lower() if char.isalpha())


_FOLD = dict(zip("äöüßáàâãéèêëíìîïóòôõúùûñçşığøå", (
    "ae", "oe", "ue", "ss", *"aaaa", *"eeee", *"iiii", *"oooo", *"uuu", "n", "c", "s", "i", "g", "o", "a"), strict=True))  # fmt: skip


def country_of(code: str) -> Country:
    """The country of that ISO code."""
    return next(country for country in names.COUNTRIES if country.code == code)
