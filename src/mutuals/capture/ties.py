"""A mail may name any others: only those who took part in two conversations can make one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mutuals.base.ids import fit
from mutuals.connectors.contract import Envelope, Kind
from mutuals.conversations import threads
from mutuals.conversations.arrived import Arrived
from mutuals.history import queries as history

Pair = tuple[str, str]


@dataclass
class _Places:
    """Where each key stands: in a conversation, or (below zero) in one that this batch will open; and who spoke there."""

    of: dict[str, int]
    spoke: dict[int, set[Pair]] = field(default_factory=dict)
    known: dict[int, set[Pair]] | None = None

    def people(self, place: int) -> set[Pair]:
        """Whose words stand there, or to whom ours went; of all that are kept in one query, once somebody asks."""
        if self.known is None:
            self.known = history.people_in({number for number in self.of.values() if number > 0})
        return self.spoke.get(place, set()) | self.known.get(place, set())

    def put(self, keys: Iterable[str], place: int, who: Pair | None) -> None:
        """Let the keys stand there, and somebody have spoken."""
        self.of.update(dict.fromkeys(keys, place))
        if who:
            self.spoke.setdefault(place, set()).add(who)

    def join(self, gone: set[int], stays: int) -> None:
        """Let several places be one."""
        people = set().union(*(self.people(place) for place in gone), self.people(stays))
        self.spoke[stays] = people
        self.of.update({key: stays for key, place in self.of.items() if place in gone})


def untied(arrived: Sequence[Arrived]) -> list[Arrived]:
    """Mails as they came; where the References of one lead to conversations that share nobody, only one of them is left.

    That is the one where the mail itself stands, else its parent (In-Reply-To), else the newest that it names.
    """
    mails = [one for one in arrived if one.envelope.kind is Kind.MAIL]
    if not mails:
        return list(arrived)
    places = _Places(threads.where(mails[0].source, {key for one in mails for key in threads.keys_of(one.envelope)}))
    told = []
    for number, one in enumerate(arrived):
        if one.envelope.kind is Kind.MAIL:
            one = replace(one, envelope=_placed(one.envelope, places, -number - 1))
        told.append(one)
    return told


def _placed(mail: Envelope, places: _Places, fresh: int) -> Envelope:
    nearest = [fit(key) for key in (mail.key, mail.reply_to, *reversed(mail.others), mail.thread) if key]
    place = next((places.of[key] for key in nearest if key in places.of), fresh)
    tied = {places.of[key] for key in nearest if key in places.of} - {place}
    if tied:
        strange = {other for other in tied if not places.people(other) & places.people(place)}
        away = {key for key in nearest if places.of.get(key) in strange}
        others = tuple(key for key in mail.others if fit(key) not in away)
        mail = replace(mail, others=others, reply_to="" if fit(mail.reply_to) in away else mail.reply_to)
        places.join(tied - strange, place)
    who = (mail.to[0] if mail.to else None) if mail.own else mail.author
    places.put(threads.keys_of(mail), place, (who.network, who.key) if who else None)
    return mail
