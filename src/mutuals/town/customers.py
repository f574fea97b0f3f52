"""Customer files as two systems would export them: a tidy CSV with slips, and a messy workbook of an older shop."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from typing import IO

from mutuals.town.shapes import Order, Person
from mutuals.town.sheet import Sheet

COLUMNS = (
    "customer_id", "given_name", "family_name", "email", "phone", "organisation", "city", "country", "language",
    "birthday", "mastodon", "bluesky", "tags", "created_at", "note",
)  # fmt: skip
TYPOS = 0.08  # share of names with a slip
TWICE = 0.07  # customers that are in the CSV under two numbers
OLD_SHOP = 0.3  # customers that are in the workbook too
_NEAR = {"a": "s", "e": "r", "i": "o", "n": "m", "r": "t", "s": "d", "t": "z", "m": "n", "o": "p", "u": "i"}


class Customers:
    """Writes customers.csv, customers.xlsx and organisations.csv; numbers customers as they come."""

    def __init__(self, out: Path, organisations: list[tuple[str, str, str, str]]) -> None:
        self._file: IO[str] = (out / "customers.csv").open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        self._sheet = Sheet(out / "customers.xlsx", "Kunden")
        self._sheet.row("Kundenliste Filiale Süd", "", "", "", "", "", "")
        self._sheet.row("Kdnr.", "Kunde", "E-Mail", "Telefon", "Ort", "Kunde seit", "Bemerkung")
        self._organisations = organisations
        self._next = 2_001
        self.rows = 0
        self.sheet_rows = 0
        self.old: dict[str, list[str]] = {}

    def number(self, rng: Random, person: Person) -> None:
        """Give a customer one number, or two."""
        for _ in range(2 if rng.random() < TWICE else 1):
            person.customer_ids.append(f"K-{self._next}")
            self._next += 1
        if rng.random() < 0.06 and self._organisations:
            person.organisation = rng.choice(self._organisations)[1]

    def write(self, rng: Random, person: Person) -> list[str]:
        """The rows of one customer; the numbers that the workbook gave them."""
        clean = person.id in {"bea", "bo", "dora"}
        for place, customer in enumerate(person.customer_ids):
            self._rows.writerow(_row(rng, person, customer, slips=not clean, again=place > 0))
            self.rows += 1
        if person.id != "bea" and rng.random() >= OLD_SHOP:
            return []
        self.sheet_rows += 1
        number = f"S{self.sheet_rows:06d}"
        self._sheet.row(*_old_row(rng, person, number))
        return [number]

    def close(self) -> None:
        """Finish both files."""
        self._file.close()
        self._sheet.close()


def _row(rng: Random, person: Person, customer: str, *, slips: bool, again: bool) -> list[str]:
    given, family = person.given, person.family
    if slips and rng.random() < (0.4 if again else TYPOS):
        given, family = (slip(rng, given), family) if rng.random() < 0.4 else (given, slip(rng, family))
    email = person.emails[-1 if again else 0] if person.emails and (not slips or rng.random() < 0.88) else ""
    if slips and email and rng.random() < 0.02:
        email = rng.choice(
            (email.upper(), f" {email}", email.replace("@", ".at.", 1), email.replace(".example", ".exmaple"))
        )
    accounts = {account.network: account.handle for account in person.accounts}
    told = not slips or rng.random() < 0.12
    birthday = (
        f"{rng.randrange(1940, 2006)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
        if rng.random() < 0.25
        else ""
    )
    return [
        customer, given, family, email,
        person.phone if not slips or rng.random() < 0.65 else "",
        person.organisation,
        person.town if not slips or rng.random() < 0.8 else "",
        person.country.code, person.country.language, birthday,
        f"@{accounts['mastodon']}" if told and "mastodon" in accounts else "",
        f"@{accounts['bluesky']}" if told and "bluesky" in accounts else "",
        ";".join(rng.sample(("newsletter", "fair", "b2b", "vip", "repair"), rng.choices((0, 1, 2), (60, 30, 10))[0])),
        person.since.isoformat(timespec="seconds") if person.since else "",
        rng.choice(("", "", "", "", "prefers mail", "do not call", "=SUM(1,1)", "left-handed spout")) if slips else "",
    ]  # fmt: skip


def _old_row(rng: Random, person: Person, number: str) -> list[str]:
    name = f"{person.family}, {person.given}" if rng.random() < 0.7 else f"{person.given} {person.family}".upper()
    if rng.random() < TYPOS:
        name = slip(rng, name)
    local = person.phone.replace(person.country.prefix.split()[0] + " ", "0") if person.phone else ""
    since = person.since
    return [
        number,
        f"{name} " if rng.random() < 0.1 else name,
        person.emails[0].capitalize() if person.emails and rng.random() < 0.6 else "",
        local.replace(" ", rng.choice(("", "/", "-", " "))) if rng.random() < 0.7 else "",
        person.town.upper() if rng.random() < 0.2 else person.town,
        (since.strftime("%d.%m.%Y") if rng.random() < 0.96 else since.strftime("%Y")) if since else "",
        rng.choice(("", "", "", "Stammkunde", "zieht um", "siehe Ordner 3")),
    ]


def slip(rng: Random, text: str) -> str:
    """One slip of the finger or the ear: two letters swapped, one lost, doubled, a neighbour, an accent lost."""
    if len(text) < 3:
        return text
    place = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    if kind == 3:
        return text[:place] + _NEAR.get(text[place], "e") + text[place + 1 :]
    return text.translate(str.maketrans("äöüéèçñşğ", "aoueecnsg")) if not text.isascii() else text.lower()


def organisations(
    rng: Random, count: int, families: tuple[str, ...], towns: tuple[str, ...]
) -> list[tuple[str, str, str, str]]:
    """(number, name, domain, town) of the firms of the town; Ostrow Catering is the first."""
    done = [("O-1", "Ostrow Catering", "ostrow.example", "Leeds")]
    trades = (
        "Catering",
        "Hotel",
        "Tea House",
        "Kitchens",
        "Office Supply",
        "Bakery",
        "Café",
        "Camping",
        "School",
        "Brewers",
    )
    for number in range(2, count + 1):
        family, trade = rng.choice(families), rng.choice(trades)
        form = rng.choice(("", "", " Ltd", " GmbH", " SARL", " & Co"))
        word = "".join(char for char in f"{family}{trade}".lower() if char.isascii() and char.isalnum())
        done.append((f"O-{number}", f"{family} {trade}{form}", f"{word}{number}.example", rng.choice(towns)))
    return done


def write_organisations(out: Path, firms: list[tuple[str, str, str, str]]) -> int:
    """organisations.csv, in semicolons and Windows-1252, as older programs write."""
    with (out / "organisations.csv").open("w", encoding="cp1252", errors="replace", newline="") as file:
        rows = csv.writer(file, delimiter=";", lineterminator="\r\n")
        rows.writerow(("Firmennummer", "Firma", "Domain", "E-Mail", "Ort"))
        for number, name, domain, town in firms:
            rows.writerow((number, name, domain, f"info@{domain}", town))
    return len(firms)


def order_record(order: Order) -> dict[str, object]:
    """One order as a line of orders.jsonl; amounts as text, so that no cent is lost."""
    return {
        "number": order.number,
        "customer_id": order.customer_id,
        "email": order.email,
        "name": order.name,
        "placed_at": order.placed_at.isoformat(),
        "currency": order.currency,
        "total": str(order.total),
        "status": order.status,
        "lines": [
            {"sku": line.sku, "name": line.name, "quantity": line.quantity, "unit_price": str(line.unit_price)}
            for line in order.lines
        ],
    }
