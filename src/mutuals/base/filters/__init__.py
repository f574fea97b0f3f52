"""The one condition language of lists, segments, rules, reports and the API.

A condition is written as JSON: {"all": [..]}, {"any": [..]}, {"not": ..} and {"field": .., "op": .., "value": ..}; a
flat list of tests has a short form for addresses, `f=city:is:Porto&f=orders:over:3`. Rooms register their records with
fields at start-up; `check` types a condition for a record and a viewer; then it compiles to SQL (`to_q`) or to Python
(`predicate`), with the same meaning. `read` and `write` are its one-word form (`where=`), `said` is its sentence, `chips` are
its parts in words. docs/filters.md has the grammar, the questions and the relations.
"""

from mutuals.base.filters.checking import check
from mutuals.base.filters.grammar import (
    All,
    Condition,
    Either,
    Not,
    Refused,
    Test,
    from_json,
    from_query,
    parts_of,
    read,
    to_json,
    to_query,
    together,
    write,
)
from mutuals.base.filters.registry import OPS, Field, Kind, Record, extend, is_known, record, records, register, sourced
from mutuals.base.filters.said import OP_WORDS, Chip, chips, said, unchip
from mutuals.base.filters.to_python import predicate
from mutuals.base.filters.to_sql import to_q
from mutuals.base.filters.words import Said

__all__ = [
    "OPS",
    "OP_WORDS",
    "All",
    "Chip",
    "Condition",
    "Either",
    "Field",
    "Kind",
    "Not",
    "Record",
    "Refused",
    "Said",
    "Test",
    "check",
    "chips",
    "extend",
    "from_json",
    "from_query",
    "is_known",
    "parts_of",
    "predicate",
    "read",
    "record",
    "records",
    "register",
    "said",
    "sourced",
    "to_json",
    "to_q",
    "to_query",
    "together",
    "unchip",
    "write",
]
