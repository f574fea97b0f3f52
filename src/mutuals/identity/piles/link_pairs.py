# ruff: noqa: S608 - statements made of our own names and numbers alone
"""Who may be meant by a profile, and how much speaks for each: keys, levels and weights in one go in the database.

Weights are in bits: log2 of how much likelier a clue is when profile and person are one. What agrees is worth -log2 of its
share among the people; what may differ is learned from the pairs of the run by expectation maximisation.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

import duckdb
import pyarrow as pa

from mutuals.identity.piles.link_marks import CODE
from mutuals.identity.reading.names import shorts

CAP, CAP_NAMES = 200, 20
"""People that share a key, at most, and a key made of names. What more share tells too little; names are counted instead."""

_FORMS = pa.schema([("given", pa.string()), ("form", pa.string())])
ACCOUNT, CONTACT, HOST, CORE, NUMBER, CITED = range(6)
"""What marks are met in: numbers of `met`."""
_MET = {
    "account": (ACCOUNT, 3), "email": (CONTACT, 3), "phone": (CONTACT, 3), "host": (HOST, 3), "domain": (HOST, 1),
    "core": (CORE, 3), "number": (NUMBER, 3), "near": (NUMBER, 2), "cited": (CITED, 2),
}  # fmt: skip
"""Kind of mark -> in what it is met, and on which sides: 1 people, 2 profiles, 3 both."""


def prepare(connection: duckdb.DuckDBPyConnection, people: int) -> None:
    """Frequencies of names, further names, who is one; of all marks only those are kept that may be met."""
    given = [
        row[0] for row in connection.execute("SELECT DISTINCT given FROM people WHERE given IS NOT NULL").fetchall()
    ]
    connection.register("forms_now", _forms(given))
    connection.execute("CREATE TABLE forms AS SELECT * FROM forms_now")
    connection.unregister("forms_now")
    for statement in _PREPARE:
        connection.execute(statement.format(people=max(people, 1), **_KINDS))


def _forms(given: Iterable[str]) -> pa.Table:
    pairs = [(one, form) for one in sorted(given) for form in (one, *shorts(one))]
    return pa.table([[one for one, _ in pairs], [form for _, form in pairs]], schema=_FORMS)


_KINDS = {kind: str(number) for kind, number in CODE.items()}
_MEANS = "CASE kind " + " ".join(f"WHEN {CODE[kind]} THEN {met}" for kind, (met, _) in _MET.items()) + " END::TINYINT"
_UNDER = f"CASE kind WHEN {CODE['cited']} THEN {CONTACT}::TINYINT ELSE {_MEANS} END"  # it meets the addresses of people
_KEPT = {
    side: ", ".join(str(CODE[kind]) for kind, (_, sides) in _MET.items() if sides & number)
    for number, side in ((1, "people"), (2, "profiles"))
}
_USUAL = {"given": 0.003, "family": 0.001, "city": 0.02}
"""The share of people who bear a name or live in a place, as one would say before any are counted."""
_BEFORE = 100
"""People that this is worth: a list of ten knows little of what is rare."""


def _share(count: str, kind: str) -> str:
    """The share of people who have what so many of the list have."""
    return f"({count} + {_BEFORE * _USUAL[kind]:g}::DOUBLE) / ({{people}} + {_BEFORE})"


_PREPARE = (
    # How many people may be called so, their own name, a short form of it or a nickname
    f"""CREATE TABLE given_share AS SELECT form AS text, {_share("sum(n)", "given")} AS share FROM (
         SELECT form, n FROM forms
           JOIN (SELECT given, count(*) AS n FROM people WHERE given IS NOT NULL GROUP BY 1) USING (given)
         UNION ALL SELECT form, count(*) FROM also GROUP BY 1) GROUP BY 1""",
    f"""CREATE TABLE family_share AS SELECT family AS text, {_share("count(*)", "family")} AS share FROM people
       WHERE family IS NOT NULL GROUP BY 1""",
    f"""CREATE TABLE city_share AS SELECT city AS text, {_share("count(*)", "city")} AS share FROM people
       WHERE city IS NOT NULL GROUP BY 1""",
    # Two rows of one person: the same address or number, and names that begin alike
    """CREATE TABLE one AS WITH shared AS (
         SELECT m.kind, m.text, p.row, left(p.given, 1) AS g FROM people_marks m JOIN people p USING (row)
         WHERE m.kind IN ({email}, {phone}, {account})
         QUALIFY count(*) OVER (PARTITION BY m.kind, m.text) BETWEEN 2 AND 8)
       SELECT b.row, min(a.row) AS first FROM shared a JOIN shared b ON a.kind = b.kind AND a.text = b.text AND a.g = b.g
         JOIN people x ON x.row = a.row JOIN people y ON y.row = b.row
       WHERE a.kind <> {phone} OR jaro_winkler_similarity(x.given || x.family, y.given || y.family) >= 0.9
       GROUP BY 1 HAVING min(a.row) < b.row""",
    "CREATE TABLE numbered AS SELECT DISTINCT row FROM people_marks WHERE kind = {number}",
    "CREATE TABLE numbered2 AS SELECT DISTINCT row FROM profiles_marks WHERE kind = {number}",
    """CREATE TABLE placed AS SELECT m.row, list(DISTINCT m.text) AS cities FROM profiles_marks m
       JOIN city_share c ON c.text = m.text WHERE m.kind = {place} GROUP BY 1""",
    # A mark that stands once in both files meets nothing, not even when its profile has become somebody's
    f"""CREATE TABLE marks2 AS SELECT row, {_MEANS} AS met, hash({_UNDER}, text) AS key, text, rest,
       kind = {CODE["near"]} AS near FROM profiles_marks
       WHERE kind IN ({_KEPT["profiles"]})""",
    f"""CREATE TABLE marks AS SELECT row, {_MEANS} AS met, hash({_MEANS}, text) AS key, rest, NULL::INTEGER AS source
       FROM people_marks WHERE kind IN ({_KEPT["people"]}) AND hash({_MEANS}, text) IN (SELECT key FROM marks2)""",
    """CREATE TABLE alone AS SELECT key FROM marks2 WHERE key NOT IN (SELECT key FROM marks) GROUP BY 1
       HAVING min(row) = max(row)""",
    "DELETE FROM marks2 WHERE key IN (SELECT key FROM alone)",
    "CREATE TABLE asked AS SELECT row FROM profiles",
    "CREATE TABLE rests (rest VARCHAR, code SMALLINT)",
    "DROP TABLE people_marks",
    "DROP TABLE profiles_marks",
    "DROP TABLE alone",
)


def lifts(connection: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """By how many bits given and family names, and names and places, agree oftener together than each by itself would.

    Names of one language go together and so do the cities of its country: what both say is not said twice.
    """
    return _lift(connection, "given", "family"), _lift(connection, "given", "city")


def _lift(connection: duckdb.DuckDBPyConnection, one: str, two: str) -> float:
    ((both, left, right, people),) = connection.execute(
        f"WITH held AS (SELECT {one} AS a, {two} AS b FROM people WHERE {one} IS NOT NULL AND {two} IS NOT NULL), "
        "of(n, kind) AS (SELECT count(*), 0 FROM held GROUP BY a, b UNION ALL SELECT count(*), 1 FROM held GROUP BY a "
        "UNION ALL SELECT count(*), 2 FROM held GROUP BY b) "
        "SELECT sum(n * (n - 1.0)) FILTER (kind = 0), sum(n * (n - 1.0)) FILTER (kind = 1), "
        "sum(n * (n - 1.0)) FILTER (kind = 2), sum(n) FILTER (kind = 0) FROM of"
    ).fetchall()
    if not both or not left or not right:
        return 0.0
    seen = float(both) / (float(both) + _FEW)
    return max(log2(both * people * people / (left * right)), 0.0) * seen


_FEW = 20.0
"""Pairs that agree in both, below which this may be chance."""


def learn(connection: duckdb.DuckDBPyConnection, sure: pa.Table) -> int:
    """What profiles that are surely somebody's (`profile`, `row`) hold becomes known of the person.

    Leaves in `asked` the profiles that this touches; returns how many they are.
    """
    connection.register("sure", sure)
    for statement in _LEARN:
        connection.execute(statement)
    connection.unregister("sure")
    return int(connection.execute("SELECT count(*) FROM asked").fetchall()[0][0])


_LEARN = (
    # Two profiles that hold it are enough: to each of them it is known by the other
    f"""CREATE TABLE fresh AS SELECT s.row::INTEGER AS row, m.met, m.key, m.rest, s.profile::INTEGER AS source FROM sure s
       JOIN marks2 m ON m.row = s.profile WHERE m.met IN ({CORE}, {NUMBER}, {HOST}) AND NOT m.near
       AND NOT EXISTS (SELECT 1 FROM marks t WHERE t.row = s.row AND t.key = m.key AND t.rest = m.rest)
       QUALIFY row_number() OVER (PARTITION BY s.row, m.key, m.rest ORDER BY s.profile) <= 2""",
    "INSERT INTO marks FROM fresh",
    "CREATE OR REPLACE TABLE asked AS SELECT DISTINCT m.row FROM marks2 m JOIN fresh f ON f.key = m.key AND f.source <> m.row",
    "DROP TABLE fresh",
)


def keys(connection: duckdb.DuckDBPyConnection) -> None:
    """`pairs` (profile, person row): everybody who shares a key with a profile of `asked` that not too many share."""
    for statement in _KEYS:
        connection.execute(statement.format(cap=CAP, cap_names=CAP_NAMES))


_BOTH = "given IS NOT NULL AND family IS NOT NULL"
_NAMED, _SPELLED, _AT = 10, 11, 12  # kinds of keys beside those in which marks are met
_KEYS = (
    "CREATE OR REPLACE TABLE asking AS SELECT * FROM profiles SEMI JOIN asked USING (row)",
    f"""CREATE OR REPLACE TABLE keys2 AS SELECT DISTINCT met AS kind, key, row FROM marks2 SEMI JOIN asked USING (row)
       UNION ALL SELECT {_SPELLED}::TINYINT, hash({_SPELLED}, said), row FROM asking WHERE len(said) >= 5
       UNION ALL SELECT {_NAMED}::TINYINT, hash({_NAMED}, given, family), row FROM asking WHERE {_BOTH}
       UNION ALL SELECT {_NAMED}::TINYINT, hash({_NAMED}, unnest(wholes)), row FROM asking
       UNION ALL SELECT {_AT}::TINYINT, hash({_AT}, given, family, city), row FROM asking
         JOIN (SELECT row, unnest(cities) AS city FROM placed) USING (row) WHERE {_BOTH}""",
    "CREATE OR REPLACE TABLE wanted_keys AS SELECT DISTINCT key FROM keys2",
    f"""CREATE OR REPLACE TABLE named AS SELECT row, given AS form, family, family2, city, true AS whole
         FROM people WHERE {_BOTH}
       UNION ALL SELECT p.row, f.form, p.family, p.family2, p.city, false FROM people p JOIN forms f USING (given)
         WHERE p.family IS NOT NULL AND f.form <> f.given
       UNION ALL SELECT p.row, a.form, p.family, p.family2, p.city, false FROM people p JOIN also a USING (row)
         WHERE p.family IS NOT NULL AND NOT EXISTS (SELECT 1 FROM forms f WHERE f.given = p.given AND f.form = a.form)""",
    f"""CREATE OR REPLACE TABLE keys1 AS SELECT kind, key, row FROM (
       SELECT DISTINCT met AS kind, key, row FROM marks SEMI JOIN wanted_keys USING (key)
       UNION ALL SELECT {_SPELLED}::TINYINT AS kind, hash({_SPELLED}, unnest(list_distinct([
           given || family, family || given, left(given, 1) || family, family || left(given, 1), given || left(family, 1),
           given || family2, left(given, 1) || family2, family2 || given]))) AS key, row FROM people WHERE {_BOTH}
       UNION ALL SELECT {_SPELLED}::TINYINT, hash({_SPELLED}, unnest(list_distinct([
           form || family, family || form, form || family2]))), row FROM named WHERE NOT whole
       UNION ALL SELECT {_NAMED}::TINYINT, hash({_NAMED}, form, family), row FROM named
       UNION ALL SELECT {_NAMED}::TINYINT, hash({_NAMED}, unnest(wholes)), row FROM people
       UNION ALL SELECT {_AT}::TINYINT, hash({_AT}, form, family, city), row FROM named WHERE city IS NOT NULL)
       SEMI JOIN wanted_keys USING (key)""",
    f"""CREATE OR REPLACE TABLE key_size AS SELECT key, count(*)::INTEGER AS n,
         CASE WHEN any_value(kind) >= {_NAMED} THEN {{cap_names}} ELSE {{cap}} END AS most FROM keys1 GROUP BY 1""",
    """CREATE OR REPLACE TABLE pairs AS SELECT DISTINCT f.row AS profile, p.row AS row FROM keys2 f
       JOIN key_size s ON s.key = f.key AND s.n <= s.most JOIN keys1 p ON p.key = f.key""",
    # Those of the same name who were too many to be looked at one by one
    f"""CREATE OR REPLACE TABLE unseen AS SELECT f.row AS profile, max(s.n) AS n FROM keys2 f
       JOIN key_size s ON s.key = f.key AND s.n > s.most WHERE f.kind = {_NAMED} GROUP BY 1""",
    "CREATE TABLE IF NOT EXISTS crowds AS FROM unseen",  # of all profiles, who are asked first
    *(f"DROP TABLE {name}" for name in ("asking", "keys1", "keys2", "wanted_keys", "named", "key_size")),
)


def levels(connection: duckdb.DuckDBPyConnection, people: int) -> None:
    """`clues`: for each pair the level of every comparison and the rarity of what agrees, in bits."""
    for statement in _LEVELS:
        ones = {f"one_{kind}": _share("1", kind).format(people=max(people, 1)) for kind in _USUAL}
        told = {
            "people": max(people, 1),
            "rests": MOST_RESTS,
            "bare": _BARE,
            "cited": CITES,
            "held": HOLDS,
            "rare": RARE,
        }
        connection.execute(statement.format(**told, **ones, **_CODES))


RARE = 9
"""Bits that a site, a handle or a number is worth at least which one person of a short list has: they are rare everywhere."""
CITES, HOLDS = 10, 12
"""Bits that an address is worth which one person has: in a biography, where anybody may name anybody's, however many people
there are; as the profile's own at least."""
MOST_RESTS = 100
"""What may stand behind a shared number, the commonest of each run; the others are one."""
LEVELS = {
    "given": ("", "same", "alike", "initial", "differs"),
    "family": ("", "same", "alike", "initial", "other", "differs"),
    "spelled": ("", "both", "initial and family", "given and initial", "family alone", "given alone", "silent"),
    "place": ("", "same", "differs"),
}
"""What the numbers in `clues` stand for; the first is unknown."""
_CODES = {
    f"{name}_{level.replace(' ', '_')}": f"{number}::TINYINT"
    for name, levels in LEVELS.items()
    for number, level in enumerate(levels)
}


def _met(pairs: str) -> str:
    """A line for every mark that both of a pair have; `n` is how many people have it."""
    return f"""(SELECT x.profile, x.row, m.met, m.text, s.n, t.rest || '/' || m.rest AS rest, t.source FROM {pairs} x
         JOIN marks2 m ON m.row = x.profile JOIN sizes s ON s.key = m.key
         JOIN marks t ON t.row = x.row AND t.key = m.key AND t.source IS DISTINCT FROM x.profile)"""


_RAREST = {"account": ACCOUNT, "contact": CONTACT, "host": HOST, "core": CORE, "cited": CITED}
_LONGEST = f"(len(text), text)) FILTER (met = {NUMBER})"
TEXTS = f"""SELECT w.profile, any_value(p.city) AS city, {
    ", ".join(f"arg_min(text, (n, text)) FILTER (met = {met}) AS {name}_text" for name, met in _RAREST.items())
}, arg_max(text, {_LONGEST} AS number_text, coalesce(bool_or(source IS NULL) FILTER (met = {NUMBER}), false) AS is_own
       FROM wanted w JOIN people p ON p.row = w.row
       LEFT JOIN {_met("wanted")} found ON found.profile = w.profile GROUP BY 1 ORDER BY 1"""
"""What the pairs in `wanted` (one for each profile) agree in."""

_BARE = """CASE WHEN ends_with(f.said, p.family) THEN left(f.said, len(f.said) - len(p.family))
           WHEN ends_with(f.said, p.family2) THEN left(f.said, len(f.said) - len(p.family2))
           WHEN starts_with(f.said, p.family) THEN substr(f.said, len(p.family) + 1) END"""
"""What a handle says beside the family name: perhaps a short form or a nickname."""

_LEVELS = (
    "CREATE OR REPLACE TABLE sizes AS SELECT key, count(DISTINCT row) AS n FROM marks GROUP BY 1",
    f"""CREATE OR REPLACE TABLE shared AS SELECT profile, row, {
        ", ".join(f"log2({{people}} / min(n) FILTER (met = {met})) AS {name}" for name, met in _RAREST.items())
    }, log2({{people}} / arg_max(n, {_LONGEST}) + greatest({{rare}} - log2({{people}}), 0) AS number,
         arg_max(rest, (len(text), text, rest)) FILTER (met = {NUMBER}) AS rest FROM {_met("pairs")} GROUP BY 1, 2""",
    # What was numbered before keeps its number
    """INSERT INTO rests SELECT rest, (row_number() OVER (ORDER BY count(*) DESC, rest) + before + 1)::SMALLINT AS code
       FROM shared, (SELECT count(*) AS before FROM rests) WHERE rest IS NOT NULL AND rest NOT IN (SELECT rest FROM rests)
       GROUP BY rest, before ORDER BY code LIMIT {rests}""",
    """CREATE OR REPLACE TABLE clues AS SELECT x.profile, x.row,
         CASE WHEN list_has_any(f.wholes, p.wholes) THEN {given_same}
              WHEN f.given IS NULL AND f.family IS NULL THEN {given_}
              WHEN f.given IS NULL THEN CASE WHEN g.form IS NOT NULL OR o.form IS NOT NULL THEN {given_same}
                WHEN len(p.given) > 3 AND damerau_levenshtein(f.family, p.given) <= 1 THEN {given_alike} ELSE {given_} END
              WHEN g.form IS NOT NULL OR o.form IS NOT NULL THEN {given_same}
              WHEN len(f.given) = 1 AND f.given = left(p.given, 1) THEN {given_initial}
              WHEN jaro_winkler_similarity(f.given, p.given) >= 0.9
                OR (len(p.given) > 3 AND damerau_levenshtein(f.given, p.given) <= 1) THEN {given_alike}
              WHEN p.given IS NULL THEN {given_} ELSE {given_differs} END AS given,
         CASE WHEN f.family IS NULL OR p.family IS NULL THEN {family_}
              WHEN f.family IN (p.family, p.family2) OR list_has_any(f.wholes, p.wholes) THEN {family_same}
              WHEN f.given IS NULL AND (g.form IS NOT NULL OR o.form IS NOT NULL
                OR (len(p.given) > 3 AND damerau_levenshtein(f.family, p.given) <= 1)) THEN {family_}
              WHEN len(f.family) = 1 AND f.family = left(p.family, 1) THEN {family_initial}
              WHEN damerau_levenshtein(f.family, p.family) <= 1 AND len(p.family) > 3 THEN {family_alike}
              WHEN f.given IS NULL THEN {family_other} ELSE {family_differs} END AS family,
         CASE WHEN f.said IS NULL OR p.given IS NULL OR p.family IS NULL THEN {spelled_}
              WHEN f.said IN (p.given || p.family, p.family || p.given, p.given || p.family2, p.family2 || p.given)
                THEN {spelled_both}
              WHEN s.form IS NOT NULL OR n.form IS NOT NULL THEN {spelled_both}
              WHEN f.said IN (left(p.given, 1) || p.family, p.family || left(p.given, 1), left(p.given, 1) || p.family2)
                THEN {spelled_initial_and_family}
              WHEN f.said = p.family || left(p.given, 1) THEN {spelled_initial_and_family}
              WHEN f.said = p.given || left(p.family, 1) THEN {spelled_given_and_initial}
              WHEN f.said IN (p.family, p.family2) THEN {spelled_family_alone}
              WHEN f.said = p.given THEN {spelled_given_alone}
              ELSE {spelled_silent} END AS spelled,
         coalesce(gs.share, {one_given})::FLOAT AS given_share, coalesce(fs.share, {one_family})::FLOAT AS family_share,
         (h.account + few)::FLOAT AS account,
         (h.contact + greatest({held} - log2({people}), 0))::FLOAT AS contact, (h.host + few)::FLOAT AS host,
         (h.core + few)::FLOAT AS core,
         (h.cited - log2({people}) + {cited})::FLOAT AS cited, h.number::FLOAT AS number,
         CASE WHEN h.number IS NULL THEN 0 ELSE coalesce(r.code, 1) END::SMALLINT AS rest,
         coalesce(u.n, 0)::INTEGER AS unseen,
         coalesce(list_contains(string_split(f.words, ' '), p.given), false) AS given_word,
         coalesce(list_contains(string_split(f.words, ' '), p.family), false) AS family_word,
         h.number IS NULL AND n1.row IS NOT NULL AND n2.row IS NOT NULL AS other_number,
         CASE WHEN p.city IS NULL OR l.cities IS NULL THEN {place_} WHEN list_contains(l.cities, p.city) THEN {place_same}
              ELSE {place_differs} END AS place,
         coalesce(cs.share, 1)::FLOAT AS place_share
       FROM (SELECT *, greatest({rare} - log2({people}), 0) AS few FROM pairs) x
       JOIN profiles f ON f.row = x.profile JOIN people p ON p.row = x.row
       LEFT JOIN forms g ON g.given = p.given AND g.form = coalesce(f.given, f.family)
       LEFT JOIN also o ON o.row = x.row AND o.form = coalesce(f.given, f.family)
       LEFT JOIN forms s ON s.given = p.given AND s.form = {bare}
       LEFT JOIN also n ON n.row = x.row AND n.form = {bare}
       LEFT JOIN given_share gs ON gs.text = coalesce(g.form, o.form, s.form, n.form, p.given)
       LEFT JOIN family_share fs ON fs.text = p.family
       LEFT JOIN city_share cs ON cs.text = p.city LEFT JOIN placed l ON l.row = x.profile
       LEFT JOIN shared h ON h.profile = x.profile AND h.row = x.row
       LEFT JOIN rests r ON r.rest = h.rest LEFT JOIN unseen u ON u.profile = x.profile
       LEFT JOIN numbered n1 ON n1.row = x.row LEFT JOIN numbered2 n2 ON n2.row = x.profile
       ORDER BY x.profile, x.row""",
    "DROP TABLE shared",
    "DROP TABLE pairs",
)
