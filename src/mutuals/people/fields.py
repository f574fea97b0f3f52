"""What lists of people and organisations can be filtered and sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from mutuals.base.filters import Field, Kind, Record, is_known, register
from mutuals.people.models import Organisation, Person
from mutuals.people.names import fold
from mutuals.people.visibility import organisations_visible_to, sees_contacts, visible_to
from mutuals.records.holders import Holder, hold
from mutuals.staff.permissions import may

_STAGES = (("lead", "Lead"), ("customer", "Customer"), ("former", "Former customer"))


def _sees_organisations(user: Any) -> bool:
    return may(user, "organisation.view")


PERSON = Record(
    "person",
    Person,
    (
        Field("name", "Name", Kind.TEXT, "name_key", prepare=fold, sortable=True),
        Field("email", "Email", Kind.TEXT, "email", prepare=str.casefold, may=sees_contacts, masked=True),
        Field("phone", "Phone", Kind.TEXT, "phone", may=sees_contacts, masked=True),
        Field("city", "Town", Kind.TEXT, "city"),
        Field("country", "Country", Kind.TEXT, "country"),
        Field("language", "Language", Kind.TEXT, "language"),
        Field("birthday", "Birthday", Kind.DAY, "birthday"),
        Field("stage", "Stage", Kind.CHOICE, "stage", choices=_STAGES),
        Field("tags", "Tags", Kind.TAGS, "tags"),
        Field("owner", "Owner", Kind.NUMBER, "owner_id"),
        Field("team", "Team", Kind.NUMBER, "team_id"),
        Field("created", "Known since", Kind.TIME, "created_at", sortable=True),
        Field("last", "Last contact", Kind.TIME, "heard__last_at", sortable=True),
        Field("contacts", "Contacts", Kind.NUMBER, "interaction_count"),
        Field("orders", "Orders", Kind.NUMBER, "order_count"),
        Field("value", "Bought for", Kind.MONEY, "order_total", sortable=True),
        Field("currency", "Currency", Kind.TEXT, "order_currency"),
        Field("last_order", "Last order", Kind.TIME, "last_order_at"),
        Field(
            "organisation", "Organisation", Kind.RELATION, "affiliations__person__canonical",
            related="organisation", may=_sees_organisations,
        ),
    ),
)  # fmt: skip
ORGANISATION = Record(
    "organisation",
    Organisation,
    (
        Field("name", "Name", Kind.TEXT, "name_key", prepare=fold, sortable=True),
        Field("domain", "Web domain", Kind.TEXT, "domain", prepare=str.casefold),
        Field("city", "Town", Kind.TEXT, "city"),
        Field("country", "Country", Kind.TEXT, "country"),
        Field("tags", "Tags", Kind.TAGS, "tags"),
        Field("owner", "Owner", Kind.NUMBER, "owner_id"),
        Field("created", "Known since", Kind.TIME, "created_at", sortable=True),
    ),
)


def register_fields() -> None:
    """Make the records of this room known."""
    for one in (PERSON, ORGANISATION):
        if not is_known(one.name):  # rooms above add to them; a second call must not take that away
            register(one)
    hold(
        Holder("person", "People", lambda: Person.objects.filter(canonical=F("pk")), visible_to, "/customers/", _became)
    )
    hold(Holder("organisation", "Organisations", Organisation.objects.all, organisations_visible_to, "/organisations/"))


def _became(numbers: Iterable[int]) -> dict[int, int]:
    """Whom persons were merged into."""
    return dict(Person.objects.filter(pk__in=list(numbers)).values_list("pk", "canonical_id"))
