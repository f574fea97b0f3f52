"""What every connector keeps to, ours by their folders and fixtures. Joining means adding a folder."""

import re
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mutuals import connectors
from mutuals.connectors import _fixtures, all_connectors, get
from mutuals.connectors.contract import Do, Envelope, Kind, Raw, Verb

HERE = Path(connectors.__file__).parent
FOLDERS = sorted(file.parent for file in HERE.glob("*/__init__.py") if "CONNECTOR" in file.read_text("utf-8"))
FIXTURES = [(folder, fixture) for folder in FOLDERS for fixture in _fixtures.read(folder)]
HEADINGS = ("## Reads", "## Writes", "## Limits", "## Setup")
each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
each_fixture = pytest.mark.parametrize(
    ("folder", "fixture"), FIXTURES, ids=[f"{folder.name}-{fixture.name}" for folder, fixture in FIXTURES]
)


@each_fixture
def test_a_fixture_is_understood_as_it_says_beside_it(folder, fixture):
    connector = get(folder.name)

    envelopes = connector.parse(fixture.raw)

    assert fixture.expected is not None, f"run python -m mutuals.connectors._fixtures {folder}, and read the result"
    assert _fixtures.written(envelopes) == fixture.expected


@each_fixture
def test_a_doubled_delivery_gives_the_same_keys_and_words_again(folder, fixture):
    connector = get(folder.name)

    once, twice = connector.parse(fixture.raw), connector.parse(Raw("another", fixture.raw.body, fixture.raw.kind))

    assert once == twice
    assert len({(one.key, one.verb, one.revision) for one in once}) == len(once)


@each_fixture
def test_an_envelope_keeps_what_the_contract_promises(folder, fixture):
    connector = get(folder.name)

    envelopes = connector.parse(fixture.raw)

    for one in envelopes:
        assert_sound(one)


@each_folder
def test_every_folder_is_found_under_its_own_name(folder):
    found = all_connectors()

    connector = found.get(folder.name)

    assert connector is not None
    assert connector.name == folder.name
    assert connector.label


@each_folder
def test_a_readme_tells_what_is_read_and_written_its_limits_and_the_setup(folder):
    text = (folder / "README.md").read_text("utf-8")

    headings = [one for one in HEADINGS if re.search(rf"^{one}$\n+\S", text, re.MULTILINE)]

    assert headings == list(HEADINGS)


@each_folder
def test_edits_and_deletions_are_shown_by_a_fixture_or_the_readme_says_that_there_are_none(folder):
    verbs = {
        envelope["verb"]
        for place, one in FIXTURES
        if place == folder
        for envelope in one.expected or ()
        if "verb" in envelope
    }
    text = (folder / "README.md").read_text("utf-8").lower()

    silent = [
        word
        for verb, word in ((Verb.UPDATE, "edits"), (Verb.DELETE, "deletions"))
        if verb not in verbs and f"no {word}" not in text
    ]

    assert silent == []


@each_folder
def test_an_unknown_payload_yields_nothing(folder):
    connector = get(folder.name)

    envelopes = connector.parse(Raw("x", b'{"type": "something.never.heard.of"}', "something never heard of"))

    assert envelopes == ()


@each_folder
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_hostile_bytes_are_refused_with_a_reason_or_read_soundly(folder, data):
    connector = get(folder.name)
    raw = data.draw(hostile(folder))

    envelopes = read_or_refuse(connector.parse, raw)

    for one in envelopes:
        assert_sound(one)


@each_folder
def test_what_a_connector_offers_fits_together(folder):
    connector = get(folder.name)

    names = [field.name for field in connector.fields]

    assert len(names) == len(set(names))
    assert bool(connector.fetch) == bool(connector.streams)
    assert bool(connector.send) == bool(connector.does)
    assert connector.check or not (connector.send or connector.fetch)
    assert connector.find or connector.native_keys or not connector.does & {Do.POST, Do.REPLY}
    assert all(field.secret for field in connector.fields if re.search("password|secret|token", field.name))


def assert_sound(one: Envelope) -> None:
    assert 0 < len(one.key) <= 1000
    assert one.said_at is None or one.said_at.utcoffset() == timedelta(0)
    assert one.verb is Verb.DELETE or one.said_at is None or one.said_at.tzinfo is not None
    assert isinstance(one.verb, Verb)
    assert isinstance(one.kind, Kind)
    assert not (one.public and one.visibility in ("direct", "followers", "private"))
    assert one.verb is not Verb.DELETE or not (one.body or one.media or one.original)
    for text in (one.key, one.body, one.subject, one.original, one.url, one.reply_to, one.thread):
        assert "\0" not in text
        text.encode("utf-8")
    for who in filter(None, (one.author, *one.to)):
        assert who.network
        assert who.key
        assert "\0" not in f"{who.key}{who.name}{who.shown}{who.bio}"
    assert one.url == "" or re.match(r"(https?|at)://", one.url)
    assert one.said_at is None or one.said_at.astimezone(UTC)


def hostile(folder: Path) -> st.SearchStrategy[Raw]:
    """Noise, and fixtures with a part replaced, doubled or cut off."""
    own = [one.raw for place, one in FIXTURES if place == folder]
    kinds = st.sampled_from(sorted({raw.kind for raw in own} | {""}))
    noise = st.builds(Raw, st.just("x"), st.binary(max_size=300) | st.text(max_size=300).map(str.encode), kinds)
    junk = st.binary(max_size=20) | st.sampled_from(
        [b"\x00", b"\\u0000", b'"', b"{" * 3000, b"[" * 100_000, b"<", b"null", b"1e999", b"9" * 5000]
    )

    @st.composite
    def damaged(draw: st.DrawFn) -> Raw:
        raw = draw(st.sampled_from(own))
        begin = draw(st.integers(0, len(raw.body)))
        end = draw(st.integers(begin, min(len(raw.body), begin + 80)))
        return Raw(raw.key, raw.body[:begin] + draw(junk) + raw.body[end:], raw.kind)

    return noise | damaged() if own else noise


def read_or_refuse(parse, raw: Raw) -> tuple[Envelope, ...]:
    try:
        return parse(raw)
    except ValueError as error:
        return () if str(error) else pytest.fail("refused without a reason")
