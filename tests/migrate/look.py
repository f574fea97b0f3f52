"""Looks at a migrated database as its users would, in a process of its own: pages, the terminal's words, a merge and its undo.

Prints one JSON object.
"""

from __future__ import annotations

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mutuals.config.settings")
django.setup()

from django.test import Client  # noqa: E402  after the set-up

from mutuals.base import clock  # noqa: E402
from mutuals.identity import joins, merge  # noqa: E402
from mutuals.people.models import Person  # noqa: E402
from mutuals.staff.models import Role, User  # noqa: E402


def look() -> dict[str, object]:
    """What is seen."""
    owner = User.objects.get(role=Role.OWNER)
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    bea = Person.objects.order_by("-interaction_count").first()
    pages = {
        path: client.get(path).status_code
        for path in ("/", "/customers/", f"/customers/{bea.pk}/", f"/customers/{bea.pk}/?tab=orders", "/inbox/")
    }
    page = client.get(f"/customers/{bea.pk}/").content.decode()
    other = Person.objects.exclude(pk=bea.pk).order_by("pk").first()
    done = merge.merge(bea, other, by=owner, now=clock.now(), keep=bea)
    counted = done.person.interaction_count
    joins.undo(done.key, by=owner, now=clock.now())
    bea.refresh_from_db()
    return {
        "pages": pages,
        "is named": bea.name in page,
        "merged": counted,
        "parted": bea.interaction_count + Person.objects.get(pk=other.pk).interaction_count,
    }


if __name__ == "__main__":
    print(json.dumps(look()))
