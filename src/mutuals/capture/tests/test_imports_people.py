from pathlib import Path

import pytest

from mutuals.base.models import Entry
from mutuals.capture.imports import begin
from mutuals.capture.imports.report import troubles_csv
from mutuals.capture.models import RememberedMapping
from mutuals.capture.tests.import_steps import NOW, check, choose, counted, lead, run, upload, whole, write
from mutuals.connectors.contract import Handle
from mutuals.identity import merge, newcomer
from mutuals.identity.models import Link
from mutuals.people import erased, persons, profiles
from mutuals.people.models import Affiliation, Organisation, Person, Profile

pytestmark = pytest.mark.django_db
TOWN = """Kundennr;Name;E-Mail;Telefon;Firma;Ort;Tags
7;Bea Kettle;bea@kettle.example;+49 221 1234567;the Kettle works;Köln;loyal
8;Bo Kettle;bo@kettle.example;;the Kettle works;Köln;
9;Lena Ostrow;lena@ostrow.example;;;Porto;"loyal, new"
"""


def test_people_of_a_file_get_a_page_with_profiles_links_and_organisations(tmp_path: Path) -> None:
    """CAP-IMPORT people"""
    path = write(tmp_path, TOWN.encode("latin-1"))

    done = whole(path)

    assert counted(done) == (3, 0, 0, 0, 0)
    bea = Person.objects.get(name_key="bea kettle")
    assert (bea.email, bea.phone, bea.city, bea.tags) == ("bea@kettle.example", "+492211234567", "Köln", ["loyal"])
    networks = list(bea.profiles.order_by("network").values_list("network", flat=True))
    assert networks == [f"crm:{done.source_id}", "email", "phone"]
    link = Link.objects.filter(person=bea).first()
    assert (link.state, link.by, link.because[0]["detail"]) == ("confirmed", f"import:{done.pk}", "people.csv")
    assert Organisation.objects.count() == 1
    assert Affiliation.objects.count() == 2
    assert Entry.objects.get(kind="import.done").data["counts"]["new"] == 3


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))
    before = list(Profile.objects.order_by("pk").values()), list(Person.objects.order_by("pk").values())

    again = whole(write(tmp_path, TOWN))

    assert counted(again) == (0, 0, 3, 0, 0)
    assert (list(Profile.objects.order_by("pk").values()), list(Person.objects.order_by("pk").values())) == before


def test_a_stranger_who_wrote_before_is_known_by_the_file_that_names_their_address(tmp_path: Path) -> None:
    stranger = profiles.ensure([Handle("email", "bea@kettle.example", "bea@kettle.example")], now=NOW)

    done = whole(write(tmp_path, TOWN))

    assert counted(done, "new") == (3,)
    bea = Person.objects.get(name="Bea Kettle")
    assert Profile.objects.get(pk=stranger["email", "bea@kettle.example"].id).person_id == bea.pk


def test_a_row_that_points_to_two_people_is_left_for_a_person_to_settle(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))

    done = whole(write(tmp_path, "name,email\nBea Kettle,bea@kettle.example; bo@kettle.example\n"))

    assert counted(done, "doubtful") == (1,)
    assert "two people" in done.troubles.get().reason
    assert Person.objects.count() == 3


def test_a_shared_address_does_not_make_two_people_one(tmp_path: Path) -> None:
    rows = "id,name,email\n1,Bea Kettle,kettles@kettle.example\n2,Otto Brewer,kettles@kettle.example\n"

    done = whole(write(tmp_path, rows))

    assert counted(done) == (1, 0, 0, 1, 0)
    assert "different" in done.troubles.get().reason


@pytest.mark.parametrize("at_once", [True, False], ids=["one file", "two files"])
def test_a_shared_number_does_not_make_one_person_of_many_records_of_a_system(tmp_path: Path, at_once: bool) -> None:
    head, one, *others = (
        "id,name,email,phone",
        *(f"c{n},Pat Crowdley,pat{n}@c{n}.example,+442079469999" for n in range(3)),
    )
    if not at_once:
        whole(write(tmp_path, f"{head}\n{one}\n"))

    done = whole(write(tmp_path, "\n".join([head, one, *others])))

    assert counted(done) == ((1, 0, 0, 2, 0) if at_once else (0, 0, 1, 2, 0))
    assert "two people until somebody says otherwise" in done.troubles.first().reason
    assert list(Profile.objects.filter(network="email").values_list("key", flat=True)) == ["pat0@c0.example"]


def test_a_record_that_staff_gave_to_a_person_is_theirs_though_they_have_another(tmp_path: Path) -> None:
    rows = "id,name,email,phone\n1,Pat Crowdley,pat@c.example,+442079469999\n2,Pat Crowdley,pat2@c.example,{}\n"
    us = whole(write(tmp_path, rows.format(""))) and lead()
    one, other = Person.objects.order_by("pk")
    merge.merge(one, other, by=us, now=NOW)

    done = whole(write(tmp_path, rows.format("+442079469999")))

    assert counted(done) == (0, 0, 2, 0, 0)


def test_a_person_who_was_written_down_by_hand_is_found_by_the_number_of_a_first_record(tmp_path: Path) -> None:
    newcomer.add(by=lead(), now=NOW, name="Pat Crowdley", phone="+442079469999")

    done = whole(write(tmp_path, "id,name,email,phone\n1,Pat Crowdley,pat@c.example,+442079469999\n"))

    assert counted(done) == (0, 1, 0, 0, 0)


def test_a_name_alone_joins_nobody(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))

    done = whole(
        write(tmp_path, "name,city\nBea Kettle,Berlin\nCarl Stove,Berlin\nCarl Stove,Berlin\nCarl Stove,Ulm\n")
    )

    assert counted(done) == (1, 0, 1, 2, 0)


def test_later_rows_of_one_file_may_add_but_not_contradict(tmp_path: Path) -> None:
    rows = "id,name,email,city\n1,Bea,bea@kettle.example,Porto\n1,Bea,b2@kettle.example,\n1,Bea,,Lisbon\n1,Bea,,Porto\n"

    done = whole(write(tmp_path, rows), size=2)

    assert counted(done) == (1, 1, 1, 1, 0)
    assert "city" in done.troubles.get().reason
    assert counted(whole(write(tmp_path, rows))) == (0, 0, 3, 1, 0)


def test_what_staff_wrote_stays_and_the_file_changes_the_rest(tmp_path: Path) -> None:
    whole(write(tmp_path, TOWN))
    bea = Person.objects.get(name="Bea Kettle")
    persons.edit(bea, by=lead(), now=NOW, changes={"city": "Bonn"})

    done = whole(write(tmp_path, TOWN.replace("Köln;loyal", "Aachen;gold")))

    bea.refresh_from_db()
    assert counted(done, "updated", "same") == (1, 2)
    assert (bea.city, bea.tags) == ("Bonn", ["loyal", "gold"])


def test_an_erased_person_does_not_come_back(tmp_path: Path) -> None:
    erased.keep_out([("email", "bea@kettle.example")], now=NOW)

    done = whole(write(tmp_path, TOWN))

    assert counted(done, "new", "errors") == (2, 1)
    assert done.troubles.get().reason.startswith("Kept out: erased")
    assert not Profile.objects.filter(key="bea@kettle.example").exists()
    assert done.blob_id is None  # their row stood in the file


def test_rows_that_cannot_be_read_come_back_as_a_file_with_reasons(tmp_path: Path) -> None:
    rows = 'id,name,email\n1,"=HYPERLINK(""http://x"")",lena.at.ostrow\n2,Bo,bo@kettle.example\n3,,\n'

    done = whole(write(tmp_path, rows))
    told = "".join(troubles_csv(done, by=lead())).splitlines()

    assert counted(done, "new", "errors") == (1, 2)
    assert told[0] == "Row,Reason,id,name,email"
    assert told[1].startswith("2,“lena.at.ostrow” is not an address,1,\"'=HYPERLINK")


def test_only_the_chosen_keys_find_people(tmp_path: Path) -> None:
    whole(write(tmp_path, "name,phone\nBea Kettle,+49 221 1234567\n"))

    done = whole(write(tmp_path, "name,email,phone\nBea Kettle,bea@kettle.example,+49 221 1234567\n"), match=["email"])

    assert counted(done, "new") == (1,)
    assert Profile.objects.get(network="phone").person.email == ""


def test_hostile_cells_are_kept_as_plain_text(tmp_path: Path) -> None:
    rows = f"id,name,email,city\n1,<script>alert(1)</script>{'x' * 400},b@kettle.example,\u202e{'y' * 300}\n"

    done = whole(write(tmp_path, rows))

    assert counted(done, "new") == (1,)
    assert len(Person.objects.get().name) == 200


def test_a_row_that_holds_nul_bytes_is_an_error_and_not_another_name(tmp_path: Path) -> None:
    done = whole(write(tmp_path, "id,name\n1,An\0n\n2,Bo\n"))

    assert counted(done, "new", "errors") == (1, 1)
    assert Person.objects.get().name == "Bo"
    assert "NUL bytes removed" in done.troubles.get().reason


def test_a_mapping_is_remembered_for_the_same_columns(tmp_path: Path) -> None:
    first = upload(write(tmp_path, "id,name,Kennz\n1,Bea,A7\n"))
    run(check(choose(first, mapping={"id": "id", "name": "name", "Kennz": "note"})))

    again = upload(write(tmp_path, "id,name,Kennz\n2,Bo,A8\n"))

    assert again.mapping["Kennz"] == "note"
    assert again.sniffed["why"]["Kennz"] == "same as last time"


def test_a_preview_alone_leaves_no_mapping_behind(tmp_path: Path) -> None:
    first = upload(write(tmp_path, "id,name,Kennz\n1,Bea,A7\n"))
    check(choose(first, mapping={"id": "id", "name": "name", "Kennz": "note"}))

    again = upload(write(tmp_path, "id,name,Kennz\n2,Bo,A8\n"))

    assert not RememberedMapping.objects.exists()
    assert "Kennz" not in again.mapping


def test_thousands_of_people_are_taken_in_and_counted_as_foretold(tmp_path: Path) -> None:
    rows = "".join(f"{n},Person {n % 4000},p{n % 1800}@town.example,Porto\n" for n in range(2_000))

    done = whole(write(tmp_path, "id,name,email,city\n" + rows))

    assert sum(counted(done)) == 2_000
    assert Person.objects.count() == done.counts["new"]


def test_a_preview_writes_nothing(tmp_path: Path) -> None:
    of = check(choose(upload(write(tmp_path, TOWN))))

    assert of.preview == {"new": 3, "updated": 0, "same": 0, "doubtful": 0, "errors": 0}
    assert (Person.objects.count(), Profile.objects.count(), Organisation.objects.count()) == (0, 0, 0)
    assert run(of).counts == of.preview


def test_a_row_with_more_addresses_than_a_person_has_is_an_error(tmp_path: Path) -> None:
    card = "".join(f"EMAIL:a{number}@kettle.example\r\n" for number in range(5_000))
    file = tmp_path / "crowd.vcf"
    file.write_text(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bea Kettle\r\n{card}END:VCARD\r\n")

    done = whole(file)

    assert counted(done, "new", "errors") == (0, 1)
    assert "more than 100 addresses" in done.troubles.get().reason
    assert not Profile.objects.filter(network="email").exists()


def test_what_people_wrote_into_a_form_themselves_is_kept_as_their_own_word(tmp_path):
    told = "email,website,mastodon\nbea@kettle.example,https://bea.garden/,@bea@town.garden\n"

    of = whole(write(tmp_path, told), source="Contact form", self_told=True)

    fields = Profile.objects.get(network="email", key="bea@kettle.example").fields
    assert {fields[name]["by"] for name in ("website", "mastodon")} == {f"form:{of.pk}"}
    assert Link.objects.filter(by=f"import:{of.pk}").exists()


def test_whether_people_wrote_it_themselves_is_yes_or_no(tmp_path):
    of = upload(write(tmp_path, "name,email\nBea,b@x.example\n"))

    with pytest.raises(begin.Unusable, match="yes or no"):
        choose(of, self_told="perhaps")
