"""The people who live in every town: the same in each, always first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mutuals.town.people import base32, country_of
from mutuals.town.shapes import COMPANY, DOMAIN, Account, Person

SIZE = 7  # Bea, Bo, Ada, Ben, Cleo, Dora, Emil


@dataclass(frozen=True, slots=True)
class Presences:
    """Our own accounts: where the Kettle works listens and speaks."""

    brand: Account  # marketing, Mastodon
    care: Account  # service, Mastodon
    sky: Account  # Bluesky
    care_mail: Account
    sales_mail: Account

    def all(self) -> tuple[Account, ...]:
        """Each of them once."""
        return (self.brand, self.care, self.sky, self.care_mail, self.sales_mail)


def presences() -> Presences:
    """The Kettle works on each network; their person is the company itself."""

    def fediverse(name: str, shown: str) -> Account:
        key = f"https://social.{DOMAIN}/users/{name}"
        return Account("mastodon", key, f"{name}@social.{DOMAIN}", shown, "kettleworks", site=f"https://{DOMAIN}")

    return Presences(
        brand=fediverse("kettleworks", COMPANY),
        care=fediverse("kettleworks_care", f"{COMPANY} Care"),
        sky=Account("bluesky", f"did:plc:{base32('kettleworks', 24)}", DOMAIN, COMPANY, "kettleworks"),
        care_mail=Account("email", f"care@{DOMAIN}", f"care@{DOMAIN}", f"{COMPANY} Care", "kettleworks"),
        sales_mail=Account("email", f"sales@{DOMAIN}", f"sales@{DOMAIN}", f"{COMPANY} Sales", "kettleworks"),
    )


def cast(now: datetime) -> list[list[Person]]:
    """The households of the cast: Bea (loyal, two handles on one network), Bo (Bea's surname, not Bea), and ours."""
    since = now - timedelta(days=900)
    german, british = country_of("DE"), country_of("GB")
    bea = Person("bea", "Bea", "Brand", german, "Köln", "customer", "h.bea", "+49 221 5550101",
                 ("bea@brand.example",), customer_ids=["K-1001"], talk=6.0, since=since)  # fmt: skip
    bea.accounts = [
        Account("email", "bea@brand.example", "bea@brand.example", "Bea Brand", "bea"),
        Account("mastodon", "https://tea.example/users/bea", "bea@tea.example", "Bea Brand", "bea",
                bio="Tea before talk. Köln.", site="https://bea.brand.example"),
        Account("mastodon", "https://town.example/users/beabrews", "beabrews@town.example", "bea brews", "bea",
                bio="The other Bea: all kettles, no politics.", site="https://bea.brand.example"),
        Account("bluesky", f"did:plc:{base32('bea', 24)}", "bea.bsky.example", "Bea Brand", "bea"),
    ]  # fmt: skip
    bo = Person("bo", "Bo", "Brand", german, "Köln", "customer", "h.bo", "+49 221 5550199",
                ("bo.brand@post.example",), customer_ids=["K-1002"], talk=2.0, since=since)  # fmt: skip
    bo.accounts = [
        Account("email", "bo.brand@post.example", "bo.brand@post.example", "Bo Brand", "bo"),
        Account("mastodon", "https://tea.example/users/bbrand", "bbrand@tea.example", "B. Brand", "bo"),
    ]
    dora = Person("dora", "Dora", "Ostrow", british, "Leeds", "customer", "h.dora", "+44 20 7946 0102",
                  ("dora@ostrow.example",), customer_ids=["K-1003"], talk=3.0, since=since)  # fmt: skip
    dora.organisation = "Ostrow Catering"
    dora.accounts = [
        Account("email", "dora@ostrow.example", "dora@ostrow.example", "Dora Ostrow", "dora"),
        Account("bluesky", f"did:plc:{base32('dora', 24)}", "ostrow.example", "Dora Ostrow", "dora"),
        Account("web", "w-dora", "dora@ostrow.example", "Dora Ostrow", "dora"),
    ]
    emil = Person("emil", "Emil", "", german, "", "stranger", "h.emil", talk=3.0, since=since)
    emil.accounts = [Account("mastodon", "https://nord.example/users/emil", "emil@nord.example", "Emil", "emil")]
    staff = [
        Person(
            name.lower(),
            name,
            family,
            german,
            "Köln",
            kind,
            "h.kettleworks",
            emails=(f"{name.lower()}@{DOMAIN}",),
            organisation=COMPANY,
            since=since,
        )
        for name, family, kind in (("Ada", "Kaya", "staff"), ("Ben", "Okafor", "staff"), ("Cleo", "Roux", "contractor"))
    ]
    return [[bea], [bo], [dora], [emil], staff]
