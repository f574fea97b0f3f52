"""What is left of an address for those who may not read it."""

import pytest

from mutuals.people.visibility import unaddressed


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It came back from bea@kettle.example: no box", "It came back from b…@k….example: no box"),
        ("550 <bea@kettle.example>... User unknown", "550 <b…@k….example>... User unknown"),
        ("rfc822;bea+lid@mail.kettle.example.", "rfc822;b…@m….example."),
        ('"bea b"@kettle.example, bo@kettle.example', '"…@k….example, b…@k….example'),
        ("(bea@[192.0.2.7])", "(b…@[….7])"),
        ("bea@localhost", "b…@…localhost"),
        ("Ask @bea.pours at 9", "Ask @bea.pours at 9"),
        ("", ""),
    ],
)
def test_each_address_in_a_sentence_is_masked(text, left):
    said = unaddressed(text)

    assert said == left


@pytest.mark.parametrize("noise", ["a", '"', '"a', "a.", "@"])
def test_a_sentence_of_a_million_letters_is_masked_as_well(noise):
    text = noise * (1_000_000 // len(noise)) + " to bea@kettle.example"

    said = unaddressed(text)

    assert said.endswith(" to b…@k….example")
