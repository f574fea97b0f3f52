"""How posts and mails that a file brought are taken back: bytes, what was said, empty conversations, people only it made.

What was answered, noted on or worked on stays with its whole conversation; so does what another delivery brought too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from django.apps import apps
from django.db.models import Exists, Model, OuterRef

from mutuals.base import bulk, files
from mutuals.base.models import BatchState, Change
from mutuals.capture.imports import _people_undo
from mutuals.capture.imports.linked import naming, pointing, worked_on
from mutuals.capture.imports.ways import Reasons, Told, Undoing, Way, along_words, undoes
from mutuals.capture.models import RawEvent
from mutuals.conversations.models import Conversation
from mutuals.history import tally
from mutuals.history.models import Attachment, Interaction
from mutuals.identity import cited, known, link
from mutuals.identity.models import Cited
from mutuals.people.models import Person, Profile

_OF_TALK = ("conversations.anchor", "inbox.turn", "history.interaction")
_APART = ("history.interaction", "history.attachment", "capture.outgoing", "identity.cited")
_ANSWERED, _ELSEWHERE = "It was answered since.", "Another delivery brought it too."
_RECOUNT = """
UPDATE conversations_conversation c SET message_count = n.count, last_at = coalesce(n.last_at, c.started_at),
    started_at = coalesce(n.first_at, c.started_at), last_in_at = n.last_in_at, last_out_at = n.last_out_at,
    snippet = coalesce(n.snippet, '')
FROM unnest(%s::bigint[]) AS g(id) CROSS JOIN LATERAL (
    SELECT count(*) AS count, max(occurred_at) AS last_at, min(occurred_at) AS first_at,
        max(occurred_at) FILTER (WHERE direction = 'in') AS last_in_at,
        max(occurred_at) FILTER (WHERE direction = 'out') AS last_out_at,
        (array_agg(left(regexp_replace(trim(left(text, 400)), '\\s+', ' ', 'g'), 200) ORDER BY occurred_at DESC, id DESC))[1]
            AS snippet
    FROM history_interaction i
    WHERE i.conversation_id = g.id AND i.direction <> 'note' AND i.kind NOT IN ('like', 'share', 'follow')
) n WHERE c.id = g.id
"""


def register() -> None:
    """Make the way known."""
    undoes("raw", Way(_told, lambda _values, _undoing: {}, _remove))


def _told(ids: Sequence[int], _names: Collection[str], _undoing: Undoing) -> Told:
    """Nothing of a raw is edited: it is there, or not."""
    rows = RawEvent.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return {pk: {} for pk in rows.values_list("pk", flat=True)}


def _remove(ids: Sequence[int], undoing: Undoing) -> Reasons:
    told = Change.objects.filter(batch=undoing.batch, about__in=[f"raw:{number}" for number in ids])
    keys = {key for before in told.values_list("before", flat=True) for key in before.get("keys", ())}
    rows = list(Interaction.objects.filter(source=undoing.of.source_id, key__in=keys))
    rows = [row for row in rows if set(ids) & set(row.extra.get("raws", ()))]
    stays = _stays(rows, undoing)
    kept = {int(raw): stays[row.pk] for row in rows if row.pk in stays for raw in row.extra["raws"] if raw in set(ids)}
    _drop([row for row in rows if row.pk not in stays], undoing)
    RawEvent.objects.filter(pk__in=[number for number in ids if number not in kept]).delete()
    return kept


def _stays(rows: Sequence[Interaction], undoing: Undoing) -> dict[int, str]:
    """Why interactions are kept, by their ids."""
    raws = {number for row in rows for number in row.extra["raws"]}
    free = _free("raw", raws, undoing)
    ids = [row.pk for row in rows]
    stays = {row.pk: _ELSEWHERE for row in rows if not free.issuperset(row.extra["raws"])}
    stays |= naming("interaction", ids) | worked_on("interaction", ids, undoing)
    talks = sorted({row.conversation_id for row in rows if row.conversation_id})
    why = pointing(Conversation, talks, besides=_OF_TALK) | naming("conversation", talks)
    why |= worked_on("conversation", talks, undoing)
    ours = Interaction.objects.filter(conversation__in=talks, by__isnull=False).values_list(
        "conversation_id", flat=True
    )
    why |= dict.fromkeys((number for number in ours if number), _ANSWERED)
    return stays | {row.pk: why[row.conversation_id] for row in rows if row.conversation_id in why}


def _free(record: str, ids: Iterable[int], undoing: Undoing) -> set[int]:
    """Of these rows, those which this import made and no other import speaks of."""
    rows = Change.objects.filter(about__in=[f"{record}:{number}" for number in ids], batch__kind="import")
    rows = rows.exclude(batch__state=BatchState.UNDONE)
    told = list(rows.values_list("about", "batch_id", "made"))
    made = {about for about, batch, is_made in told if batch == undoing.batch.pk and is_made}
    others = {about for about, batch, _ in told if batch != undoing.batch.pk}
    return {int(about.partition(":")[2]) for about in made - others}


def _drop(rows: Sequence[Interaction], undoing: Undoing) -> None:
    """Delete what was said, all that was read out of it, and what is empty then."""
    if not rows:
        return
    ids = [row.pk for row in rows]
    talks = sorted({row.conversation_id for row in rows if row.conversation_id})
    openers = Conversation.objects.filter(pk__in=talks).values_list("opener_id", flat=True)
    profiles = {number for number in [*openers, *(row.profile_id for row in rows)] if number}
    along_words(ids)
    cited.forget(Cited.objects.filter(interaction_id__in=ids))
    for model in _read_out():
        model._default_manager.filter(interaction_id__in=ids).delete()
    attached = Attachment.objects.filter(interaction_id__in=ids)
    blobs = set(attached.exclude(blob=None).values_list("blob_id", flat=True))
    attached.delete()
    files.drop_unused(blobs)
    Interaction.objects.filter(pk__in=ids).delete()
    said = Interaction.objects.filter(conversation=OuterRef("pk"))
    Conversation.objects.filter(~Exists(said), pk__in=talks).delete()
    bulk.execute(_RECOUNT, [bulk.numbers(talks)])
    people = _forget_people(profiles, undoing)
    tally.recount(sorted(people))


@cache
def _read_out() -> list[type[Model]]:
    """Tables of all rooms with rows about one interaction each."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("mutuals.") and model._meta.managed and model._meta.label_lower not in _APART
        if any(one.name == "interaction_id" for one in model._meta.concrete_fields)
    ]


def _forget_people(wanted: Collection[int], undoing: Undoing) -> set[int]:
    """Presences that came by this import alone and say nothing any more go, with people who were made of them; returns the
    people of these presences who go on.
    """
    upto = undoing.batch.todo.get("upto", {})
    rows = {row.pk: row for row in Profile.objects.filter(pk__in=wanted)}
    holders = {row.person_id for row in rows.values() if row.person_id}
    loose = {
        pk for pk, row in rows.items() if pk > upto.get("profile", pk) and not row.is_ours and not row.organisation_id
    }
    loose -= set(pointing(Profile, sorted(loose), besides=_people_undo.OF_PROFILE)) | set(
        naming("profile", sorted(loose))
    )
    loose -= set(worked_on("profile", sorted(loose), undoing))
    told = Change.objects.filter(about__in=[f"profile:{number}" for number in loose], batch__kind="import")
    loose -= {int(about.partition(":")[2]) for about in told.values_list("about", flat=True)}
    made = {rows[pk].person_id for pk in loose} - {None}
    new = {number for number in made if number and number > upto.get("person", number)}
    kept = _people_undo.stays(new, undoing, brought=loose)
    loose = {pk for pk in loose if rows[pk].person_id not in kept}
    known.forget(sorted(loose))
    Profile.objects.filter(pk__in=loose).delete()
    gone = new - set(kept)
    _people_undo.drop_people(sorted(gone))
    left = {number for number in holders if number and number not in gone}
    roots = set(Person.objects.filter(pk__in=left).values_list("canonical_id", flat=True))
    link.settle(roots, now=undoing.now)
    return roots
