"""Notices written by reading the journal on: nobody who does something needs to know who wants to hear of it.

Each entry becomes at most one notice of a user, for the first reason that holds: they were told, mentioned, given or offered
something, or follow the record. What one did oneself is no news.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from mutuals.base import bulk, clock, gate, jobs, wake
from mutuals.base.reading import Piece, Place, piece
from mutuals.staff import concerns, mentions, named, notices
from mutuals.staff.models import Follow, Heard, Notice, Team, User, Why

JOB = "staff.notices"
MOST = 5_000
"""Entries of one reading, which is one transaction."""
TOGETHER = timedelta(hours=1)
"""How long changes of a record that one follows are one line; `FULL` is how many they may be."""
FULL = 500
Due = dict[tuple[int, str], list[tuple[Piece, Why, str]]]
"""User and record -> what they are to be told of it: the entry, why, and words of a colleague."""


def soon() -> None:
    """Let the journal be read at once, where somebody waits for it: a colleague was mentioned."""
    jobs.later(JOB, once=JOB)


def catch_up(now: datetime | None = None) -> int:
    """Read on until nothing is left, by pieces; returns how many notices were written or grew."""
    made = 0
    while True:
        is_more, told = read_on(now)
        made += told
        if not is_more:
            return made
        jobs.may_go_on()


@gate.giving_way
@transaction.atomic
def read_on(now: datetime | None = None) -> tuple[bool, int]:
    """Read a piece, holding the place alone: whether there is more, and how many notices came of this."""
    now = now or clock.now()
    bulk.execute(f"SELECT {gate.GIVE_WAY}", [])
    Heard.objects.bulk_create([Heard(pk=1)], ignore_conflicts=True)
    state = Heard.objects.select_for_update().get(pk=1)
    told, place = piece(Place(state.horizon, state.entry, state.until, state.after), most=MOST)
    state.horizon, state.entry, state.until, state.after = place.horizon, place.entry, place.until, place.after
    state.save()
    return place.until > 0, tell(told, now=now)


def tell(told: Sequence[Piece], *, now: datetime) -> int:
    """Write what these entries are to whom; again is no second time. Returns how many notices were written or grew."""
    due = _due(told)
    if not due:
        return 0
    users = {row.pk: row for row in _locked({user for user, _ in due})}
    due = {(user, about): one for (user, about), one in due.items() if user in users}
    for number, viewer in users.items():
        asked = {about for user, about in due if user == number and about}
        for about in asked - named.seen(viewer, asked):
            del due[number, about]
    made = _written(due)
    if made:
        notices.count({one.user_id for one in made})
        wake.changed("notices", sorted({one.user_id for one in made if not notices.is_quiet(users[one.user_id], now)}))
    return len(made)


def _locked(numbers: set[int]) -> list[User]:
    """Who works here of these, held for this transaction before any of their notices, as by all who write them."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=numbers, is_active=True)
    return list(rows.order_by("pk"))


def _due(told: Sequence[Piece]) -> Due:
    abouts = {one.id: concerns.record(one) or named.about(one) for one in told}
    same = named.alike(set(abouts.values()))
    words, meant = _meant(told)
    teams = _members(told)
    follows: dict[str, set[int]] = defaultdict(set)
    for user, about in Follow.objects.filter(about__in={key for keys in same.values() for key in keys}).values_list(
        "user_id", "about"
    ):
        follows[about].add(user)
    due: Due = defaultdict(list)
    for one in told:
        keys = same.get(abouts[one.id], [])
        whom = _whom(one, meant.get(one.id, ()), teams, [user for key in keys for user in follows.get(key, ())])
        for user, why in whom.items():
            text = (
                str(one.data.get("text", ""))
                if why is Why.TOLD
                else words.get(one.id, "")
                if why is Why.MENTION
                else ""
            )
            due[user, keys[0] if keys else ""].append((one, why, concerns.line(text)))
    return {(user, about): all_ for (user, about), all_ in due.items() if about or all_[0][1] is Why.TOLD}


def _whom(
    entry: Piece, meant: Sequence[int], teams: Mapping[int, Sequence[int]], followers: Sequence[int]
) -> dict[int, Why]:
    """Whom to tell of an entry, each with the best reason."""
    concern = concerns.of(entry)
    whom = {} if entry.kind in concerns.SILENT else dict.fromkeys(followers, Why.FOLLOWED)
    for team in concern.teams:
        whom |= dict.fromkeys(teams.get(team, ()), Why.OFFERED)
    whom |= concern.users
    whom |= {user: Why.MENTION for user in meant if whom.get(user) is not Why.TOLD}
    doer = concerns.by_themselves(entry)
    if whom.get(doer) is not Why.TOLD:
        whom.pop(doer, None)
    return whom


def _meant(told: Sequence[Piece]) -> tuple[dict[int, str], dict[int, list[int]]]:
    """Words of colleagues by entry, of those in which somebody may be mentioned, and who is."""
    words = {one.id: text for one in told if (text := concerns.typed(one))}
    for of in named.written():
        theirs = [one for one in told if one.kind in of.kinds]
        words |= dict(of.words(theirs)) if theirs else {}
    words = {number: text for number, text in words.items() if "@" in text}
    if not words:
        return {}, {}
    rows = User.objects.filter(is_active=True).values_list("pk", "name", "email")
    colleagues = [mentions.Colleague(*row) for row in rows]
    return words, {number: mentions.found(text, colleagues) for number, text in words.items()}


def _members(told: Sequence[Piece]) -> dict[int, list[int]]:
    """Who is in the teams that are offered something."""
    asked = {team for one in told for team in concerns.of(one).teams}
    members: dict[int, list[int]] = defaultdict(list)
    rows = Team.objects.filter(pk__in=asked, members__is_active=True) if asked else Team.objects.none()
    for team, user in rows.values_list("pk", "members"):
        members[team].append(user)
    return members


def _written(due: Due) -> list[Notice]:
    if not due:
        return []
    began = min(entry.at for all_ in due.values() for entry, _, _ in all_) - TOGETHER
    there: dict[tuple[int, str], list[Notice]] = defaultdict(list)
    for row in Notice.objects.filter(
        about__in={about for _, about in due}, user__in={user for user, _ in due}, at__gte=began
    ).order_by("pk"):
        there[row.user_id, row.about].append(row)
    new: list[Notice] = []
    grown: dict[int, Notice] = {}
    for key, all_ in due.items():
        for row in _rows(key, all_, there[key]):
            if row.pk is None:
                new.append(row)
            else:
                grown[row.pk] = row
    Notice.objects.bulk_create(new, batch_size=1000)
    Notice.objects.bulk_update(grown.values(), ["entries", "at", "did", "by"], batch_size=1000)
    return [*new, *grown.values()]


def _rows(key: tuple[int, str], told: Sequence[tuple[Piece, Why, str]], there: list[Notice]) -> Iterator[Notice]:
    """The notices of one user about one record that are new or grow by these entries."""
    known = {number for row in there for number in row.entries}
    changed: dict[int, Notice] = {}
    for entry, why, words in told:
        if entry.id in known:
            continue
        row = next((one for one in reversed(there) if _takes(one, entry, why)), None)
        if row is None:
            row = Notice(user_id=key[0], about=key[1], why=why, words=words, entries=[], began_at=entry.at, at=entry.at)
            there.append(row)
        row.entries = [*row.entries, entry.id]
        row.at, row.did, row.by = max(row.at, entry.at), entry.kind, entry.by
        changed[id(row)] = row
    yield from changed.values()


def _takes(row: Notice, entry: Piece, why: Why) -> bool:
    """Whether a line is still open for one more change."""
    if why is not Why.FOLLOWED or row.why != Why.FOLLOWED or row.read_at is not None:
        return False
    return len(row.entries) < FULL and abs(entry.at - row.began_at) < TOGETHER
