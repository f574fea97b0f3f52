"""People and their accounts as cards, made by chance: what tests of the social model compare."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pyarrow

from mutuals.identity.model import social
from mutuals.identity.model.arrow import table_of
from mutuals.identity.model.card import Card, Column, Value, row_of
from mutuals.identity.reading import handles, names, places

GIVEN = (
    "William",
    "Bill",
    "Katherine",
    "Kate",
    "Aino",
    "José",
    "Zoë",
    "Ivan",
    "Иван",
    "陽子",
    "Yoko",
    "Mohammed",
    "Søren",
    "Lu",
)
FAMILY = (
    "Okonkwo",
    "Lindqvist",
    "Petrescu",
    "Petrescou",
    "O'Neill",
    "Müller",
    "Иванов",
    "Ivanov",
    "山田",
    "Yamada",
    "Núñez",
    "Li",
)
TOWNS = ("Porto", "Köln", "Αθήνα", "Saint-Étienne", "Oslo", "Lagos")
FIRMS = ("Brandmeyer & Söhne", "Acme", "Øresund Coffee", "株式会社山田", "Lagos Freight")
WORDS = ("kettle", "moon", "otter", "pixel", "saddle", "quiet", "vinyl", "tango", "ember", "brook")
HOSTS = ("beapours.example", "quiet-otter.example", "kettle.example", "acme.example")
NETWORKS = ("mastodon", "twitter", "instagram", "github", "bluesky", "linkedin", "youtube")


def people(rng: random.Random, many: int) -> Iterator[Card]:
    """Cards: of each person what a list says, and what an account or two of theirs say."""
    for number in range(many):
        given, family = rng.choice(GIVEN), rng.choice(FAMILY)
        handle = _handle(rng, given, family)
        held = {
            "emails": (f"{rng.choice((handle, rng.choice(WORDS) + str(rng.randrange(40))))}@{rng.choice(HOSTS)}",),
            "phones": (f"+3519{rng.randrange(60):08}",),
            "hosts": (rng.choice(HOSTS),),
            "links": (f"{rng.choice(HOSTS)}/{rng.choice(WORDS)}",),
            "cities": ((town := rng.choice(TOWNS)),),
            "mentioned": (places.city(rng.choice((town, "Lima"))),),
            "named": (
                f"{rng.choice(NETWORKS)} {rng.choice((handle, 'team'))}",
                f"{rng.choice(WORDS)}{rng.randrange(40)}@{rng.choice(HOSTS)}",
            ),
            "signed": (f"+3519{rng.randrange(60):08}", f"{rng.choice(WORDS)}@{rng.choice(HOSTS)}"),
            "organisations": (rng.choice(FIRMS),),
            "birth_dates": (f"19{rng.randrange(60, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}",),
            "cited": (
                rng.choice((f"K{rng.randrange(20_310, 20_316)}", f"KW{rng.randrange(1_004_200, 1_004_206)}")),
                f"~{rng.randrange(6):016x}",
            ),
            "languages": (rng.choice(("en-GB", "pt", "de", "en")),),
            "pictures": (rng.choice((f"{rng.getrandbits(64):016x}", f"{rng.randrange(4):016x}")),),
        }
        yield _card(rng, f"{number}", f"{given} {family}", (), held)
        for account in range(rng.randrange(1, 3)):
            shown = rng.choice((f"{given} {family}", given, "", handle, f"{given} {rng.choice(FAMILY)}"))
            own = handle if rng.random() < 0.6 else _handle(rng, given, family)
            yield _card(rng, f"{number}.{account}", shown, ((rng.choice(NETWORKS), own),), held)


def _handle(rng: random.Random, given: str, family: str) -> str:
    one, two = rng.choice(WORDS), rng.choice(WORDS)
    ways = (
        given + family,
        given[0] + family,
        one,
        one + two,
        f"{one}{rng.randrange(100)}",
        f"{one}{rng.randrange(110, 140)}",
        f"{one}{rng.randrange(110, 114)}{rng.choice('bc')}",
        f"{one}.{two}.{rng.choice(WORDS)}{rng.randrange(9)}",
    )
    return rng.choice(ways).replace("'", "").replace(" ", "").lower()


def _card(
    rng: random.Random, key: str, shown: str, accounts: tuple[tuple[str, str], ...], held: dict[str, tuple[str, ...]]
) -> Card:
    called = [name for name in names.readings(shown) if name.family] if shown else []
    told = {name: values for name, values in held.items() if rng.random() < 0.45}
    return Card(
        key,
        given=tuple(name.given for name in called),
        family=tuple(name.family for name in called),
        accounts=tuple(f"{network} {handle}" for network, handle in accounts),
        handles=tuple((network, handles.read(handle, network).core) for network, handle in accounts),
        **told,  # type: ignore[arg-type]
    )


def rows_of(cards: list[Card]) -> tuple[list[dict[str, Value]], pyarrow.Table]:
    """The cards read into the columns of the social model, for both engines; the ids are places in the list."""
    rows = [row_of(card, social.READINGS) for card in cards]
    model = social.day_one()
    frequent = sorted({level.tf for comparison in model.comparisons for level in comparison.levels if level.tf})
    columns: list[Column] = [*model.columns, *with_frequencies(rows, frequent)]
    return rows, table_of(range(len(rows)), rows, columns)


def with_frequencies(rows: list[dict[str, Value]], columns: list[str]) -> list[Column]:
    """Write `tf_<column>` onto the rows: the share of the rows with any text there that hold the same. Returns the columns."""
    added = []
    for name in columns:
        counts = Counter(row[name] for row in rows if row.get(name) is not None)
        held = counts.total()
        for row in rows:
            row[f"tf_{name}"] = counts[row[name]] / held if row.get(name) is not None else None
        added.append(Column(f"tf_{name}", "number"))
    return added
