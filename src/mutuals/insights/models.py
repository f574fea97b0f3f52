"""What went past: counts of each stage of the walk, kept as batches end, so that no screen counts messages."""

from __future__ import annotations

from django.db import models

from mutuals.channels.models import Source


class Passage(models.Model):
    """What of one source arrived in a quarter of an hour, and how far it came; counted from the rows that it left behind.

    `arrived` are events: `quiet` those with nothing in them for us, `known` those that brought nothing new (sent again,
    edits, deletions), the others brought something. `stored` are new interactions, and `said` those among them that others
    said in words: of these `linked` are by somebody we know, `read` have a reading, `ruled` went past the rules, `fired` made
    one act, `met` a topic. `waited` and `slowest`: milliseconds from arrival to the end of the walk.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.DateTimeField()
    arrived = models.BigIntegerField()
    quiet = models.BigIntegerField()
    known = models.BigIntegerField(db_default=0)
    stored = models.BigIntegerField()
    said = models.BigIntegerField()
    linked = models.BigIntegerField()
    read = models.BigIntegerField()
    ruled = models.BigIntegerField()
    fired = models.BigIntegerField()
    met = models.BigIntegerField()
    waited = models.BigIntegerField()
    slowest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slot", "source"], name="passage_slot")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.slot:%Y-%m-%d %H:%M}: {self.arrived}"
