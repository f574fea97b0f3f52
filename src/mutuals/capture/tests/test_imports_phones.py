"""Phone numbers that name no country: asked for, and kept as written where nobody says which."""

from pathlib import Path

import pytest

from mutuals import privacy
from mutuals.capture.imports import begin, report
from mutuals.capture.models import RememberedMapping
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, run, upload, whole, write
from mutuals.people import organisations, persons
from mutuals.people.models import Organisation, Person, Profile
from mutuals.staff.models import Role

pytestmark = pytest.mark.django_db
TOWN = """id,name,phone
7,Bea Kettle,0221 1234567
8,Bo Kettle,+49 221 7654321
9,Lena Ostrow,
"""


def numbers() -> list[str]:
    return list(Profile.objects.filter(network="phone").order_by("key").values_list("key", flat=True))


def test_a_number_without_a_country_is_kept_as_written_and_is_nobodys_id(tmp_path: Path) -> None:
    done = whole(write(tmp_path, TOWN))

    assert counted(done) == (3, 0, 0, 0, 0)
    assert report.without_country(done) == 1
    assert Person.objects.get(name="Bea Kettle").phone == "0221 1234567"
    assert numbers() == ["+492217654321"]
    assert counted(whole(write(tmp_path, TOWN))) == (0, 0, 3, 0, 0)


def test_two_people_with_the_same_number_at_home_stay_two(tmp_path: Path) -> None:
    done = whole(write(tmp_path, "id,name,phone\n7,Bea Kettle,0221 1234567\n8,Ann Cup,0221 1234567\n"))

    assert counted(done, "new") == (2,)
    assert Person.objects.count() == 2


def test_the_country_that_was_said_reads_them_and_is_remembered(tmp_path: Path) -> None:
    done = whole(write(tmp_path, TOWN), region="de")
    again = upload(write(tmp_path, TOWN.replace("7,Bea", "17,Ann")))

    assert counted(done, "new") == (3,)
    assert report.without_country(done) == 0
    assert numbers() == ["+492211234567", "+492217654321"]
    assert RememberedMapping.objects.get().options["region"] == again.options["region"] == "DE"


def test_the_country_said_later_takes_the_place_of_what_was_written(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))

    later = whole(write(tmp_path, TOWN), region="DE")

    assert counted(later, "updated", "same") == (1, 2)
    assert Person.objects.get(name="Bea Kettle").phone == "+492211234567"


def test_a_whole_number_stands_before_one_that_is_kept_as_written(tmp_path: Path) -> None:
    of = upload(write(tmp_path, 'id,name,phone\n7,Bea Kettle,"0221 1234567; +49 30 1234567"\n'))

    run(check(choose(of, mapping={"id": "id", "name": "name", "phone": "phone"})))

    bea = Person.objects.get()
    own = Profile.objects.get(network__startswith="crm:")

    assert bea.phone == "+49301234567"
    assert own.fields["phone_written"]["value"] == ["0221 1234567"]


def test_a_row_of_which_only_such_a_number_is_known_is_left_out_with_its_reason(tmp_path: Path) -> None:
    done = whole(write(tmp_path, "name,phone\nBea,0221 1\n,0221 1234567\n"))

    assert counted(done, "new", "errors") == (1, 1)
    assert "names no country" in done.troubles.get().reason


def test_another_number_of_the_same_record_in_the_same_file_is_for_a_person_to_settle(tmp_path: Path) -> None:
    done = whole(write(tmp_path, "id,name,phone\n7,Bea Kettle,0221 1234567\n7,Bea Kettle,0221 7654321\n"))

    assert counted(done, "new", "doubtful") == (1, 1)
    assert done.troubles.get().reason == "Row 2 says something else about the same record: phone."


def test_an_organisation_keeps_such_a_number_as_written(tmp_path: Path) -> None:
    whole(write(tmp_path, "id,name,phone\n1,Kettle works,0221 1234567\n"), "organisations")

    works = Organisation.objects.get()
    organisations.edit(works, by=lead(), changes={"phone": works.phone, "city": "Köln"}, now=NOW)

    works.refresh_from_db()
    assert (works.phone, works.city, numbers()) == ("0221 1234567", "Köln", [])


def test_a_form_that_sends_such_a_number_back_changes_nothing_of_it(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))
    bea = Person.objects.get(name="Bea Kettle")

    persons.edit(bea, by=lead(), changes={"phone": bea.phone, "city": "Köln"}, now=NOW)
    with pytest.raises(persons.Unfit):
        persons.edit(bea, by=lead(), changes={"phone": "0221 999999"}, now=NOW)

    bea.refresh_from_db()
    assert (bea.phone, bea.city) == ("0221 1234567", "Köln")


def test_what_staff_say_stands_before_what_was_written_even_nothing(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))
    bea = Person.objects.get(name="Bea Kettle")

    cleared = persons.edit(bea, by=lead(), changes={"phone": ""}, now=NOW).phone
    named = persons.edit(bea, by=lead(), changes={"phone": "+49 30 1234567"}, now=NOW).phone

    assert (cleared, named) == ("", "+49301234567")


@pytest.mark.parametrize("number", ["0221 1234567", "(0221) 12-34 (0)", "0221*(12"], ids=["plain", "signs", "half"])
def test_who_has_such_a_number_is_erased_and_nobody_else_with_it(tmp_path: Path, number: str) -> None:
    whole(write(tmp_path, f"id,name,phone\n7,Bea Kettle,{number}\n8,Ann Cup,{number}\n"))
    bea = Person.objects.get(name="Bea Kettle")

    privacy.erase(bea, by=lead(Role.ADMIN), now=NOW)
    again = whole(write(tmp_path, f"id,name,phone\n7,Bea Kettle,{number}\n8,Ann Cup,{number}\n"))

    assert counted(again, "same", "errors") == (1, 1)
    assert Person.objects.get().name == "Ann Cup"


def test_the_country_is_asked_for_only_where_such_numbers_are_found(tmp_path: Path) -> None:
    asked = upload(write(tmp_path, TOWN))
    whole_ones = upload(write(tmp_path, TOWN.replace("0221 1234567", "+49 221 1234567")))
    cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Bea\nTEL:0221 1234567\nEND:VCARD\n"
    card = upload(write(tmp_path, cards, "people.vcf"))

    assert begin.numbers_at_home(asked, asked.mapping) == ["0221 1234567"]
    assert begin.numbers_at_home(card, card.mapping) == ["0221 1234567"]
    assert begin.numbers_at_home(whole_ones, whole_ones.mapping) == []
    assert begin.numbers_at_home(asked, {"id": "id", "name": "name"}) == []


def test_a_second_check_counts_them_anew(tmp_path: Path) -> None:
    of = check(choose(upload(write(tmp_path, TOWN))), size=1)
    once = report.without_country(of)

    twice = report.without_country(check(of))
    none = report.without_country(run(check(choose(of, region="DE"))))

    assert (once, twice, none) == (1, 1, 0)
