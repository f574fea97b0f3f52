"""What lists of people and organisations can be filtered and sorted by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import F, QuerySet

from mutuals.base.filters import Field, Kind, Record, is_known, register
from mutuals.people import joining
from mutuals.people.models import Affiliation, Basis, Consent, ConsentState, Fact, Organisation, Person
from mutuals.people.names import fold
from mutuals.people.visibility import organisations_visible_to, sees_contacts, visible_to
from mutuals.records.holders import Holder, hold
from mutuals.staff.permissions import Scope, may, scope

_STAGES = (("lead", "Lead"), ("customer", "Customer"), ("former", "Former customer"))


def _sees_organisations(user: Any) -> bool:
    return may(user, "organisation.view")


def sees_all(act: str) -> Callable[[Any], bool]:
    """Who may see all rows of something: whoever sees some alone may not find out by asking which others there are."""
    return lambda user: scope(user, act) is Scope.ALL


def own_user(user: Any) -> tuple[int, ...]:
    """Whom "me" means in a condition."""
    return (user.pk,) if getattr(user, "pk", None) else ()


def own_teams(user: Any) -> tuple[int, ...]:
    """Which teams "mine" means in a condition."""
    return tuple(user.team_ids()) if getattr(user, "pk", None) else ()


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
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("team", "Team", Kind.NUMBER, "team_id", me=own_teams),
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
        Field(
            "place", "Has a place in an organisation", Kind.RELATION, "person__canonical",
            related="place", may=_sees_organisations,
        ),
        Field("facts", "Has a fact", Kind.RELATION, "person__canonical", related="fact", may=sees_all("person.view")),
        Field(
            "consents", "Said about a purpose", Kind.RELATION, "person__canonical",
            related="consent", may=sees_all("consent.view"),
        ),
    ),
    where={"canonical": F("pk")},
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
        Field("owner", "Owner", Kind.NUMBER, "owner_id", me=own_user),
        Field("team", "Team", Kind.NUMBER, "team_id", me=own_teams),
        Field("stage", "Stage", Kind.CHOICE, "stage", choices=_STAGES),
        Field("created", "Known since", Kind.TIME, "created_at", sortable=True),
        Field(
            "people", "Has a person", Kind.RELATION, "cluster__affiliations__organisation",
            related="person", may=sees_all("person.view"),
        ),
        Field("parent", "Is part of", Kind.RELATION, "parts", related="organisation"),
        Field("parts", "Has a part", Kind.RELATION, "parent", related="organisation"),
    ),
    where={"merged_into": None},
)  # fmt: skip
PLACE = Record(
    "place",
    Affiliation,
    (
        Field("role", "Role", Kind.TEXT, "role"),
        Field("since", "Since", Kind.DAY, "since"),
        Field("until", "Until", Kind.DAY, "until"),
        Field("main", "Main place", Kind.BOOL, "is_main"),
        Field(
            "organisation", "Organisation", Kind.RELATION, "pk",
            related="organisation", own="organisation_id", may=_sees_organisations,
        ),
    ),
)  # fmt: skip
FACT = Record(
    "fact",
    Fact,
    (
        Field("name", "Name of the fact", Kind.TEXT, "name"),
        Field("source", "Source of the fact", Kind.TEXT, "source"),
        Field("at", "Known at", Kind.TIME, "at"),
    ),
)
CONSENT = Record(
    "consent",
    Consent,
    (
        Field("purpose", "Purpose", Kind.TEXT, "purpose__key"),
        Field("state", "What was said", Kind.CHOICE, "state", choices=tuple(ConsentState.choices)),
        Field("basis", "Basis", Kind.CHOICE, "basis", choices=tuple(Basis.choices)),
        Field("at", "Said at", Kind.TIME, "at"),
        Field("until", "Holds until", Kind.DAY, "until"),
        Field("source", "Where it can be read", Kind.TEXT, "source"),
    ),
    where={"stands": True},
)


def register_fields() -> None:
    """Make the records of this room known."""
    for one in (PERSON, ORGANISATION, PLACE, FACT, CONSENT):
        if not is_known(one.name):  # rooms above add to them; a second call must not take that away
            register(one)
    hold(
        Holder("person", "People", lambda: Person.objects.filter(canonical=F("pk")), visible_to, "/customers/", _became)
    )
    hold(
        Holder(
            "organisation", "Organisations", _unmerged, organisations_visible_to, "/organisations/", joining.became
        )
    )  # fmt: skip


def _unmerged() -> QuerySet[Organisation]:
    return Organisation.objects.filter(merged_into=None)


def _became(numbers: Iterable[int]) -> dict[int, int]:
    """Whom persons were merged into."""
    return dict(Person.objects.filter(pk__in=list(numbers)).values_list("pk", "canonical_id"))
