"""Cards: which of several addresses is meant."""

import pytest

from mutuals.connectors.files.read import rows
from mutuals.connectors.files.sniff import sniff


@pytest.mark.parametrize("mark", ["TYPE=work,pref", "TYPE=WORK;TYPE=PREF", "PREF=1"])
def test_the_address_that_a_card_prefers_comes_first(tmp_path, mark):
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bea\r\nN:;Bea;;;\r\nEMAIL:b@b.example\r\nEMAIL;{mark}:w@w.example\r\n"
    path = tmp_path / "a.vcf"
    path.write_text(card + "END:VCARD\r\n")

    (row,) = rows(path, sniff(path))

    assert row.values["emails"] == ["w@w.example", "b@b.example"]


def test_a_card_of_version_4_ranks_its_numbers(tmp_path):
    told = "TEL:+49 30 1\r\nTEL;PREF=50:+49 30 2\r\nTEL;PREF=2:+49 30 3\r\nTEL;PREF=often:+49 30 4\r\n"
    path = tmp_path / "a.vcf"
    path.write_text(f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Bea\r\n{told}END:VCARD\r\n")

    (row,) = rows(path, sniff(path))

    assert row.values["phones"] == ["+49 30 3", "+49 30 2", "+49 30 1", "+49 30 4"]
