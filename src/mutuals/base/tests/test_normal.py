"""Normal forms of Unicode: the same as the library's, for texts that it would never end with as well."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base.normal import in_form


@given(
    st.lists(
        st.sampled_from(["a", "é", "e\u0301", "ﬁ", "Ł ", "\u1112\u1161\u11ab ", "\u0301\u0316", "x" * 700, "一 "])
    ).map("".join)
)
def test_a_text_that_people_write_is_normalised_as_the_library_does_it(text):
    forms = [in_form(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]

    assert forms == [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]


@pytest.mark.parametrize("form", ["NFC", "NFKD"])
def test_a_million_marks_on_one_letter_are_kept_in_pieces(form):
    text = "a" + "\u0301\u0316" * 500_000 + " é"

    found = in_form(form, text)

    assert found[-len(unicodedata.normalize(form, " é")) :] == unicodedata.normalize(form, " é")
    assert sum(map(found.count, "\u0301\u0316\u00e1")) in (1_000_000, 1_000_001)
