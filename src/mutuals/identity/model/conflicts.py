"""What cannot be if two were one, in words. A conflict links nothing by itself and stops no human: it is asked about."""

from __future__ import annotations

from collections.abc import Iterator

from mutuals.identity.model.card import Row
from mutuals.identity.model.comparisons import jaro
from mutuals.identity.reading import sites

CROWD = 30
"""Presences of one person from which a machine adds no more."""
_ALIKE = 0.9  # likeness (Jaro-Winkler) from which two given names may be one, misspelt


def conflicts_of(one: Row, other: Row) -> tuple[str, ...]:
    """Every conflict of two rows of the social model; () for most."""
    rules = (_births, _names, _mailboxes, _accounts, _hands, _elsewhere, _refused, _kinds, _crowd)
    return tuple(words for rule in rules for words in rule(one, other))


def _many(row: Row, column: str) -> tuple[str, ...]:
    held = row.get(column)
    return tuple(held) if isinstance(held, tuple | list) else ()


def _births(one: Row, other: Row) -> Iterator[str]:
    born, theirs = one.get("born"), other.get("born")
    if born and theirs and born != theirs:
        yield f"born on {born} and on {theirs}"


def _names(one: Row, other: Row) -> Iterator[str]:
    """Twins, parents and children: one family name, two given names that are no forms of each other."""
    mine, theirs = _many(one, "givens"), _many(other, "givens")
    if not mine or not theirs or set(_many(one, "families")).isdisjoint(_many(other, "families")):
        return
    forms = set(_many(one, "forms"))
    if forms.isdisjoint(_many(other, "forms")) and all(jaro(a, b) < _ALIKE for a in mine for b in theirs):
        yield f"two given names of one family, {mine[0].title()} and {theirs[0].title()}"


def _mailboxes(one: Row, other: Row) -> Iterator[str]:
    """Two of one name in one firm; or two who have nothing in their names in common and write from two addresses."""
    mine, theirs = _many(one, "emails"), _many(other, "emails")
    if not mine or not theirs or not set(mine).isdisjoint(theirs):
        return
    houses = {domain for address in mine if (domain := sites.own_domain(address))}
    shared = sorted(houses & {sites.own_domain(address) for address in theirs})
    if shared:
        yield f"two mailboxes of one house, {shared[0]}"
    if all(_many(row, "names") for row in (one, other)) and all(
        set(_many(one, column)).isdisjoint(_many(other, column)) for column in ("forms", "families")
    ):
        yield f"two addresses with two names, {mine[0]} and {theirs[0]}"


def _accounts(one: Row, other: Row) -> Iterator[str]:
    """Two accounts of a network that allows a person one; those that are labelled work, shared or bot are left out."""
    mine, theirs = _many(one, "sole"), _many(other, "sole")
    for account in mine:
        network = account.partition(" ")[0]
        others = [held for held in theirs if held.partition(" ")[0] == network]
        if others and account not in others:
            both = f"{account.partition(' ')[2]} and {others[0].partition(' ')[2]}"
            yield f"two accounts of {network}, where a person has one: {both}"
            return


def _hands(one: Row, other: Row) -> Iterator[str]:
    """One account with two numbers of its network: somebody gave it up and somebody else, or they themselves, took it.

    The account's page (`https://tea.example/@bea`) is no number: it stands for one where nobody told it.
    """
    mine = dict(_numbers(one))
    for account, number in _numbers(other):
        if mine.get(account, number) != number:
            yield f"the account {account} has changed hands, or was made anew"
            return


def _numbers(row: Row) -> Iterator[tuple[str, str]]:
    for held in _many(row, "holders"):
        account, number = held.rsplit(" ", 1)
        is_page = number.startswith(("https://", "http://")) and number.rstrip("/").rpartition("/")[2].startswith("@")
        if not is_page:
            yield account, number


def _elsewhere(one: Row, other: Row) -> Iterator[str]:
    """One handle on two servers of a network: somebody moved, or somebody else took it there. It takes them a minute."""
    both = set(_many(one, "handles")) & set(_many(other, "handles"))
    if both and set(_many(one, "accounts")).isdisjoint(_many(other, "accounts")):
        network, _, core = min(both).partition(" ")
        yield f"“{core}” on two servers of {network}: who moved there, or who copied it"


def _refused(one: Row, other: Row) -> Iterator[str]:
    """Staff said of such a presence that it is somebody else's: the next one of its kind is asked about."""
    for told, theirs in ((one, other), (other, one)):
        if both := sorted(set(_many(told, "cores")) & set(_many(theirs, "refused"))):
            yield f"staff said of another presence called “{both[0]}” that it is somebody else"
            return


def _kinds(one: Row, other: Row) -> Iterator[str]:
    for firm, human in ((one, other), (other, one)):
        if _many(firm, "firms") and not _many(human, "firms") and _many(human, "names"):
            yield f"an organisation, {_many(firm, 'firms')[0]}, and a person"


def _crowd(one: Row, other: Row) -> Iterator[str]:
    if one.get("crowd") or other.get("crowd"):
        yield f"{CROWD} presences or more already, so that staff decide about each more"
