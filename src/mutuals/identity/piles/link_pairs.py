"""Who may be meant by a profile, and how much speaks for each: keys, levels and weights in one go in the database.

Weights are in bits: log2 of how much likelier a clue is when profile and person are one. What agrees is worth -log2 of its
share among the people; what may differ is learned from the pairs of the run by expectation maximisation.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

import duckdb
import pyarrow as pa

from mutuals.identity.reading.names import shorts

CAP, CAP_NAMES = 200, 20
"""People that share a key, at most, and a key made of names. What more share tells too little; names are counted instead."""

_FORMS = pa.schema([("given", pa.string()), ("form", pa.string())])


def prepare(connection: duckdb.DuckDBPyConnection, people: int) -> None:
    """Frequencies of names, short forms, spellings and keys of the people."""
    given = [
        row[0] for row in connection.execute("SELECT DISTINCT given FROM people WHERE given IS NOT NULL").fetchall()
    ]
    connection.register("forms_now", _forms(given))
    connection.execute("CREATE TABLE forms AS SELECT * FROM forms_now")
    connection.unregister("forms_now")
    for statement in _PREPARE:
        connection.execute(statement.format(people=max(people, 1)))


def _forms(given: Iterable[str]) -> pa.Table:
    pairs = [(one, form) for one in sorted(given) for form in (one, *shorts(one))]
    return pa.table([[one for one, _ in pairs], [form for _, form in pairs]], schema=_FORMS)


_PREPARE = (
    # How many people may be called so, their own name or a short form of it
    """CREATE TABLE given_share AS SELECT form AS text, sum(n) / {people} AS share FROM forms
       JOIN (SELECT given, count(*) AS n FROM people WHERE given IS NOT NULL GROUP BY 1) USING (given) GROUP BY 1""",
    """CREATE TABLE family_share AS SELECT family AS text, count(*) / {people} AS share FROM people
       WHERE family IS NOT NULL GROUP BY 1""",
    """CREATE TABLE city_share AS SELECT city AS text, count(*) / {people} AS share FROM people
       WHERE city IS NOT NULL GROUP BY 1""",
    # Two rows of one person: the same address or number, and names that begin alike
    """CREATE TABLE one AS WITH shared AS (
         SELECT m.kind, m.text, p.row, left(p.given, 1) AS g FROM people_marks m JOIN people p USING (row)
         WHERE m.kind IN ('email', 'phone', 'account')
         QUALIFY count(*) OVER (PARTITION BY m.kind, m.text) BETWEEN 2 AND 8)
       SELECT b.row, min(a.row) AS first FROM shared a JOIN shared b ON a.kind = b.kind AND a.text = b.text AND a.g = b.g
         JOIN people x ON x.row = a.row JOIN people y ON y.row = b.row
       WHERE a.kind <> 'phone' OR jaro_winkler_similarity(x.given || x.family, y.given || y.family) >= 0.9
       GROUP BY 1 HAVING min(a.row) < b.row""",
    "CREATE TABLE person_of AS SELECT row, coalesce(first, row) AS person FROM people LEFT JOIN one USING (row)",
)


def lifts(connection: duckdb.DuckDBPyConnection) -> tuple[float, float]:
    """By how many bits given and family names, and names and places, agree oftener together than each by itself would.

    Names of one language go together and so do the cities of its country: what both say is not said twice.
    """
    return _lift(connection, "given", "family"), _lift(connection, "given", "city")


def _lift(connection: duckdb.DuckDBPyConnection, one: str, two: str) -> float:
    ((both, left, right, people),) = connection.execute(
        f"WITH held AS (SELECT {one} AS a, {two} AS b FROM people WHERE {one} IS NOT NULL AND {two} IS NOT NULL), "  # noqa: S608
        "of(n, kind) AS (SELECT count(*), 0 FROM held GROUP BY a, b UNION ALL SELECT count(*), 1 FROM held GROUP BY a "
        "UNION ALL SELECT count(*), 2 FROM held GROUP BY b) "
        "SELECT sum(n * (n - 1.0)) FILTER (kind = 0), sum(n * (n - 1.0)) FILTER (kind = 1), "
        "sum(n * (n - 1.0)) FILTER (kind = 2), sum(n) FILTER (kind = 0) FROM of"
    ).fetchall()
    if not both or not left or not right:
        return 0.0
    return max(log2(both * people * people / (left * right)), 0.0)


def keys(connection: duckdb.DuckDBPyConnection) -> None:
    """`pairs` (profile, person row): everybody who shares a key with a profile that not too many share."""
    for statement in _KEYS:
        connection.execute(statement.format(cap=CAP, cap_names=CAP_NAMES))


_KEYS = (
    """CREATE OR REPLACE TABLE keys_people AS
       SELECT kind || ':' || text AS key, row FROM people_marks WHERE kind IN ('account', 'email', 'phone', 'host', 'core')
       UNION ALL SELECT 'host:' || text, row FROM people_marks WHERE kind = 'domain'
       UNION ALL SELECT 'number:' || text, row FROM people_marks WHERE kind IN ('number')
       UNION ALL SELECT DISTINCT 'spelled:' || text, row FROM (
         SELECT row, unnest([given || family, family || given, left(given, 1) || family, family || left(given, 1),
                             given || left(family, 1), given || family2, left(given, 1) || family2, family2 || given]) AS text
         FROM people WHERE given IS NOT NULL AND family IS NOT NULL)
         WHERE text IN (SELECT said FROM profiles WHERE len(said) >= 5)
       UNION ALL SELECT 'name:' || form || ' ' || family, row FROM people JOIN forms USING (given)
         WHERE form || ' ' || family IN (SELECT given || ' ' || family FROM profiles)
       UNION ALL SELECT 'at:' || form || ' ' || family || '@' || city, row FROM people JOIN forms USING (given)
         WHERE city IS NOT NULL AND form || ' ' || family IN (SELECT given || ' ' || family FROM profiles)""",
    """CREATE OR REPLACE TABLE keys_profiles AS
       SELECT kind || ':' || text AS key, row FROM profiles_marks WHERE kind IN ('account', 'email', 'phone', 'host', 'core')
       UNION ALL SELECT 'number:' || text, row FROM profiles_marks WHERE kind IN ('number', 'near')
       UNION ALL SELECT 'spelled:' || said, row FROM profiles WHERE len(said) >= 5
       UNION ALL SELECT 'name:' || given || ' ' || family, row FROM profiles WHERE given IS NOT NULL AND family IS NOT NULL
       UNION ALL SELECT 'at:' || given || ' ' || family || '@' || m.text, p.row FROM profiles p
         JOIN profiles_marks m ON m.row = p.row AND m.kind = 'place' JOIN city_share c ON c.text = m.text
         WHERE given IS NOT NULL AND family IS NOT NULL""",
    "DELETE FROM keys_people WHERE key NOT IN (SELECT key FROM keys_profiles)",
    """CREATE OR REPLACE TABLE key_size AS SELECT key, count(*) AS n, CASE WHEN key LIKE 'name:%' OR key LIKE 'at:%'
         OR key LIKE 'spelled:%' THEN {cap_names} ELSE {cap} END AS most FROM keys_people GROUP BY 1""",
    """CREATE OR REPLACE TABLE pairs AS SELECT DISTINCT f.row AS profile, p.row AS row FROM keys_profiles f
       JOIN key_size s ON s.key = f.key AND s.n <= s.most JOIN keys_people p ON p.key = f.key""",
    # Those of the same name who were too many to be looked at one by one
    """CREATE OR REPLACE TABLE unseen AS SELECT f.row AS profile, max(s.n) AS n FROM keys_profiles f
       JOIN key_size s ON s.key = f.key AND s.n > s.most WHERE f.key LIKE 'name:%' GROUP BY 1""",
)


def levels(connection: duckdb.DuckDBPyConnection, people: int) -> None:
    """`clues`: for each pair the level of every comparison and the rarity of what agrees, in bits."""
    for statement in _LEVELS:
        connection.execute(statement.format(people=max(people, 1), rests=MOST_RESTS, **_CODES))


TEXTS = """SELECT w.profile, w.row, p.city, a.text AS account_text, c.text AS contact_text, h.text AS host_text,
         k.text AS core_text, n.text AS number_text FROM wanted w JOIN people p ON p.row = w.row
       LEFT JOIN shared_account a ON a.profile = w.profile AND a.row = w.row
       LEFT JOIN shared_contact c ON c.profile = w.profile AND c.row = w.row
       LEFT JOIN shared_host h ON h.profile = w.profile AND h.row = w.row
       LEFT JOIN shared_core k ON k.profile = w.profile AND k.row = w.row
       LEFT JOIN shared_number n ON n.profile = w.profile AND n.row = w.row ORDER BY w.profile"""
"""What the pairs in `wanted` agree in."""
MOST_RESTS = 100
"""What may stand behind a shared number, the commonest first; the others are one."""
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


def _shared(name: str, left: str, right: str) -> str:
    """The rarest mark that both have; all three words stand in this file."""
    return f"""CREATE OR REPLACE TABLE shared_{name} AS
       WITH size AS (SELECT text, count(DISTINCT row) AS n FROM people_marks WHERE kind IN ({right}) GROUP BY 1)
       SELECT x.profile, x.row, log2({{people}} / min(s.n)) AS bits, arg_min(m.text, (s.n, m.text)) AS text FROM pairs x
       JOIN profiles_marks m ON m.row = x.profile AND m.kind IN ({left})
       JOIN people_marks t ON t.row = x.row AND t.kind IN ({right}) AND t.text = m.text
         AND t.source IS DISTINCT FROM x.profile
       JOIN size s ON s.text = m.text GROUP BY 1, 2"""  # noqa: S608


_NUMBERED = """CREATE OR REPLACE TABLE shared_number AS
       WITH size AS (SELECT text, count(DISTINCT row) AS n FROM people_marks WHERE kind = 'number' GROUP BY 1)
       SELECT x.profile, x.row, log2({people} / arg_max(s.n, (len(m.text), m.text))) AS bits,
         arg_max(m.text, (len(m.text), m.text)) AS text,
         arg_max(t.rest || '/' || m.rest, (len(m.text), m.text, t.rest, m.rest)) AS rest FROM pairs x
       JOIN profiles_marks m ON m.row = x.profile AND m.kind IN ('number', 'near')
       JOIN people_marks t ON t.row = x.row AND t.kind = 'number' AND t.text = m.text
         AND t.source IS DISTINCT FROM x.profile
       JOIN size s ON s.text = m.text GROUP BY 1, 2"""


_LEVELS = (
    _shared("account", "'account'", "'account'"),
    _shared("contact", "'email', 'phone'", "'email', 'phone'"),
    _shared("host", "'host'", "'host', 'domain'"),
    _shared("core", "'core'", "'core'"),
    _NUMBERED,
    """CREATE OR REPLACE TABLE rests AS SELECT rest, (row_number() OVER (ORDER BY count(*) DESC, rest) + 1)::SMALLINT AS code
       FROM shared_number GROUP BY 1 ORDER BY 2 LIMIT {rests}""",
    """CREATE OR REPLACE TABLE numbered AS SELECT row, 'people' AS side FROM people_marks WHERE kind = 'number'
       UNION SELECT row, 'profiles' FROM profiles_marks WHERE kind = 'number'""",
    """CREATE OR REPLACE TABLE placed AS SELECT m.row, list(DISTINCT m.text) AS cities FROM profiles_marks m
       JOIN city_share c ON c.text = m.text WHERE m.kind = 'place' GROUP BY 1""",
    """CREATE OR REPLACE TABLE clues AS SELECT x.profile, x.row,
         CASE WHEN f.given IS NULL AND f.family IS NULL THEN {given_}
              WHEN f.given IS NULL THEN CASE WHEN g.form IS NOT NULL THEN {given_same}
                WHEN len(p.given) > 3 AND damerau_levenshtein(f.family, p.given) <= 1 THEN {given_alike} ELSE {given_} END
              WHEN g.form IS NOT NULL THEN {given_same}
              WHEN len(f.given) = 1 AND f.given = left(p.given, 1) THEN {given_initial}
              WHEN jaro_winkler_similarity(f.given, p.given) >= 0.9
                OR (len(p.given) > 3 AND damerau_levenshtein(f.given, p.given) <= 1) THEN {given_alike}
              WHEN p.given IS NULL THEN {given_} ELSE {given_differs} END AS given,
         CASE WHEN f.family IS NULL OR p.family IS NULL THEN {family_}
              WHEN f.family IN (p.family, p.family2) THEN {family_same}
              WHEN f.given IS NULL AND (g.form IS NOT NULL
                OR (len(p.given) > 3 AND damerau_levenshtein(f.family, p.given) <= 1)) THEN {family_}
              WHEN len(f.family) = 1 AND f.family = left(p.family, 1) THEN {family_initial}
              WHEN damerau_levenshtein(f.family, p.family) <= 1 AND len(p.family) > 3 THEN {family_alike}
              WHEN f.given IS NULL THEN {family_other} ELSE {family_differs} END AS family,
         CASE WHEN f.said IS NULL OR p.given IS NULL OR p.family IS NULL THEN {spelled_}
              WHEN f.said IN (p.given || p.family, p.family || p.given, p.given || p.family2, p.family2 || p.given)
                THEN {spelled_both}
              WHEN f.said IN (left(p.given, 1) || p.family, p.family || left(p.given, 1), left(p.given, 1) || p.family2)
                THEN {spelled_initial_and_family}
              WHEN f.said = p.family || left(p.given, 1) THEN {spelled_initial_and_family}
              WHEN f.said = p.given || left(p.family, 1) THEN {spelled_given_and_initial}
              WHEN f.said IN (p.family, p.family2) THEN {spelled_family_alone}
              WHEN f.said = p.given THEN {spelled_given_alone}
              ELSE {spelled_silent} END AS spelled,
         coalesce(gs.share, 1 / {people})::FLOAT AS given_share, coalesce(fs.share, 1 / {people})::FLOAT AS family_share,
         a.bits::FLOAT AS account, c.bits::FLOAT AS contact, h.bits::FLOAT AS host, k.bits::FLOAT AS core,
         n.bits::FLOAT AS number,
         CASE WHEN n.bits IS NULL THEN 0 ELSE coalesce(r.code, 1) END::SMALLINT AS rest,
         coalesce(u.n, 0)::INTEGER AS unseen,
         coalesce(list_contains(string_split(f.words, ' '), p.given), false) AS given_word,
         coalesce(list_contains(string_split(f.words, ' '), p.family), false) AS family_word,
         n.bits IS NULL AND n1.row IS NOT NULL AND n2.row IS NOT NULL AS other_number,
         CASE WHEN p.city IS NULL OR l.cities IS NULL THEN {place_} WHEN list_contains(l.cities, p.city) THEN {place_same}
              ELSE {place_differs} END AS place,
         coalesce(cs.share, 1)::FLOAT AS place_share
       FROM pairs x JOIN profiles f ON f.row = x.profile JOIN people p ON p.row = x.row
       LEFT JOIN forms g ON g.given = p.given AND g.form = coalesce(f.given, f.family)
       LEFT JOIN given_share gs ON gs.text = coalesce(g.form, p.given) LEFT JOIN family_share fs ON fs.text = p.family
       LEFT JOIN city_share cs ON cs.text = p.city LEFT JOIN placed l ON l.row = x.profile
       LEFT JOIN shared_account a ON a.profile = x.profile AND a.row = x.row
       LEFT JOIN shared_contact c ON c.profile = x.profile AND c.row = x.row
       LEFT JOIN shared_host h ON h.profile = x.profile AND h.row = x.row
       LEFT JOIN shared_core k ON k.profile = x.profile AND k.row = x.row
       LEFT JOIN shared_number n ON n.profile = x.profile AND n.row = x.row
       LEFT JOIN rests r ON r.rest = n.rest LEFT JOIN unseen u ON u.profile = x.profile
       LEFT JOIN numbered n1 ON n1.row = x.profile AND n1.side = 'profiles'
       LEFT JOIN numbered n2 ON n2.row = x.row AND n2.side = 'people'
       ORDER BY x.profile, x.row""",
    "DROP TABLE keys_people",
    "DROP TABLE keys_profiles",
)
