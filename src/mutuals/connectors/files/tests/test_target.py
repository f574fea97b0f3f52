"""What the rows of a file are, where nobody said it."""

import pytest

from mutuals.connectors.files.fields import Target
from mutuals.connectors.files.sniff import sniff
from mutuals.connectors.files.target import likely_target

SITES = "id,name,email,website,city\n"


@pytest.mark.parametrize(
    ("rows", "target"),
    [
        (
            "1,Ingrid Berg,ingrid@berg.example,https://berg.example/ingrid,Oslo\n"
            "2,Tarquin Holm,tarquin.holm@post.example,https://holm.example,Bergen\n",
            Target.PEOPLE,
        ),
        (
            "1,Kettle Works,info@kettleworks.example,https://kettleworks.example,Cork\n"
            "2,Acme,acme@acme.example,acme.example,Porto\n",
            Target.ORGANISATIONS,
        ),
    ],
)
def test_a_site_beside_a_name_is_an_organisations_unless_the_addresses_are_named_for_people(tmp_path, rows, target):
    (tmp_path / "a.csv").write_text(SITES + rows, encoding="utf-8")

    found = likely_target(sniff(tmp_path / "a.csv"))

    assert found is target
