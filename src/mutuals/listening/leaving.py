"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import WORDS, Part, register
from mutuals.listening import privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "listening",
            export=lambda them: privacy.export(them.said, them.who.person.canonical_id),
            erase={WORDS + 10: lambda them: privacy.erase(them.gone.interaction_ids, them.who.profile_ids)},
            typed=privacy.TYPED,
            typed_in="topics, phrases, boards, cards, playbooks, drafts",
        )
    )
