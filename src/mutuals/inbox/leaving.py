"""What this room does when a person leaves."""

from __future__ import annotations

from mutuals.base.leaving import WORDS, Part, register
from mutuals.inbox import privacy, promises_people, tasks_privacy


def register_leaving() -> None:
    """Take part."""
    register(
        Part(
            "inbox",
            export=lambda them: (
                privacy.export(them.who) | promises_people.export(them.who) | tasks_privacy.export(them.who)
            ),
            erase={
                20: lambda them: tasks_privacy.erase(them.who),
                30: lambda them: promises_people.erase(them.who) | privacy.erase_cases(them.who),
                WORDS + 30: lambda them: privacy.erase(them.gone.left_ids),
            },
            typed=privacy.TYPED + promises_people.TYPED + tasks_privacy.TYPED,
            typed_in="cases, promises, tasks",
        )
    )
