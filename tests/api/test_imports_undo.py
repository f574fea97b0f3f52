"""An import taken back by a program."""

from pathlib import Path

import cast
from mutuals.capture.imports import undo
from mutuals.capture.tests.import_steps import whole, write
from mutuals.people.models import Person

from .conftest import Caller, token_of

PEOPLE = "Name,E-Mail\nBea Solmar,bea@town.example\nCy Low,nowhere\n"


def test_an_import_is_undone_and_its_failed_rows_come_again(staff: cast.Staff, tmp_path: Path):
    of = whole(write(tmp_path, PEOPLE))
    lea, ada = Caller(token_of(staff.lea)), Caller(token_of(staff.ada))

    plan = lea.get(f"/imports/{of.pk}/undo")
    hidden = ada("POST", f"/imports/{of.pk}/undo").status_code
    again = lea("POST", f"/imports/{of.pk}/rerun")
    begun = lea("POST", f"/imports/{of.pk}/undo")
    undo.undo_now(of.pk)
    told = lea.get(f"/imports/{of.pk}/undo")

    assert (plan["state"], plan["may_be_undone"]) == ("", True)
    assert {"record": "person", "made": 1, "changed": 0, "kept": 0} in plan["sums"]
    assert hidden in (403, 404)
    assert (again.status_code, again.json()["rerun_of"], again.json()["rows_total"]) == (201, of.pk, 1)
    assert (begun.status_code, begun.json()["state"]) == (202, "undoing")
    assert (told["state"], told["stayed"], told["done"]) == ("undone", [], told["total"])
    assert lea.get(f"/imports/{of.pk}")["undoing"] == "undone"
    assert not Person.objects.filter(name="Bea Solmar").exists()
