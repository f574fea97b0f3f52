"""What this room holds of one person: how their words were understood, corrected, and where they were counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mutuals.base import bulk, clock
from mutuals.listening import mentions
from mutuals.listening.learning import lessons
from mutuals.listening.models import Correction, Cue, Feedback, Mention, Question, Reading, Standing, Told
from mutuals.people.models import Profile

_UNNAME = """
WITH named AS (SELECT array_agg(lower(left(ltrim(name, '@'), 100))) AS names FROM people_profile WHERE id = ANY(%s::bigint[])),
met AS (
    UPDATE listening_version v SET without = ARRAY(
        SELECT one FROM unnest(v.without) WITH ORDINALITY AS told (one, place) WHERE one <> ALL(names) ORDER BY place)
    FROM named WHERE v.without::text[] && names RETURNING v.topic_id
)
UPDATE listening_topic SET changed_at = now() WHERE id IN (SELECT topic_id FROM met)
"""
_UNMUTE = """
UPDATE listening_topic SET muted = ARRAY(SELECT unnest(muted) EXCEPT SELECT unnest(%s::bigint[])), changed_at = now()
WHERE muted && %s::bigint[]
"""
TYPED = """
SELECT 'topic:' || id, 'name', owner_id, name FROM listening_topic
UNION ALL SELECT 'topic:' || t.id, CASE WHEN v.id = t.version_id THEN 'words' ELSE 'version ' || v.number END, t.owner_id,
    concat_ws(' ', v.words, array_to_string(v.without, ' '))
    FROM listening_version v JOIN listening_topic t ON t.id = v.topic_id
UNION ALL SELECT 'phrase:' || id, CASE WHEN ended_at IS NULL THEN 'words' ELSE 'words, not used any more' END, by_id, words
    FROM listening_saying
UNION ALL SELECT 'pillar:' || way, 'words', by_id, words FROM listening_pillarwords
UNION ALL SELECT 'board:' || id, CASE WHEN deleted_at IS NULL THEN 'name or filters' ELSE 'name or filters, deleted' END,
    owner_id, name || ' ' || query FROM listening_board
UNION ALL SELECT 'playbook:' || id, 'name or steps', by_id, name || ' ' || array_to_string(steps, ' ') FROM listening_playbook
UNION ALL SELECT 'card:' || id, 'words', to_id, words || ' ' || playbook FROM listening_card
UNION ALL SELECT 'card:' || id, 'reason', by_id, reason FROM listening_card WHERE reason <> ''
UNION ALL SELECT 'card:' || card_id, 'steps', to_id, words FROM listening_step
UNION ALL SELECT 'forecast:' || f.id, 'drafts', f.by_id, d.text FROM listening_draft d
    JOIN listening_forecast f ON f.id = d.forecast_id
UNION ALL SELECT 'forecast:' || id, 'audience', by_id, audience_words || ' ' || coalesce(audience::text, '')
    FROM listening_forecast
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(interaction_ids: Sequence[int], person_id: int) -> dict[str, Any]:
    """Readings, corrections, the topics that their words met, and how they are held to speak of us (`person_id` canonical)."""
    ids = list(interaction_ids)
    return {
        "stance": list(
            Standing.objects.filter(pk=person_id).values(
                "stance", "positive", "negative", "said", "spoke_at", "active_at", "reckoned_at"
            )
        ),
        "readings": list(
            Reading.objects.filter(pk__in=ids).values(
                "interaction_id", "language", "mood", "emotion", "intents", "urgency", "version"
            )
        ),
        "corrections": list(
            Correction.objects.filter(interaction_id__in=ids).values("interaction_id", "label", "was", "now", "at")
        ),
        "mentions": list(
            Mention.objects.filter(interaction_id__in=ids).values("interaction_id", "version__topic__name", "aside")
        ),
        "cues": list(
            Cue.objects.filter(interaction_id__in=ids).values("interaction_id", "way", "strength", "is_right")
        ),
    }


def erase(interaction_ids: Sequence[int], profile_ids: Sequence[int]) -> dict[str, int]:
    """Nothing of it is left: what they said counts no more and teaches nobody, and no author who is gone is muted or left
    out by name. Called while their profiles are still there: the names are theirs."""
    ids = list(interaction_ids)
    found = Mention.objects.filter(interaction_id__in=ids).count()
    mentions.drop(ids)
    Question.objects.filter(pk__in=ids).delete()
    taught = Correction.objects.filter(interaction_id__in=ids).values_list("pk", flat=True)
    lessons.forget(list(taught), now=clock.now())
    counts = {
        "readings": Reading.objects.filter(pk__in=ids).delete()[0],
        "corrections": Correction.objects.filter(interaction_id__in=ids).delete()[0],
        "mentions": found,
        "cues": Cue.objects.filter(interaction_id__in=ids).delete()[0],
    }
    Feedback.objects.filter(interaction_id__in=ids).delete()
    Told.objects.filter(interaction_id__in=ids).delete()
    people = Profile.objects.filter(pk__in=list(profile_ids), person__isnull=False).values_list(
        "person__canonical", flat=True
    )
    Standing.objects.filter(pk__in=list(people)).delete()
    told = bulk.numbers(profile_ids)
    bulk.execute(_UNMUTE, [told, told])
    bulk.execute(_UNNAME, [told])
    return counts
