"""Of several addresses and numbers of one person, which is the main one."""

from pathlib import Path

import pytest

from mutuals.capture.tests.import_steps import check, choose, counted, run, upload, whole, write
from mutuals.people.models import Person

pytestmark = pytest.mark.django_db


def card(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", "FN:Bea Solmar", *lines, "END:VCARD", ""])


def taken(folder: Path, content: str, name: str = "people.vcf") -> Person:
    done = whole(write(folder, content, name))
    assert counted(done, "new") == (1,)
    return Person.objects.get()


def test_the_preferred_ones_of_a_card_become_the_main_ones(tmp_path: Path) -> None:
    bea = taken(tmp_path, card(
        "EMAIL;TYPE=HOME:alpha@home.example", "EMAIL;TYPE=WORK,PREF:zoe@works.example",
        "TEL;TYPE=CELL:+49 171 1111111", "TEL;TYPE=HOME,PREF:+49 221 9999999",
    ))  # fmt: skip

    assert (bea.email, bea.phone) == ("zoe@works.example", "+492219999999")


def test_without_a_preference_the_first_written_ones_become_the_main_ones(tmp_path: Path) -> None:
    bea = taken(tmp_path, card(
        "EMAIL:zoe@works.example", "EMAIL:alpha@home.example", "TEL:+49 221 9999999", "TEL:+49 171 1111111",
    ))  # fmt: skip

    assert (bea.email, bea.phone) == ("zoe@works.example", "+492219999999")


def test_the_first_column_of_a_table_holds_the_main_one(tmp_path: Path) -> None:
    of = upload(write(tmp_path, "Name,Main address,B\nBea Solmar,zoe@works.example,alpha@home.example\n"))

    run(check(choose(of, mapping={"Name": "name", "Main address": "email", "B": "email"})))

    assert Person.objects.get().email == "zoe@works.example"


def test_an_address_that_was_known_before_stays_the_main_one(tmp_path: Path) -> None:
    whole(write(tmp_path, "id,name,email\n7,Bea Solmar,zoe@works.example\n"))

    whole(write(tmp_path, "id,name,email\n7,Bea Solmar,alpha@home.example; zoe@works.example\n"))

    assert Person.objects.get().email == "zoe@works.example"


def test_many_people_of_one_batch_keep_their_own_order(tmp_path: Path) -> None:
    cards = "".join(
        card(f"UID:{n}", f"EMAIL:z{n}@works.example", f"EMAIL:a{n}@home.example").replace("Bea Solmar", f"Bea {n}")
        for n in range(30)
    )

    whole(write(tmp_path, cards, "people.vcf"))

    assert sorted(Person.objects.values_list("email", flat=True)) == sorted(f"z{n}@works.example" for n in range(30))
