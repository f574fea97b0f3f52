"""Names, other scripts, handles and hosts as they are read."""

import pytest

from mutuals.identity.reading import handles, letters, names, places, sites


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Jane Doe", "jane", "doe"),
        ("Doe, Jane", "jane", "doe"),
        ("Dr. Jane Doe, PhD", "jane", "doe"),
        ("Robert F. Onder, Jr.", "robert", "onder"),
        ("Ludwig van der Berg", "ludwig", "vanderberg"),
        ("Иван Петров", "ivan", "petrov"),
        ("Γιώργος Παππάς", "giorgos", "pappas"),
        ("王伟", "wei", "wang"),
        ("김민준", "minjun", "gim"),
        ("Seán O'Brien", "sean", "obrien"),
        ("Olivia 🫖", "", "olivia"),
        ("", "", ""),
    ],
)
def test_a_name_is_read_in_any_script_without_titles_and_in_its_order(text: str, given: str, family: str) -> None:
    name = names.read(text)

    assert (name.given, name.family) == (given, family)


def test_an_arabic_name_keeps_its_consonants() -> None:
    name = names.read("محمد علي")

    assert "".join(letter for letter in name.given if letter not in "aeiouy") == "mhmd"


def test_umlauts_are_read_in_both_ways() -> None:
    readings = names.readings("Jürgen Müller")

    assert [name.family for name in readings] == ["muller", "mueller"]


@pytest.mark.parametrize(
    ("long", "short"), [("william", "bill"), ("francisco", "paco"), ("katharina", "kathi"), ("aleksandr", "sasha")]
)
def test_short_forms_are_known_in_several_languages_and_both_ways(long: str, short: str) -> None:
    found, back = names.shorts(long), names.shorts(short)

    assert short in found
    assert long in back


def test_the_spellings_of_one_way_share_what_the_way_is_worth() -> None:
    name = names.read("Frederica Ann Wilson")

    held = list(names.spellings(name, lambda given: (("fred", 0.5), ("rica", 0.5))))

    spelled = {text for text, _, _, _ in held}
    assert {"fredericawilson", "wilsonfrederica", "fwilson", "fredwilson", "fawilson", "fredericaawilson"} <= spelled
    assert sum(share for _, way, share, _ in held if way == names.WAY["short family"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("handle", "network", "core"),
    [
        ("@RepDaveJoyce", "twitter", "repdavejoyce"),
        ("jono.carroll@fosstodon.org", "mastodon", "jonocarroll"),
        ("jane.bsky.social", "bluesky", "jane"),
        ("https://example.org/@jane_doe/", "mastodon", "janedoe"),
        ("Ж\u202eаня", "", "zhanya"),
        ("", "", ""),
    ],
)
def test_the_core_of_a_handle_has_no_host_and_no_signs(handle: str, network: str, core: str) -> None:
    read = handles.read(handle, network)

    assert read.core == core


def test_roles_numbers_and_a_middle_letter_are_taken_off() -> None:
    found = {piece.text for piece in handles.pieces("repdavejoyce12")}

    assert {"repdavejoyce12", "davejoyce", "davejoyce12"} <= found
    assert "louiseslater" in {piece.text for piece in handles.pieces("louisejslater")}


def test_the_writing_says_where_a_name_is_parted() -> None:
    handle = handles.read("RepDaveJoyce")
    piece = next(piece for piece in handles.pieces(handle.core) if piece.text == "davejoyce" and piece.dropped < 0)

    assert handles.fits(handle, piece, 4)
    assert not handles.fits(handle, piece, 3)


@pytest.mark.parametrize("text", ["a" * 5_000_000, "\0" * 1_000_000, "\u202e" * 100_000, "9" * 100_000, "é" * 300_000])
def test_megabytes_of_one_letter_are_cut(text: str) -> None:
    name, handle, forms = names.read(text), handles.read(text), handles.forms(text)

    assert len("".join(forms)) <= letters.LONGEST * 4
    assert not handles.is_name(text, forms) or not letters.plain(name.family)
    assert len(name.family) <= letters.LONGEST * 4
    assert len(handles.pieces(handle.core)) < 2_000
    assert len(handle.core) <= handles.LONGEST * 4


@pytest.mark.parametrize(
    "shown",
    [
        "beapours",
        "BeaPours",
        "bea.pours",
        "@bea.pours",
        "Bea.Pours 🫖",
        "brewer.example",
        "WWW.Brewer.com",
        "brewer.de",
        "@bo",
        "me@b.org",
    ],
)
def test_a_handle_or_a_domain_that_is_shown_as_a_name_is_none(shown: str) -> None:
    taken = handles.forms("@bea.pours@town.example", "mastodon")

    assert not handles.is_name(shown, taken)


@pytest.mark.parametrize("shown", ["Bea Pours", "Bea", "Jean.Li", "B.Brand", "bea.brand", "王伟", "🫖", ""])
def test_one_word_that_is_no_handle_may_be_a_name(shown: str) -> None:
    taken = handles.forms("@bea.pours@town.example", "mastodon")

    assert handles.is_name(shown, taken)


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://www.jane.example/about", "jane.example"),
        ("jane.github.io", "jane.github.io"),
        ("https://linktr.ee/jane", ""),
        ("github.io", ""),
        ("not a host", ""),
        ("http://127.0.0.1:8080/jane", ""),
        ("192.168.0.7", ""),
    ],
)
def test_a_host_is_told_only_where_it_is_somebodys_own(link: str, host: str) -> None:
    assert sites.host(link) == host


def test_shared_mailboxes_and_places_are_read() -> None:
    assert sites.address("Info@firm.example") == ""
    assert sites.address("mailto:Jane@firm.example") == "jane@firm.example"
    assert sites.own_domain("jane@gmail.com") == ""
    assert places.city("Köln, Germany") == "koln"
    assert "den haag" in places.mentioned("Tea. Den Haag!")
