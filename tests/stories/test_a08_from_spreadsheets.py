"""A8, and the pains P7 to P9: a firm on spreadsheets and a mailbox gets onto the base CRM, by the terminal.

Three messy lists and a mailbox come in, each after a preview that foretells what comes: columns in another order and language,
another delimiter and encoding, the same people twice, rows that cannot be read. They become clean people with their letters.
Then all of it is taken back, file by file, the last first, and nothing is left.

The same on the screens: tests/browser/test_imports.py, tests/stories/test_import_undo_doors.py. Later edits that stay:
capture/tests/test_imports_undo.py. Failed rows alone: the same file.
"""

from __future__ import annotations

import pytest

import cast
from doors import Doors
from mutuals.history.models import Interaction
from mutuals.people.models import Organisation, Person, Profile

pytestmark = pytest.mark.django_db
LEADS = (
    "Name;E-Mail;Firma;Ort\n"
    "Bea Brand; BEA@Kettles.Example ;Kettle Bar;Köln\nJörg Müller;joerg@muell.example;;Köln\n"
    "Nobody;not-an-address;;\n"
)
FAIR = "Full name,Email address,Phone\nBea Brand,bea@kettles.example,+49 221 1234567\nBo Solmar,bo@town.example,\n,,\n"
TILL = (
    "id\temail\tname\tcity\n"
    "17\tbo@town.example\tBo Solmar\tPorto\n"
    "18\tcy@low.example\tCy Low\tRome\n18\tcy@low.example\tCy Low\tRome\n"
)
LETTERS = (
    "From: Bea Brand <bea@kettles.example>\nTo: care@kettleworks.example\nSubject: It leaks\nMessage-ID: <1@k>\n"
    "Date: Mon, 2 Nov 2026 09:00:00 +0000\n\nMy kettle leaks.\n",
    "From: care@kettleworks.example\nTo: Bea Brand <bea@kettles.example>\nSubject: Re: It leaks\nMessage-ID: <2@k>\n"
    "In-Reply-To: <1@k>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\n\nA new lid is on its way.\n",
    "From: Bea Brand <bea@kettles.example>\nTo: care@kettleworks.example\nSubject: Re: It leaks\nMessage-ID: <3@k>\n"
    "In-Reply-To: <2@k>\nDate: Tue, 3 Nov 2026 10:00:00 +0000\n\nThank you!\n",
)


def test_three_messy_lists_and_a_mailbox_become_clean_people_with_threads_and_all_of_it_goes_again(capsys, tmp_path):
    us, doors = cast.staff(), Doors(capsys)
    files = {
        "leads.csv": LEADS.encode("cp1252"),
        "fair.csv": FAIR.encode(),
        "till.tsv": TILL.encode("utf-16"),
        "letters.mbox": "".join(f"From x Mon Nov  2 09:00:00 2026\n{one}\n" for one in LETTERS).encode(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    for name in files:
        more = ["--open-work"] if name.endswith("mbox") else ["--as-target", "people"]
        code, tried = doors.cli(us.lea, "import", tmp_path / name, *more, "--dry-run")
        assert code in (0, 6), tried
        code, told = doors.cli(us.lea, "import", tmp_path / name, *more)
        foretold = {what: many for what, many in tried["preview"].items() if what in told["counts"]}
        came = {what: told["counts"][what] for what in foretold}
        assert (came, told["reconciled"]) == (foretold, True), name

    # four people, each once, whatever file they stood in; Bea with her firm, number and letters in one thread
    people = doors.api(us.ada, "get", "/people")[1]["items"]
    assert sorted(one["name"] for one in people) == ["Bea Brand", "Bo Solmar", "Cy Low", "Jörg Müller"]
    bea = next(one for one in people if one["name"] == "Bea Brand")
    page = doors.cli(us.ada, "people", "show", bea["id"])[1]
    assert (page["email"], "1234567" in str(page)) == ("bea@kettles.example", True)
    talks = doors.api(us.ada, "get", "/conversations?tab=all")[1]["items"]
    assert [(one["subject"], one["message_count"], one["person"]["name"]) for one in talks] == [
        ("It leaks", 3, "Bea Brand")
    ]

    # all of it is taken back, the last first
    for one in doors.cli(us.lea, "imports", "list")[1]:
        code, told = doors.cli(us.lea, "imports", "undo", one["id"])
        assert code == 0, told
    assert not Person.objects.filter(trashed_at=None).exists()
    assert not Profile.objects.filter(person__isnull=False).exists()
    assert not Organisation.objects.exists()
    assert not Interaction.objects.filter(deleted_at=None).exists()
