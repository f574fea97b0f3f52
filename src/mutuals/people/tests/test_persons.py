from datetime import UTC, date, datetime, timedelta

import pytest

from mutuals.base.models import Entry
from mutuals.connectors.contract import Handle
from mutuals.people import organisations, persons, profiles
from mutuals.people.choice import Voice, chosen
from mutuals.people.models import Affiliation, Person, Profile
from mutuals.staff.models import Role, User
from mutuals.staff.permissions import NotAllowed

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


def user(role: Role = Role.STAFF, email: str = "ada@kettleworks.example") -> User:
    return User.objects.create_user(email, name="Ada", role=role)


def newcomer(by: User, **values: object) -> Person:
    made = persons.add(by=by, now=NOW, **values)
    Profile.objects.filter(pk__in=made.profile_ids).update(person=made.person)  # as identity does
    return made.person


def test_a_person_entered_by_hand_has_an_own_record_and_profiles_to_attach() -> None:
    made = persons.add(by=user(), now=NOW, name="Bea Kettle", email="Bea@Kettle.example", phone="+49 221 123456")

    kept = [Profile.objects.get(pk=pk) for pk in made.profile_ids]

    assert [(one.network, one.person_id) for one in kept] == [("mutuals", None), ("email", None), ("phone", None)]
    assert (made.person.canonical_id, made.person.email, made.person.name_key) == (
        made.person.pk,
        "bea@kettle.example",
        "bea kettle",
    )
    assert Entry.objects.get().kind == "person.added"


def test_an_address_that_is_somebodys_already_is_not_given_to_a_second_person() -> None:
    ada = user()
    bea = newcomer(ada, name="Bea", email="bea@kettle.example")

    with pytest.raises(persons.Taken) as refused:
        persons.add(by=ada, now=NOW, name="Bo", email="bea@kettle.example")

    assert refused.value.person_id == bea.pk
    assert Person.objects.count() == 1


def test_what_staff_wrote_outlives_what_a_network_says_later() -> None:
    ada = user()
    bea = newcomer(ada, name="Bea", city="Porto")
    found = profiles.ensure([Handle("crm:1", "7", "7")], now=NOW)
    told = profiles.tell({}, {"city": "Lisbon", "country": "PT"}, at=NOW + timedelta(days=9), by="import:1")
    Profile.objects.filter(pk=found["crm:1", "7"].id).update(person=bea, fields=told)

    changed = persons.choose([bea.pk], now=NOW)

    bea.refresh_from_db()
    assert (changed, bea.city, bea.country) == (1, "Porto", "PT")
    assert persons.choose([bea.pk], now=NOW) == 0


def test_an_edit_is_kept_with_before_and_after_and_an_empty_one_clears() -> None:
    ada = user()
    bea = newcomer(ada, name="Bea", city="Porto", tags=["loyal"])

    edited = persons.edit(
        bea, by=ada, now=NOW, changes={"city": "", "birthday": date(1980, 2, 29), "owner": ada, "stage": "lead"}
    )

    assert (edited.city, edited.birthday, edited.owner_id, edited.tags) == ("", date(1980, 2, 29), ada.pk, ["loyal"])
    assert Entry.objects.get(kind="person.edited").data["changes"]["city"] == ["Porto", ""]


@pytest.mark.parametrize(
    "changes",
    [{"email": "lena.at.ostrow"}, {"phone": "12"}, {"birthday": "31.2."}, {"stage": "friend"}, {"owner": 99},
     {"city": "x" * 101}, {"tags": "loyal"}, {"canonical_id": 1}, {"owner": "9" * 30}],
)  # fmt: skip
def test_an_unfit_value_is_refused_by_name_and_nothing_is_written(changes: dict[str, object]) -> None:
    ada = user()
    bea = newcomer(ada, name="Bea")

    with pytest.raises(persons.Unfit) as refused:
        persons.edit(bea, by=ada, now=NOW, changes=changes)

    assert refused.value.field in changes
    assert not Entry.objects.filter(kind="person.edited").exists()


def test_a_contractor_may_neither_add_nor_edit() -> None:
    bea = newcomer(user(), name="Bea")
    cleo = user(Role.CONTRACTOR, "cleo@elsewhere.example")

    with pytest.raises(NotAllowed):
        persons.add(by=cleo, now=NOW, name="Bo")
    with pytest.raises(NotAllowed):
        persons.edit(bea, by=cleo, now=NOW, changes={"name": "B"})
    with pytest.raises(NotAllowed):
        organisations.add(by=cleo, name="the Kettle works", now=NOW)


def test_somebody_whom_nobody_named_goes_by_what_they_call_themselves() -> None:
    voices = [
        Voice(1, "email", "b@kettle.example", "b@kettle.example", "", "", {}),
        Voice(2, "mastodon", "9", "@bea@brew.example", "Bea K.", "", {}),
    ]

    values = chosen(voices)

    assert (values["name"], values["name_key"], values["email"]) == ("Bea K.", "bea k.", "b@kettle.example")


@pytest.mark.parametrize("by", ["import:3", "form:3", "staff:1"])
def test_a_shown_name_never_stands_before_what_staff_or_a_file_told(by: str) -> None:
    told = {"name": {"value": "Beatrix Brand", "at": NOW.isoformat(), "by": by}}
    shown = Voice(1, "mastodon", "9", "@bea", "Bea K.", "", {})

    values = chosen([shown, Voice(2, "crm:1", "K-2164", "K-2164", "B. Brand", "", told)])

    assert values["name"] == "Beatrix Brand"


def test_the_name_on_an_order_stands_before_what_a_presence_calls_itself_and_that_before_a_handle() -> None:
    handle = Voice(1, "github", "1", "beapours", "BeaPours", "", {})
    shown = Voice(2, "mastodon", "9", "@bea", "Bea K.", "", {})
    ordered = Voice(3, "crm:1", "K-2164", "K-2164", "Beatrix Brand", "", {})

    names = [chosen(voices)["name"] for voices in ([handle, shown, ordered], [handle, shown], [handle], [ordered])]

    assert names == ["Beatrix Brand", "Bea K.", "BeaPours", "Beatrix Brand"]
    assert chosen([Voice(4, "crm:1", "K-2165", "K-2165", "", "", {})])["name"] == ""


def test_a_name_that_is_shortened_at_one_place_and_spelled_out_at_another_stands_in_full() -> None:
    short, full = (
        Voice(1, "mastodon", "1", "@lm", "Lena M.", "", {}),
        Voice(2, "web", "2", "lena", "Lena Meyer", "", {}),
    )
    other = Voice(3, "github", "3", "lk", "Lena König", "", {})

    names = [chosen(voices)["name"] for voices in ([short, full], [full, short], [short, other])]

    assert names == ["Lena Meyer", "Lena Meyer", "Lena M."]


def test_a_place_in_an_organisation_is_one_and_ends_with_a_day() -> None:
    ada = user()
    bea = newcomer(ada, name="Bea")
    works = organisations.add(by=ada, name="the Kettle works", now=NOW, domain="https://www.kettle.example/x")
    first = organisations.affiliate(bea, works, by=ada, role="Buyer", is_main=True)

    again = organisations.affiliate(bea, works, by=ada, role="Buyer", is_main=True)
    organisations.leave(again, by=ada, on=date(2026, 6, 1))

    assert first == again
    assert Affiliation.objects.get().until == date(2026, 6, 1)
    assert works.domain == "kettle.example"
    assert organisations.make(["The kettle WORKS", "Ostrow"], now=NOW)["the kettle works"] == works.pk
