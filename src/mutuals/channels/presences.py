"""Our own presences: who we are on a source, for which pillar, and who may speak as it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from mutuals.base import journal
from mutuals.base.refusals import Refusal, one_line
from mutuals.channels.models import Channel, Source
from mutuals.connectors.contract import Handle
from mutuals.staff.models import Pillar, Role, Team, User
from mutuals.staff.permissions import NotAllowed, require

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_TEXTS = {"name": ("Name", 200), "brand": ("Brand", 80), "language": ("Language", 12), "purpose": ("Purpose", 300)}
_LONGEST_ANSWER = 60 * 24 * 90  # minutes


def add(source: Source, *, by: User, network: str, key: str, name: str, **about: Any) -> Channel:
    """A presence of ours on a source. `about`: pillar, brand, language, purpose, owner, stand_in, hours,
    response_minutes, speakers, speaker_teams, is_live. Refused: the same account twice on one source.
    """
    require(by, "channel.manage")
    channel = Channel(
        source=source,
        network=one_line(network, what="Network", longest=30),
        key=one_line(key, what="Key", longest=512),
    )
    with transaction.atomic():
        _put(channel, {"name": name, **about})
        same = Q(key__iexact=channel.key) | Q(name__iexact=channel.key)  # a name is typed for an id easily
        if Channel.objects.filter(same, source=source, network=channel.network).exists():
            raise Refusal(f"{channel.key} is on this source already.", fields={"key": "Here already."})
        try:
            with transaction.atomic():
                channel.save()
        except IntegrityError as error:
            raise Refusal(f"{name} is on this source already.", fields={"key": "Here already."}) from error
        _put_speakers(channel, about)
        journal.note("channel.added", channel, by=by, name=channel.name, source=source.pk)
    return channel


def change(channel: Channel, *, by: User, **about: Any) -> Channel:
    """Change what is given, as in `add`. The account itself stays."""
    require(by, "channel.manage")
    with transaction.atomic():
        row = Channel.objects.select_for_update(of=("self",)).get(pk=channel.pk)
        _put(row, about)
        row.save()
        _put_speakers(row, about)
        journal.note("channel.changed", row, by=by, fields=sorted(about))
    return row


def found(source: Source, handle: Handle, *, by: User) -> Channel:
    """The presence of the account that a sign-in showed: made once, renamed when the network shows another name."""
    here = Channel.objects.filter(source=source, network=handle.network)
    alike = Q(key__iexact=handle.key) | Q(name__iexact=handle.key)
    known = here.filter(key=handle.key).first() or here.filter(alike).order_by("pk").first()
    if known is not None and known.key != handle.key:  # typed by hand; the network knows its id better
        known.key = handle.key
        known.save(update_fields=["key"])
    name = (handle.name or handle.shown or handle.key)[:200]
    if known is None:
        return add(source, by=by, network=handle.network, key=handle.key, name=name, owner=source.owner)
    return known if known.name == name else change(known, by=by, name=name)


def may_speak(user: Any, channel: Channel) -> bool:
    """True for owners and admins, named speakers and members of a speaking team; never for a channel that is off."""
    return channel.is_live and speakable(user).filter(pk=channel.pk).exists()


def require_speak(user: Any, channel: Channel) -> None:
    """Begin speaking as a channel: raise NotAllowed unless `may_speak` (E3)."""
    if not may_speak(user, channel):
        raise NotAllowed(f"You may not speak as {channel}. Ask its owner or an admin.")


def speakable(user: Any, source: Source | None = None) -> QuerySet[Channel]:
    """The live channels a user may speak as, in one query: what the "reply as" menu shows."""
    if not isinstance(user, User) or not user.is_active:
        return Channel.objects.none()
    channels = Channel.objects.filter(is_live=True).select_related("source").order_by("name", "pk")
    if source is not None:
        channels = channels.filter(source=source)
    if user.role in (Role.OWNER, Role.ADMIN):
        return channels
    named = Channel.speakers.through.objects.filter(user_id=user.pk).values("channel_id")
    teamed = Channel.speaker_teams.through.objects.filter(team_id__in=user.team_ids()).values("channel_id")
    return channels.filter(Q(pk__in=named) | Q(pk__in=teamed))


def preselected(user: Any, source: Source, *, pillar: str = "") -> Channel | None:
    """Which of them the composer starts with: the wanted pillar's, else one of the user's own teams' pillars, else one
    where the user is named, else the first by name. None = the user may not speak here.
    """
    options = list(speakable(user, source).prefetch_related("speakers"))
    if not options:
        return None
    own = set(Team.objects.filter(pk__in=user.team_ids()).exclude(pillar="").values_list("pillar", flat=True))

    def rank(channel: Channel) -> tuple[bool, bool, bool, str, int]:
        named = any(speaker.pk == user.pk for speaker in channel.speakers.all())
        wanted = bool(pillar) and channel.pillar == pillar
        return (not wanted, channel.pillar not in own, not named, channel.name, channel.pk)

    return min(options, key=rank)


def _put(channel: Channel, about: Mapping[str, Any]) -> None:
    for field, value in about.items():
        if field in _TEXTS:
            what, longest = _TEXTS[field]
            setattr(channel, field, one_line(value, what=what, longest=longest, needed=field == "name"))
        elif field in _READERS:
            setattr(channel, field, _READERS[field](value))
        elif field not in ("speakers", "speaker_teams"):
            raise TypeError(f"A channel has no {field}.")


def _put_speakers(channel: Channel, about: Mapping[str, Any]) -> None:
    speakers: Iterable[User] | None = about.get("speakers")
    teams: Iterable[Team] | None = about.get("speaker_teams")
    if speakers is not None:
        channel.speakers.set([user for user in speakers if _somebody(user)])
    if teams is not None:
        channel.speaker_teams.set(teams)


def _somebody(user: User | None) -> User | None:
    if user is not None and not user.is_active:
        raise Refusal(f"{user} has no access any more.", fields={"owner": "Choose somebody who works here."})
    return user


def _pillar(value: Any) -> str:
    if value and value not in Pillar.values:
        raise Refusal(f"There is no pillar {str(value)[:40]!r}.", fields={"pillar": "Choose one of the pillars."})
    return str(value or "")


def _minutes(value: Any) -> int | None:
    if value is not None and (not isinstance(value, int) or not 0 < value <= _LONGEST_ANSWER):
        raise Refusal("Time to answer is a number of minutes, up to 90 days.", fields={"response_minutes": "Minutes."})
    return value


def _hours(value: Any) -> dict[str, Any]:
    """{"zone": "Europe/Lisbon", "mon": [["09:00", "17:00"]]}: spans in order that do not overlap. {} = not said."""
    wrong = Refusal(
        "Hours are days with spans like 09:00 to 17:00, and a time zone.", fields={"hours": "Not readable."}
    )
    if not isinstance(value, dict) or not set(value) <= {"zone", *DAYS}:
        raise wrong
    if value and value.get("zone") not in available_timezones():
        raise wrong
    for day in DAYS:
        spans = value.get(day, [])
        flat = [moment for span in (spans if isinstance(spans, list) else [spans]) for moment in _span(span, wrong)]
        if any(later <= earlier for earlier, later in pairwise(flat)):
            raise wrong
    return value


def _span(span: Any, wrong: Refusal) -> list[str]:
    if not isinstance(span, list | tuple) or len(span) != 2:
        raise wrong
    if not all(isinstance(moment, str) and _TIME.fullmatch(moment) for moment in span):
        raise wrong
    return list(span)


_READERS: dict[str, Any] = {
    "pillar": _pillar,
    "owner": _somebody,
    "stand_in": _somebody,
    "hours": _hours,
    "response_minutes": _minutes,
    "is_live": bool,
}
