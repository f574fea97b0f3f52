"""One message's way through the house, on one page. Read this first."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DatabaseError, OperationalError, ProgrammingError, transaction

from mutuals.base import clock, gate, jobs
from mutuals.capture import apart, doubt, intake
from mutuals.conversations import threads
from mutuals.history import keep, tally
from mutuals.identity import resolve
from mutuals.identity.proofs import brought
from mutuals.inbox import place
from mutuals.insights import passed
from mutuals.listening import read
from mutuals.rules import judge

log = logging.getLogger(__name__)


def advance(raws: Sequence[intake.Waiting]) -> None:
    """Carry a batch of one source through the house. Safe to run again: each room keeps its result once."""
    arrived = intake.open(raws)  #                    capture        what the network sent -> who said what
    doubt.echoes(arrived)  #                          capture        our own words come back: now we know they stand
    doubt.returned(arrived)  #                        capture        or the network says that they did not arrive
    arrived = apart.mails(arrived)  #                 capture        two mails of one Message-ID, or one that came twice
    placed, joined = threads.place(arrived)  #        conversations  what belongs together
    kept = keep.interactions(placed, joined)  #       history        stored in our words
    tally.count(kept)  #                              history        when we last heard of them
    resolve.authors(kept)  #                          identity       whose profile is it?
    brought.proofs(kept)  #                           identity       what came with it and proves it
    read.interactions(kept)  #                        listening      language, mood, intent, topics
    place.interactions(kept, joined)  #               inbox          whose turn is it?
    judge.received(kept)  #                           rules          what follows from that?
    threads.drop(joined)
    passed.count(raws, kept, now=clock.now())  #      insights       how far each of them came
    intake.done(raws, [number for one in kept for number in one.raw_ids])


def run(source_id: int) -> int:
    """Advance all that waits of a source, batch by batch, each in its own transaction; returns how many were opened.

    A batch that fails is halved until the one bad event stands alone; that one is parked with its reason.
    """
    total = 0
    while True:
        with transaction.atomic():
            gate.enter()
            raws = intake.claim(source_id)
            total += len(raws)
            is_all = intake.is_all(raws)
            _carefully(raws)
        if is_all:
            return total
        jobs.may_go_on()


def _carefully(raws: Sequence[intake.Waiting]) -> None:
    if not raws:
        return
    try:
        with transaction.atomic():
            advance(raws)
    except (ValueError, TypeError, KeyError, DatabaseError) as error:
        if isinstance(error, ProgrammingError) or (isinstance(error, OperationalError) and not _is_too_much(error)):
            raise  # the server, the disk or a missing migration, not the message: the job tries again
        if len(raws) == 1:
            log.exception("parked raw event %s", raws[0].pk)
            intake.park(raws[0], f"{type(error).__name__}: {error}")
            return
        half = len(raws) // 2
        _carefully(raws[:half])
        _carefully(raws[half:])


def _is_too_much(error: OperationalError) -> bool:
    """Whether PostgreSQL says that a value is beyond its limits (class 54), such as more words than an index holds."""
    return str(getattr(error.__cause__, "sqlstate", "") or "").startswith("54")
