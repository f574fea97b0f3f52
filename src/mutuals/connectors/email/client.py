"""Reading a mailbox: new mails by their numbers, folder by folder; and waiting for the next one."""

from __future__ import annotations

import re
import select
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from mutuals.connectors.contract import BadRequest, Context, Handle, Page, Raw
from mutuals.connectors.email._headers import addresses, handle, moment, normalised
from mutuals.connectors.email._imap import PATIENCE, Session, signed_in
from mutuals.connectors.email._message import head
from mutuals.connectors.email._smtp import knock
from mutuals.connectors.email._wire import TIMEOUT
from mutuals.connectors.email.parse import key_of, mark_of

PAGE = 50  # mails
PAGE_BYTES = 10_000_000
LARGEST_MAIL = 25_000_000  # bytes; of a larger one only the beginning is fetched
BEGINNING = 500_000
LONGEST_IDLE = 25 * 60.0  # seconds; servers may hang up after 30 minutes (RFC 2177)
NOOP_EVERY = 15.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,20})(?!\d)")
_UID = re.compile(rb"\bUID (\d{1,10})(?!\d)")
_DATE = re.compile(rb'INTERNALDATE "([^"]{1,40})"')


def fetch(context: Context, stream: str, cursor: Mapping[str, Any]) -> Iterator[Page]:
    """Pages of at most 50 mails or 10 MB. The cursor holds, for each folder, `uidvalidity`, `uid` and `day`.

    When a folder's UIDVALIDITY changes, its numbers mean nothing any more: it is read again from a day before the last
    mail that was seen, and the Message-ID as `Raw.key` tells what is known already.
    """
    del stream
    known = {name: dict(place) for name, place in dict(cursor.get("folders", {})).items()}
    with signed_in(context) as session:
        sent = session.sent_folder()
        names = sorted(folders(context, session), key=lambda name: name != sent)  # what we know of ourselves goes first
        for number, name in enumerate(names):
            session.wire.give(PATIENCE)
            if not session.folder(name, writing=True):
                context.log(f"There is no folder {name!r} in this mailbox.")
                continue
            place = _start(context, session, known.get(name, {}))
            wanted = [uid for uid in session.uids(*_criteria(place)) if uid > place["uid"]]
            sized = _sizes(session, wanted)
            for chunk in _chunks(sized):
                context.limiter.take("read")
                session.wire.give(PATIENCE)
                raws = _fetch(context, session, chunk, is_sent=name == sent)
                place = {**place, "uid": chunk[-1][0], "day": max(place["day"], _latest(chunk))}
                known[name] = place
                rest = chunk[-1][0] != sized[-1][0] or number + 1 < len(names)
                yield Page(raws, {"folders": {**known}}, more=rest)
            if known.get(name) != place:
                known[name] = place
                yield Page((), {"folders": {**known}}, more=number + 1 < len(names))


def folders(context: Context, session: Session) -> list[str]:
    """The folders as set, else the inbox and what the server marks as Sent."""
    named = [name.strip() for name in str(context.settings.get("folders") or "").split(",") if name.strip()]
    return list(dict.fromkeys(named or filter(None, ["INBOX", session.sent_folder()])))


def watch(context: Context, stream: str, seconds: float) -> bool:
    """IDLE on the first folder, or a look every 15 s where the server has none. True = something is new.

    A mail that came since the last session is also told: the server then still counts it as recent.
    """
    del stream
    until = context.now() + timedelta(seconds=min(seconds, LONGEST_IDLE))
    with signed_in(context) as session:
        if not session.folder(folders(context, session)[0], writing=True):
            return False
        if session.number("RECENT"):
            return True
        if "IDLE" in session.capabilities:
            return _idle(session, context, until)
        return _look(session, context, until)


def check(context: Context) -> Handle:
    """Signs in to both servers; our own address as set."""
    with signed_in(context) as session:
        session.noop()
    knock(context)
    return ourselves(context)


def ourselves(context: Context) -> Handle:
    """Who we are in mails."""
    return handle(str(context.settings.get("shown") or ""), normalised(str(context.settings["address"])))


def _start(context: Context, session: Session, place: Mapping[str, Any]) -> dict[str, Any]:
    validity = session.number("UIDVALIDITY")
    if place and place.get("uidvalidity") == validity:
        return {"uidvalidity": validity, "uid": int(place["uid"]), "day": str(place["day"])}
    if place:
        since = datetime.fromisoformat(str(place["day"])) - timedelta(days=1)
        context.log("The server has numbered its mails anew; they are read again and recognised by their Message-ID.")
    else:
        since = context.now() - timedelta(days=_days_back(context))
    return {"uidvalidity": validity, "uid": 0, "day": since.date().isoformat()}


def _days_back(context: Context) -> int:
    text = str(context.settings.get("back_days") or 90).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadRequest(f"{text!r} is no number of days to read back.")
    return int(text)


def _criteria(place: Mapping[str, Any]) -> tuple[str, ...]:
    if place["uid"]:
        return ("UID", f"{place['uid'] + 1}:*")
    day = datetime.fromisoformat(place["day"])
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][day.month - 1]
    return ("SINCE", f"{day.day}-{month}-{day.year}")


Sized = tuple[int, int, datetime | None]  # UID, bytes, arrival


def _sizes(session: Session, uids: list[int]) -> list[Sized]:
    """What was expunged meanwhile is simply not there any more."""
    found: list[Sized] = []
    for start in range(0, len(uids), 500):
        session.wire.give(PATIENCE)
        numbers = ",".join(str(uid) for uid in uids[start : start + 500])
        for one in session.ok(session.uid("FETCH", numbers, "(RFC822.SIZE INTERNALDATE)")):
            text = one if isinstance(one, bytes) else b""
            uid, size, date = _UID.search(text), _SIZE.search(text), _DATE.search(text)
            if uid and size:
                found.append((int(uid[1]), int(size[1]), moment(date[1].decode("ascii", "replace")) if date else None))
    return sorted(found)


def _chunks(sized: list[Sized]) -> Iterator[list[Sized]]:
    chunk: list[Sized] = []
    room = PAGE_BYTES
    for one in sized:
        cost = min(one[1], LARGEST_MAIL)
        if chunk and (len(chunk) >= PAGE or cost > room):
            yield chunk
            chunk, room = [], PAGE_BYTES
        chunk.append(one)
        room -= cost
    if chunk:
        yield chunk


def _fetch(context: Context, session: Session, chunk: list[Sized], *, is_sent: bool) -> tuple[Raw, ...]:
    small = [uid for uid, size, _ in chunk if size <= LARGEST_MAIL]
    large = [uid for uid, size, _ in chunk if size > LARGEST_MAIL]
    bodies = _bodies(session, small, "(BODY.PEEK[])")
    bodies.update(_bodies(session, large, f"(BODY.PEEK[]<0.{BEGINNING}>)"))
    own = normalised(str(context.settings["address"]))
    return tuple(
        _raw(bodies[uid], own if is_sent else "", arrived=arrived, cut=uid in large)
        for uid, _, arrived in chunk
        if uid in bodies
    )


def _bodies(session: Session, uids: list[int], what: str) -> dict[int, bytes]:
    if not uids:
        return {}
    found: dict[int, bytes] = {}
    data = session.ok(session.uid("FETCH", ",".join(map(str, uids)), what))
    for number, one in enumerate(data):
        if isinstance(one, tuple) and len(one) == 2:
            after = data[number + 1] if number + 1 < len(data) and isinstance(data[number + 1], bytes) else b""
            uid = _UID.search(one[0]) or _UID.search(after)
            if uid:
                found[int(uid[1])] = one[1]
    return found


def _raw(body: bytes, own: str, *, arrived: datetime | None, cut: bool) -> Raw:
    """Sent by ourselves = our address stands in From, in the folder that the server marks as Sent (else `own` is "").

    Anybody can write our address into From; into our Sent folder only our own programs put something.
    """
    message = head(body)
    kind = "sent" if own and own in [address for _, address in addresses(message, "From")] else "received"
    if arrived is not None:
        kind += f";at={int(arrived.timestamp())}"
    return Raw(f"{key_of(message, body)}#{mark_of(message, body)}", body, kind + (";cut" if cut else ""))


def _latest(chunk: list[Sized]) -> str:
    return max((arrived.astimezone(UTC).date().isoformat() for _, _, arrived in chunk if arrived), default="")


def _idle(session: Session, context: Context, until: datetime) -> bool:
    """Ends with DONE, for a server answers nothing else meanwhile (RFC 2177); a look that timed out just hangs up."""
    tag = session._new_tag()
    session.send(tag + b" IDLE\r\n")
    if not session.readline().startswith(b"+"):
        return False
    while (left := (until - context.now()).total_seconds()) > 0:
        session.wire.give(left)
        session.wire.wait(left)
        try:
            said = session.readline()
        except TimeoutError:
            break
        if not said:
            raise session.abort("The server hung up while we waited.")
        if re.match(rb"\* \d+ (EXISTS|RECENT)", said):
            session.wire.give(TIMEOUT)
            session.wire.wait(TIMEOUT)
            session.send(b"DONE\r\n")
            while said and not said.startswith(tag):
                said = session.readline()
            return True
    session.leave()
    return False


def _look(session: Session, context: Context, until: datetime) -> bool:
    before = session.uids("ALL")[-1:]
    while (left := (until - context.now()).total_seconds()) > 0:
        select.select([session.sock], [], [], min(left, NOOP_EVERY))
        session.wire.give(PATIENCE)
        session.noop()
        if session.uids("ALL")[-1:] > before:
            return True
    return False
