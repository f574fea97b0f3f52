"""Where jobs wait for long: what, since when, how many, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mutuals.base import bulk
from mutuals.insights.stages import Stage

LONG = timedelta(minutes=10)
"""After which a job that could begin and did not has waited for long."""
_ALIVE = timedelta(seconds=60)
_SOME = 5_000  # jobs that are looked at, the oldest first
_WAITING = """
SELECT j.task_name, count(*), min(greatest(j.scheduled_at, e.at)), max(j.attempts),
    (SELECT count(*) FROM procrastinate_workers w WHERE w.last_heartbeat > %s)
FROM (SELECT id, task_name, scheduled_at, attempts FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT %s) j
LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true
WHERE greatest(j.scheduled_at, e.at) <= %s
GROUP BY 1 ORDER BY 3, 1
"""
_WORDS = {
    "capture.draw": "looks for news at sources",
    "flow.advance": "messages that are to be opened",
    "capture.send": "answers on their way out",
    "identity.drain": "presences that are to be compared",
    "identity.sweep": "the search for doubles",
    "listening.fill": "topics that read history",
    "listening.warn": "the early warning",
    "rules.read_on": "rules of the journal",
    "capture.run": "imports",
}
_STAGES = {
    "capture": Stage.SOURCE,
    "flow": Stage.STORED,
    "identity": Stage.LINKED,
    "listening": Stage.READ,
    "rules": Stage.RULED,
}


@dataclass(frozen=True, slots=True)
class Wait:
    """Jobs of one kind that wait. `tries`: how often the unluckiest was begun and failed."""

    job: str
    many: int
    since: datetime
    tries: int
    workers: int

    @property
    def what(self) -> str:
        """The kind in plain words."""
        return _WORDS.get(self.job, self.job)

    @property
    def stage(self) -> Stage | None:
        """The stage of the walk that it holds up."""
        return Stage.REPORTED if self.job == "listening.warn" else _STAGES.get(self.job.split(".")[0])

    @property
    def to_do(self) -> str:
        """What helps."""
        if not self.workers:
            return "No worker runs. Start Mutuals anew, or one by “mutuals worker”."
        if self.tries:
            return f"It failed {self.tries} time{'s' * (self.tries > 1)}; the log of the worker says why."
        return f"{self.workers} worker{'s' * (self.workers > 1)} cannot keep up. Start another by “mutuals worker”."


def long(*, now: datetime, after: timedelta = LONG) -> list[Wait]:
    """Kinds of jobs of which one has waited for longer than `after`, the oldest first; among the oldest 5,000 jobs.

    A job that is to begin later does not wait, and neither does one that is being done.
    """
    rows = bulk.execute(_WAITING, [now - _ALIVE, _SOME, now])
    return [
        Wait(str(job), int(many), since, int(tries), int(workers))
        for job, many, since, tries, workers in rows
        if now - since > after
    ]
