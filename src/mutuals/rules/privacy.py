"""What this room holds of one person: what rules saw of them and did about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from mutuals.history.models import Interaction
from mutuals.people.privacy import Holder
from mutuals.rules import hidden
from mutuals.rules.models import Firing

TYPED = """
SELECT 'rule:' || id, 'name', owner_id, name FROM rules_rule
UNION ALL SELECT 'rule:' || id, 'what it says', owner_id, body::text FROM rules_rule
UNION ALL SELECT 'rule:' || v.rule_id, 'version ' || v.number, r.owner_id, v.name || ' ' || v.body::text
    FROM rules_ruleversion v JOIN rules_rule r ON r.id = v.rule_id WHERE v.number <> r.version
UNION ALL SELECT 'rule:' || f.rule_id, 'what it sent', r.owner_id, concat_ws(' ', d.to, d.subject, d.text)
    FROM rules_delivery d JOIN rules_firing f ON f.id = d.firing_id JOIN rules_rule r ON r.id = f.rule_id
"""
"""What staff typed here, as `capture.typed` asks for it."""


def export(who: Holder, interaction_ids: Sequence[int]) -> dict[str, Any]:
    """What fired on them or on their words, as plain JSON values."""
    rows = Firing.objects.filter(Q(person_id__in=who.person_ids) | Q(interaction_id__in=interaction_ids))
    told = rows.order_by("pk").values("at", "rule__name", "version", "seen", "steps", "outcome")
    return {"firings": [{**one, "steps": hidden.steps(one["steps"])} for one in told]}


def erase(who: Holder) -> dict[str, int]:
    """Delete it. Called while their words are still there: firings are found by them."""
    theirs = Interaction.objects.filter(profile__in=who.profile_ids).values("pk")
    rows = Firing.objects.filter(Q(person_id__in=who.person_ids) | Q(interaction_id__in=theirs))
    return {"firings": rows.delete()[0]}
