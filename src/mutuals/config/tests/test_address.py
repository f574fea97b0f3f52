"""Which address links are made with."""

from mutuals.config.address import USUAL, note, public_url


def test_links_name_the_port_that_the_last_run_took_unless_the_address_is_said(tmp_path):
    before = public_url(tmp_path, {})

    note(tmp_path, "http://127.0.0.1:8001/")

    assert before == USUAL
    assert public_url(tmp_path, {}) == "http://127.0.0.1:8001"
    assert public_url(tmp_path, {"MUTUALS_URL": "https://care.example"}) == "https://care.example"


def test_a_spoilt_note_is_passed_over(tmp_path):
    (tmp_path / "address").write_bytes(b"\xff\xfe nothing")

    assert public_url(tmp_path, {}) == USUAL
