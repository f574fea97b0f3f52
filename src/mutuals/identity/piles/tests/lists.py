"""Lists of customers of many structures, made up: who is who stands in `who`. Nobody's names, no town of ours."""

from __future__ import annotations

from rapidfuzz.distance import JaroWinkler

PARTS = [
    "an",
    "bel",
    "cor",
    "dan",
    "fin",
    "gar",
    "hol",
    "is",
    "jan",
    "kar",
    "lund",
    "mor",
    "nor",
    "per",
    "ros",
    "ul",
    "vi",
]
TOWNS = ["Arnhem", "Bergen", "Cadiz", "Delft", "Evora", "Faro", "Ghent", "Hull", "Izmir", "Jena", "Kiel", "Lodz"]
HOSTS = ["post.example", "mail.example", "web.example", "inbox.example"]
LETTERS = dict(zip("abdefgijklmnoprstuvz", "абдефгийклмнопрстувз", strict=True))


class Country:
    """Names and places as they are: some are common, most are rare."""

    def __init__(self, rng, *, given=60, family=250):
        self.rng = rng
        self.given, self.family, self.boxes = self.names(given), self.names(family), set()
        self.streets = [f"{name} Street" for name in self.names(80)]

    def word(self):
        return "".join(self.rng.choice(PARTS) for _ in range(self.rng.randint(2, 4))).title()

    def names(self, count):
        """None of them begins another or is nearly another."""
        found = []
        while len(found) < count:
            name = self.word()
            if all(
                JaroWinkler.similarity(name, other) < 0.88 and not name.startswith(other[:5]) for other in found[:60]
            ):
                found.append(name)
        return found

    def one_of(self, values):
        """The first are commoner."""
        return values[int(len(values) * self.rng.random() ** 2)]

    def born(self):
        return f"19{self.rng.randint(30, 99)}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"

    def phone(self):
        return f"0{self.rng.randint(10**8, 10**9 - 1)}"

    def address(self):
        return f"{self.rng.randint(1, 150)} {self.rng.choice(self.streets)}"

    def email(self, given, family):
        form = self.rng.choice(("{0}.{1}", "{0}{1}", "{2}.{1}", "{1}.{0}", "{1}"))
        number = self.rng.choice(("", str(self.rng.randint(1, 99))))
        box = f"{form.format(given, family, given[0])}{number}@{self.rng.choice(HOSTS)}".lower()
        if box in self.boxes:
            return self.email(given, family)
        self.boxes.add(box)
        return box

    def person(self, **known):
        given, family = known.get("given", self.one_of(self.given)), known.get("family", self.one_of(self.family))
        return {
            "given": given,
            "family": family,
            "born": self.born(),
            "city": self.one_of(TOWNS),
            "address": self.address(),
            "phone": self.phone(),
            "email": self.email(given, family),
            "organisation": "",
            **known,
        }

    def slip(self, text):
        at = self.rng.randrange(1, len(text))
        return self.rng.choice((text[:at] + text[at + 1 :], text[:at] + self.rng.choice("aeiorst") + text[at + 1 :]))


def doubled(country, people, *, columns, share=0.25, slips=0.1, gaps=0.2):
    """Records of these columns: some people stand in the list twice or three times, with slips of the pen, and with gaps."""
    rng, found = country.rng, []
    for who, person in enumerate(people):
        for _ in range(1 + (rng.random() < share) + (rng.random() < share / 4)):
            record = {"who": who, **{name: person[name] for name in columns}}
            for name in columns:
                if name not in ("given", "family") and rng.random() < gaps:
                    record[name] = ""
                elif record[name] and rng.random() < slips:
                    record[name] = country.slip(record[name])
            found.append(record)
    rng.shuffle(found)
    return found


ALL = ("given", "family", "born", "city", "address", "phone", "email", "organisation")


def plain(country, count, columns=ALL, **how):
    return doubled(country, [country.person() for _ in range(count)], columns=columns, **how)


def homes(country, count, *, shares=("family", "city", "address", "phone"), columns=ALL, **how):
    """Two to four live together and have these in common."""
    people = []
    while len(people) < count:
        home = country.person()
        shared = {name: home[name] for name in shares}
        people += [country.person(**shared) for _ in range(country.rng.randint(2, 4))]
    return doubled(country, people, columns=columns, **how)


def firms(country, count, *, shares, size=40, columns=ALL, **how):
    """Every third works at one of some firms, whose telephone or address of mail is everybody's there."""
    people, shared = [], {}
    for number in range(count):
        if number % (3 * size) == 0:
            firm = country.word()
            whole = {"organisation": f"{firm} Works", "phone": country.phone(), "email": f"info@{firm.lower()}.example"}
            shared = {name: whole[name] for name in shares}
        people.append(country.person(**(shared if number % 3 == 0 else {})))
    return doubled(country, people, columns=columns, **how)


def twins(country, count, **how):
    """Every tenth has a twin at home."""
    people = []
    while len(people) < count:
        one = country.person()
        people.append(one)
        if len(people) % 10 == 0:
            given = country.rng.choice([name for name in country.given if name[0] != one["given"][0]])
            people.append(one | {"given": given, "email": country.email(given, one["family"])})
    return doubled(country, people, columns=ALL, **how)


def juniors(country, count, **how):
    """Every tenth has a child of the same name at home."""
    people = []
    while len(people) < count:
        one = country.person()
        people.append(one)
        if len(people) % 10 == 0:
            people.append(one | {"born": country.born(), "email": country.email(one["given"], one["family"])})
    return doubled(country, people, columns=ALL, **how)


def namesakes(country, count, **how):
    """Few names, three places: many have both in common."""
    some = Country(country.rng, given=20, family=25)
    people = [some.person(city=country.rng.choice(TOWNS[:3])) for _ in range(count)]
    return doubled(country, people, columns=ALL, **how)


def scripts(country, count, **how):
    """Doubles are written in Cyrillic letters half of the time."""
    found = plain(country, count, **how)
    for record in found:
        if country.rng.random() < 0.5:
            for name in ("given", "family"):
                record[name] = "".join(LETTERS.get(letter, letter) for letter in record[name].lower()).title()
    return found
