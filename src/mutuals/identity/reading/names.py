"""Names in words: titles away, particles kept with the family name, short forms, and every way in which a handle spells one.

Pure. Nothing is refused: a text without letters is a name without words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nicknames import NickNamer

from mutuals.identity.reading import letters


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    "mr mrs ms miss mx dr drs prof professor sir dame lord lady rev reverend fr father hon sen senator rep herr frau hr fr "
    "mag dipl ing monsieur madame mme mlle m sr sra srta don dona dott dottore dottoressa sig signora dhr mevr mevrouw"
)
ENDINGS = _words("jr sr junior senior ii iii iv v phd md esq msc bsc mba dds cpa obe mbe ret")
PARTICLES = _words(
    "de da di du del della dei van von der den des dos das la le el bin ibn ben abu al ul st san santa te ter ten vander "
    "vande y e af av zu zum zur o mac mc"
)
_SHORT = {
    "aleksandr": "sasha alex", "alexander": "sascha xander", "alessandro": "ale sandro", "andreas": "andi", "andrea": "andi",
    "antonio": "toni tonio antoine", "barbara": "babsi", "benedikt": "bene", "catherine": "cathy kate", "charlotte": "lotte",
    "christian": "chris", "christoph": "chris", "claudia": "claudi", "concepcion": "concha", "cornelis": "cees kees",
    "daniel": "dani", "daniela": "dani", "dmitri": "dima", "dolores": "lola", "dominik": "domi", "eduardo": "edu",
    "ekaterina": "katya", "elisabeth": "lisa elli sissi lisbeth", "elizabeth": "liz", "enrique": "quique kike",
    "evgeni": "zhenya", "federico": "fede", "fernando": "nando", "filippo": "pippo", "francesca": "franca",
    "francesco": "franco", "francisco": "paco pancho fran", "franziska": "franzi", "friedrich": "fritz", "gabriela": "gaby",
    "georg": "schorsch", "gerhard": "gerd", "giovanni": "gianni", "giuseppe": "beppe pino", "guadalupe": "lupe",
    "guillermo": "memo guille", "hannah": "hanni", "heinrich": "heinz heiner", "hendrik": "henk", "ignacio": "nacho",
    "ivan": "vanya", "jacques": "jacquot", "jakob": "kobi", "jan": "jannie", "jesus": "chuy", "johanna": "hanna jo",
    "johannes": "hannes joop jan johan", "joseph": "sepp", "josef": "sepp", "jose": "pepe", "juan": "juanito",
    "juliane": "juli", "julia": "jule", "katharina": "kathi kati katja", "konstantin": "kostya konsti", "leonie": "leo",
    "ludwig": "lutz", "luis": "lucho", "magdalena": "lena magda", "manuel": "manu manolo", "margarete": "grete gretel",
    "maria": "mia mimi", "mariya": "masha", "martina": "tina", "matthias": "matze hias", "maximilian": "max maxi",
    "mercedes": "merche", "michael": "michi mike mischa", "mikhail": "misha", "nadezhda": "nadya", "natalya": "natasha",
    "nicolas": "nico", "nikolai": "kolya", "nikolaus": "klaus niko", "olga": "olya", "olivia": "liv livvy", "pavel": "pasha",
    "philippe": "phil", "pieter": "piet", "rafael": "rafa", "roberto": "beto", "rosario": "charo", "salvatore": "totò toto",
    "sebastian": "basti sebi", "sergei": "seryozha", "sofia": "sofi", "stefan": "steffen", "stephanie": "steffi",
    "stefanie": "steffi", "susanne": "susi", "svetlana": "sveta", "tatyana": "tanya", "theresa": "resi", "thomas": "tom tommi",
    "tobias": "tobi", "ulrich": "uli", "ursula": "uschi ulla", "vincenzo": "enzo", "vladimir": "vova volodya",
    "wilhelm": "willi", "willem": "wim", "wolfgang": "wolf", "yekaterina": "katya", "yevgeny": "zhenya", "zachary": "zach",
}  # fmt: skip
_NAMER = NickNamer()
MOST_WORDS = 8

WAYS = (
    "given family", "family given", "short family", "family short", "given middle family", "given initial family",
    "initial family", "family initial", "given initial", "initials family", "cut family", "given cut", "family", "given",
    "short", "given middle", "initials", "short initial", "middle family",
)  # fmt: skip
"""Every way in which a handle spells a name; their places number them."""
WAY = {name: number for number, name in enumerate(WAYS)}


@dataclass(frozen=True, slots=True)
class Name:
    """`given` is the first given name, `middle` what stands between (given or family), `family` in one word with particles."""

    given: str
    family: str
    middle: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words, in the usual order."""
        return tuple(word for word in (self.given, *self.middle, self.family) if word)


def read(name: str = "", given: str = "", family: str = "") -> Name:
    """One name of its parts, or of the whole where there are none; `Doe, Jane` and Chinese and Korean order are turned."""
    if given or family:
        return _of_parts(_given(given[: letters.LONGEST]), _family(family[: letters.LONGEST]))
    text = letters.clean(name)
    if text.count(",") == 1:
        last, _, first = text.partition(",")
        if not (set(letters.words(first)) <= ENDINGS):
            return _of_parts(_untitled(letters.words(first)), letters.words(last))
    found = _untitled(letters.words(text))
    if letters.syllabic(text) and len(found) in (2, 3):
        return Name("".join(found[1:]), found[0])
    if not found:
        return Name("", "")
    if len(found) == 1:
        return Name("", found[0])
    place = next((n for n in range(1, len(found) - 1) if found[n] in PARTICLES), len(found) - 1)
    return Name(found[0], "".join(found[place:]), tuple(found[1:place]))


@lru_cache(65_536)
def readings(name: str = "", given: str = "", family: str = "") -> tuple[Name, ...]:
    """The name, and again with its umlauts in two letters where it has any."""
    one = read(name, given, family)
    if (name + given + family).isascii():
        return (one,)
    two = read(letters.other(name), letters.other(given), letters.other(family))
    return (one,) if one == two else (one, two)


def wholes(called: Sequence[Name], *, turned: bool = False) -> list[str]:
    """Readings of a whole name, each in one run of letters, wherever its given names end; `turned`: also family name first.

    None where the given or the family name is missing.
    """
    named = [one for one in called if one.given and one.family]
    found = ["".join(one.words) for one in named]
    if turned:
        found += ["".join((one.family, one.given, *one.middle)) for one in named]
    return list(dict.fromkeys(found))


def _untitled(found: list[str]) -> list[str]:
    found = found[:MOST_WORDS]
    while len(found) > 1 and found[0] in TITLES and len(found[0]) > 1:
        found = found[1:]
    while len(found) > 2 and found[-1] in ENDINGS:
        found = found[:-1]
    return found


@lru_cache(65_536)
def _given(text: str) -> tuple[str, ...]:
    return tuple(_untitled(letters.words(text)))


@lru_cache(65_536)
def _family(text: str) -> tuple[str, ...]:
    return tuple(letters.words(text))


def _of_parts(given: Sequence[str], family: Sequence[str]) -> Name:
    family = [word for word in family if word not in ENDINGS] or family
    return Name(given[0] if given else "", "".join(family[:4]), tuple(given[1:4]))


@lru_cache(65_536)
def shorts(given: str) -> tuple[str, ...]:
    """Short and long forms of a given name in some languages: Bill of William, Paco of Francisco, and back."""
    found = set(_NAMER.nicknames_of(given)) | set(_NAMER.canonicals_of(given)) | set(_SHORT.get(given, "").split())
    found |= _LONG.get(given, set())
    return tuple(
        sorted(word for word in found if word.isascii() and word.isalpha() and len(word) > 1 and word != given)
    )


def longs(given: str) -> frozenset[str]:
    """The full forms of a given name in some languages, itself among them: Bill is William, Paco is Francisco."""
    return frozenset((given, *_NAMER.canonicals_of(given), *_LONG.get(given, ())))


def _long_forms() -> dict[str, set[str]]:
    turned = dict[str, set[str]]()
    for long, short in _SHORT.items():
        for word in short.split():
            turned.setdefault(word, set()).add(long)
    return turned


_LONG = _long_forms()

Spelling = tuple[str, int, float, int]
"""The letters, the way (its number), the share of that way which falls on these letters, and where its two parts meet."""
Shares = Callable[[str], tuple[tuple[str, float], ...]]
"""The short forms of a given name, each with the share of people who would use it."""
CUTS = range(2, 5)
"""How much of a cut name is left."""


def spellings(name: Name, shares: Shares) -> Iterator[Spelling]:
    """How a handle may spell the name. The shares of one way add up to about one."""
    given, family, middle = name.given, name.family, name.middle
    if not given or not family:
        if given or family:
            yield given or family, WAY["family"], 1.0, 0
        return
    forms = [(given, WAY["given family"], WAY["family given"], 1.0)]
    forms += [(short, WAY["short family"], WAY["family short"], share) for short, share in shares(given)]
    families = [family] if not middle or len(middle[-1]) < 2 else [family, middle[-1] + family]
    for one in families:
        yield from _with_family(given, one, forms, 1 / len(families))
        yield from _with_middle(given, middle, one)
    yield from _with_given(family, forms)
    for word in middle:
        if len(word) > 1:
            yield given + word, WAY["given middle"], 1.0, len(given)
            yield word + family, WAY["middle family"], 1.0, len(word)
            yield word, WAY["middle family"], 0.3, 0
    if middle:
        yield given[0] + "".join(word[0] for word in middle) + family[0], WAY["initials"], 1.0, 0


Form = tuple[str, int, int, float]


def _with_family(given: str, family: str, forms: list[Form], share: float) -> Iterator[Spelling]:
    for form, before, behind, part in forms:
        yield form + family, before, part * share, len(form)
        yield family + form, behind, part * share, len(family)
    yield given[0] + family, WAY["initial family"], share, 1
    yield family + given[0], WAY["family initial"], share, len(family)
    for left in CUTS:
        if left < len(given):
            yield given[:left] + family, WAY["cut family"], share / len(CUTS), left
    if len(family) >= 3:
        yield family, WAY["family"], share, 0


def _with_middle(given: str, middle: tuple[str, ...], family: str) -> Iterator[Spelling]:
    if not middle:
        return
    initials = "".join(word[0] for word in middle)
    yield given[0] + initials + family, WAY["initials family"], 1.0, 1 + len(initials)
    if len(middle) > 1:
        yield given[0] + initials[0] + family, WAY["initials family"], 0.5, 2
    yield given + initials[0] + family, WAY["given initial family"], 1.0, len(given) + 1
    yield given + "".join(middle) + family, WAY["given middle family"], 1.0, len(given)


def _with_given(family: str, forms: list[Form]) -> Iterator[Spelling]:
    for form, before, _, part in forms:
        own = before == WAY["given family"]
        yield form + family[0], WAY["given initial"] if own else WAY["short initial"], part, len(form)
        for left in CUTS:
            if len(form) + left >= 5 and left < len(family):
                yield form + family[:left], WAY["given cut"], part / len(CUTS), len(form)
        if len(form) >= 3:
            yield form, WAY["given"] if own else WAY["short"], part, 0
