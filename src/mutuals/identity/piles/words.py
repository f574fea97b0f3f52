# ruff: noqa: E501 - a table of words
"""What the columns of a file mean, by their headings in seven languages or by what somebody said."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.said import heading, no_column, taken
from mutuals.connectors.files.synonyms import SYNONYMS, normal
from mutuals.identity.piles import Refused


class Kind(StrEnum):
    """What a row of a file is."""

    PEOPLE = "people"
    PROFILES = "profiles"
    RECORDS = "records"


FIELDS = (
    "id", "name", "given_name", "family_name", "nickname", "display_name", "email", "phone", "website", "url", "handle",
    "network", "organisation", "bio", "address", "city", "postcode", "country", "birth_date", "language",
)  # fmt: skip
"""Our words, in the order in which a table holds them."""
MANY = frozenset({"email", "phone", "website", "url", "handle"})
"""Fields that several columns may feed; then their values stand in one cell, parted by `;`."""
TELLING = frozenset({"name", "given_name", "family_name", "display_name", "email", "phone", "website", "url", "handle"})
"""A file in which none of these is known says nothing of who somebody is."""
"""Letters of a heading; longer ones are cut when a file is read."""

_OWN = {
    "id": "unique id|rec id|record id|row id|person id|profile id|account id|entity id|ident|kennung|identifiant|identificador|identificatore",
    "name": "real name|person name|person|legal name|first and last name|name of person|nom et prenom|nombres y apellidos",
    "given_name": "given|fname|f name|givenname|rufname|nombres",
    "family_name": "family|lname|l name|sname|familyname|sobrenomes|apellido paterno",
    "nickname": "nickname|nick|nick name|known as|alias|aka|spitzname|surnom|apodo|soprannome|bijnaam",
    "display_name": "display name|displayname|shown name|profile name|account display name|anzeigename|nom affiche|nombre visible|nome exibido|nome visualizzato|weergavenaam",
    "handle": "handle|username|user name|screen name|acct|account|login|profil|pseudo|usuario|nutzername|benutzername|nom d utilisateur|nombre de usuario|nome de usuario|nome utente|gebruikersnaam|mastodon|mastodon handle|bluesky|bluesky handle|bsky|fediverse|twitter|twitter handle|x handle|github|gitlab|instagram|facebook|linkedin|youtube|tiktok|threads|telegram|reddit",
    "network": "network|platform|service|site name|social network|channel|netzwerk|plattform|plateforme|reseau|red social|rede social|piattaforma|netwerk",
    "bio": "bio|biography|about|about me|description|profile text|summary|note|uber mich|biographie|biografia|beschreibung|descripcion|descricao|descrizione|beschrijving|a propos",
    "url": "url|link|profile url|profile link|permalink|account url|profil url|lien du profil|enlace|collegamento",
    "website": "website url|personal website|personal site|blog|blog url|external url|links",
    "address": "address|address 1|address line 1|street|street address|street 1|adresse|strasse|anschrift|rue|direccion|calle|endereco|rua|morada|indirizzo|via|adres|straat",
    "postcode": "postcode|post code|postal code|zip|zip code|zipcode|plz|postleitzahl|code postal|cp|codigo postal|cep|codice postale|cap",
    "birth_date": "dob|date of birth|birth date|birthdate|birthday|born on|year of birth|birth year",
    "organisation": "organisation|organization|works at|school|affiliation",
    "city": "location|home town|hometown|based in",
}  # fmt: skip
ANSWERS = frozenset({
    "cluster", "cluster id", "cluster label", "match", "match id", "matched id", "duplicate of", "is duplicate", "truth",
    "true id", "true cluster", "label", "golden id", "entity cluster",
})  # fmt: skip
"""Headings of what an earlier comparison found, ours among them: an answer is no evidence of itself."""
BOOKKEEPING = frozenset({
    "created", "created at", "created on", "created date", "creation date", "date created", "updated", "updated at",
    "updated on", "last updated", "modified", "modified at", "last modified", "date modified", "imported at", "import date",
    "timestamp", "last login", "last seen", "angelegt am", "geandert am", "cree le", "modifie le", "creado el",
})  # fmt: skip
"""Headings of when a row was written: what came in one import agrees in it, and says nothing of who somebody is."""
_FROM_PEOPLE = {"birthday": "birth_date"}  # their word for it in the catalogue of imports -> ours


@dataclass(frozen=True, slots=True)
class Meaning:
    """`fields`: our word -> the columns that feed it, most telling first. `extras`: what else the file holds, as a name
    that every engine takes -> its heading. `guesses`: heading -> our word that it nearly is. `answers`: left out (ANSWERS and BOOKKEEPING).
    """

    fields: Mapping[str, tuple[str, ...]]
    extras: Mapping[str, str]
    guesses: Mapping[str, str]
    answers: tuple[str, ...] = ()


def meaning(
    columns: Sequence[str], kind: Kind, *, said: Mapping[str, str], without: Sequence[str] = (), where: str
) -> Meaning:
    """What each column means. `said` is our word -> heading and overrules; `without` are headings to leave out.

    Refused: a word that is none of ours, a heading that the file does not have (each with the nearest that there is),
    one heading given twice.
    """
    _check(columns, said, without, where)
    fields: dict[str, list[str]] = {ours: [heading(theirs, columns)] for ours, theirs in said.items()}
    left = {heading(name, columns) for name in without}
    used = {name for names in fields.values() for name in names}
    silent = ANSWERS | BOOKKEEPING
    answers = tuple(name for name in columns if _unnumbered(normal(name)) in silent and name not in used | left)
    left |= set(answers)
    given = used | left
    words = _words(kind)
    rest = list[str]()
    for column in sorted(columns, key=lambda name: (normal(name).replace(" ", "_") not in FIELDS, columns.index(name))):
        if column in given:
            continue
        ours = words.get(_unnumbered(normal(column)), "")
        if ours and ours not in said and (ours not in fields or ours in MANY):
            fields.setdefault(ours, []).append(column)
        else:
            rest.append(column)
    rest.sort(key=columns.index)
    guesses = {column: near for column in rest if (near := _nearly(column, words, fields))}
    ordered = {ours: tuple(fields[ours]) for ours in FIELDS if ours in fields}
    return Meaning(ordered, _named(rest), guesses, answers)


def _check(columns: Sequence[str], said: Mapping[str, str], without: Sequence[str], where: str) -> None:
    taken(said, columns, FIELDS, where)
    for theirs in without:
        if not heading(theirs, columns):
            raise Refused(no_column(theirs, columns, where))


def _words(kind: Kind) -> dict[str, str]:
    known = {word: _FROM_PEOPLE.get(field, field) for word, field in SYNONYMS[Target.PEOPLE].items()}
    known = {word: field for word, field in known.items() if field in FIELDS}
    for field, words in _OWN.items():
        known.update(dict.fromkeys(words.split("|"), field))
    if kind is not Kind.PROFILES:  # the address of a row that is no profile is somebody's own site
        known["link"] = "website"
    return known | {normal(field): field for field in FIELDS}


def _unnumbered(key: str) -> str:
    return key if key in ("address 1", "street 1") else re.sub(r" [1-9]$", "", key)


def _nearly(column: str, words: Mapping[str, str], fields: Mapping[str, object]) -> str:
    """Our word for a heading that is a slip of the pen away from a known one and still free."""
    key = normal(column)
    if len(key) < 4 or key in words:
        return ""
    near = [word for word in words if sorted(word) == sorted(key)]  # letters that changed places
    near = near or difflib.get_close_matches(key, [word for word in words if abs(len(word) - len(key)) < 3], 1, 0.8)
    found = words[near[0]] if near else ""
    return found if found and (found not in fields or found in MANY) else ""


def _named(columns: Sequence[str]) -> dict[str, str]:
    named = dict[str, str]()
    for place, column in enumerate(columns, 1):
        plain = normal(column).replace(" ", "_")[:40] or f"column_{place}"
        name = f"x_{plain}"
        named[name if name not in named else f"{name}_{place}"] = column
    return named
