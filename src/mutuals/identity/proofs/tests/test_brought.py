"""What letters bring with them: that an address is read, and a signature."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

import cast
from cast import NOW
from mutuals import flow
from mutuals.base.ids import new_key
from mutuals.capture import receive
from mutuals.connectors.contract import Handle, Raw
from mutuals.history import own
from mutuals.history.models import Interaction
from mutuals.identity import cards, link
from mutuals.identity.models import Link, LinkState, Proof
from mutuals.identity.proofs import oauth
from mutuals.people import erased
from mutuals.people.models import Person, Profile

pytestmark = pytest.mark.django_db
OURS = "<answer-1@mutuals.works.garden>"
SIGNED = (
    "Thank you.\n\n-- \nBea Brand\nHead of Water, Brand & Daughters\n+351 912 345 678\nMastodon: @bea@town.garden\n"
)


CHECKED = "mx.works.garden; dmarc=pass header.from=bea.garden"


def letter(subject, text="Well then.", *, answers="", checked=CHECKED, **headers):
    """A letter as our server hands it over; `checked` is what it found of the sender."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Bea <bea@bea.garden>", "help@works.garden", subject
    message["Message-ID"], message["Date"] = f"<{subject}@bea.garden>", "Fri, 20 Nov 2026 09:00:00 +0000"
    message["Received"] = "from mail.bea.garden by mx.works.garden; Fri, 20 Nov 2026 09:00:01 +0000"
    if checked:
        message["Authentication-Results"] = checked
    if answers:
        message["In-Reply-To"] = answers
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return bytes(message)


def arrive(source, *mails):
    before = receive.keep(
        source, [Raw(key=f"k{hash(mail)}", body=mail, kind="received") for mail in mails], cursor=None, now=NOW
    )
    flow.run(source.pk)
    return before


@pytest.fixture
def box():
    """A mailbox, and Bea whose address stands in our records; she was written to."""
    us = cast.staff()
    source = cast.source(
        "Box", owner=us.olga, connector="email", team=us.service, settings={"checked_by": "mx.works.garden"}
    )
    cast.channel(source, "help@works.garden")
    bea = cast.person(by=us.ada, email="bea@bea.garden")
    arrive(source, letter("first"))
    first = Interaction.objects.get(direction="in")
    row = own.outgoing(
        key=new_key(NOW), by=us.ada, conversation=first.conversation, source=source, channel=None,
        profile_id=first.profile_id, kind="mail", text="Try this.", subject="Re: first", is_public=False,
        visibility="direct", reply_to=first.key, now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    Interaction.objects.filter(pk=row.pk).update(key=OURS, status="sent")
    return us, source, bea


def state_of(address):
    return Link.objects.filter(profile__network="email", profile__key=address, until=None).values_list(
        "state", flat=True
    )


def test_an_answer_to_our_letter_proves_the_address(box):
    _, source, bea = box
    before = list(state_of("bea@bea.garden"))

    arrive(source, letter("second", answers=OURS))

    held = Link.objects.get(profile__key="bea@bea.garden", until=None)
    assert (before, held.state, held.person_id) == (["confirmed"], LinkState.PROVEN, bea.pk)
    assert [clue["clue"] for clue in held.because][-1] == "mail"
    assert held.because[-1]["seen"].startswith("raw:")


@pytest.mark.parametrize(
    "mail",
    [
        letter("x"),
        letter("x", answers="<somebody-elses@mail.garden>"),
        letter("x", answers=OURS, checked="mx.works.garden; dmarc=fail header.from=bea.garden"),
        letter("x", answers=OURS, checked="mx.works.garden; spf=pass smtp.mailfrom=dmarc=pass@bea.garden; dmarc=fail"),
        letter("x", answers=OURS, checked='mx.works.garden; spf=pass smtp.mailfrom=";dmarc=pass;"@bea.garden'),
        letter("x", answers=OURS, checked="mx.works.garden; spf=pass (; dmarc=pass ;) smtp.mailfrom=bea.garden"),
        letter("x", answers=OURS, checked=""),
        letter("x", answers=OURS, Auto_Submitted="auto-replied"),
    ],
)
def test_any_other_letter_proves_nothing(box, mail):
    _, source, _ = box

    arrive(source, mail)

    assert list(state_of("bea@bea.garden")) == ["confirmed"]
    assert not Proof.objects.exists()


def test_a_letter_without_a_check_counts_only_where_the_owner_of_the_source_says_so(box):
    _, source, _ = box
    source.settings = {"unchecked": "count"}
    source.save(update_fields=["settings"])

    arrive(source, letter("x", answers=OURS, checked=""))

    assert list(state_of("bea@bea.garden")) == ["proven"]


@pytest.mark.parametrize(
    ("lines", "is_proven"),
    [
        (["relay.garden; dmarc=pass", "mx.works.garden; dmarc=fail"], False),
        (["relay.garden; spf=pass", "MX.works.garden 1; dkim=pass; dmarc=pass (p=none)"], True),
        (["relay.garden; dmarc=fail", "mx.works.garden; dmarc=pass", "mx.works.garden; dmarc=fail"], True),
        (
            [
                "mx.works.garden; spf=pass smtp.mailfrom=evil.garden",
                "mx.works.garden; dmarc=pass header.from=bea.garden",
            ],
            False,
        ),
        (["mx.works.garden; none", "mx.works.garden; dmarc=pass header.from=bea.garden"], False),
        (["mx.works.garden; dmarc=fail", "mx.works.garden; dmarc=pass header.from=bea.garden"], False),
        (["stranger.garden; dmarc=pass"], False),
        ([], False),
    ],
)
def test_only_the_uppermost_line_of_our_own_server_is_read(box, lines, is_proven):
    _, source, _ = box
    source.settings = {"checked_by": "mx.works.garden", "unchecked": "count"}
    source.save(update_fields=["settings"])
    told = "".join(f"Authentication-Results: {line}\n" for line in lines).encode()

    arrive(source, told + letter("x", answers=OURS, checked=""))

    assert list(state_of("bea@bea.garden")) == (["proven"] if is_proven else ["confirmed"])


@pytest.mark.parametrize(
    ("found", "is_proven"),
    [
        ("dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=Bea.Garden", True),
        ("dmarc=pass action=none header . from = bea.garden.", True),
        ("dmarc=pass header.from=bea@bea.garden", True),
        ("spf=fail smtp.mailfrom=a@b.garden; dmarc=pass action=none header.from=evil.garden", False),
        ("dmarc=pass header.from=mail.bea.garden", False),
        ("dmarc=pass header.from=garden", False),
        ('dmarc=pass header.from="evil.garden"', False),
        ("dmarc=pass header.from=", False),
        ("dmarc=pass header.from=evil.garden header.from=bea.garden", False),
        ("dkim=pass header.from=bea.garden; dmarc=pass header.from=evil.garden", False),
        ("dkim=pass header.d=" + "a" * 4_929 + "; dmarc=pass header.from=bea.garden.evil.garden", False),
    ],
)
def test_a_check_of_another_domain_than_that_of_the_writer_proves_nothing(box, found, is_proven):
    _, source, _ = box

    arrive(
        source, f"Authentication-Results: mx.works.garden; {found}\n".encode() + letter("x", answers=OURS, checked="")
    )

    assert list(state_of("bea@bea.garden")) == (["proven"] if is_proven else ["confirmed"])


@pytest.mark.parametrize("other", [b"From: Eve <eve@evil.garden>\n", b"From: Eve <eve@bea.garden>\n", b"From: (\n"])
def test_a_check_that_names_no_domain_proves_nothing_of_a_letter_with_two_writers(box, other):
    _, source, _ = box
    mail = letter("x", answers=OURS, checked="mx.works.garden; dmarc=pass")

    arrive(source, mail.replace(b"To: help", other + b"To: help"))

    assert list(state_of("bea@bea.garden")) == ["confirmed"]


@pytest.mark.parametrize(
    "lines", [["evil.garden; dmarc=pass"], [CHECKED], ["mx.works.garden; spf=pass", CHECKED], [" ; dmarc=pass"]]
)
def test_where_no_server_is_named_no_letter_proves_anything(box, lines):
    _, source, _ = box
    source.settings = {}
    source.save(update_fields=["settings"])
    told = "".join(f"Authentication-Results: {line}\n" for line in lines).encode()

    arrive(source, told + letter("x", answers=OURS, checked=""))

    assert list(state_of("bea@bea.garden")) == ["confirmed"]


def test_a_letter_that_a_server_found_forged_does_not_count_even_where_the_unchecked_do(box):
    _, source, _ = box
    source.settings = {"unchecked": "count"}
    source.save(update_fields=["settings"])

    arrive(source, letter("x", answers=OURS, checked="relay.garden; dmarc=fail header.from=bea.garden"))

    assert list(state_of("bea@bea.garden")) == ["confirmed"]


def test_a_signature_is_remembered_with_the_letter_it_was_seen_in(box):
    _, source, _ = box

    arrive(source, letter("second", SIGNED))

    told = Profile.objects.get(network="email", key="bea@bea.garden").fields["signature"]
    number = Interaction.objects.get(subject="second").pk
    assert told["by"] == f"interaction:{number}"
    assert told["value"] == {
        "name": "Bea Brand",
        "role": "Head of Water",
        "employer": "Brand & Daughters",
        "phones": ["+351912345678"],
        "handles": [["mastodon", "bea@town.garden"]],
    }


def test_the_same_signature_again_writes_nothing(box):
    _, source, _ = box
    arrive(source, letter("second", SIGNED))
    before = Profile.objects.get(network="email", key="bea@bea.garden").fields["signature"]

    arrive(source, letter("third", SIGNED))

    assert Profile.objects.get(network="email", key="bea@bea.garden").fields["signature"] == before


def test_a_hostile_signature_is_kept_harmless_or_not_at_all(box):
    _, source, _ = box

    arrive(source, letter("second", "Hi\n\n-- \nBea\u202eBrand\n@" + "a@" * 400 + "\n" + "www." * 300))

    told = Profile.objects.get(network="email", key="bea@bea.garden").fields
    assert "\u202e" not in str(told)


def test_a_finished_sign_in_proves_the_account():
    us = cast.staff()
    bea = cast.person(by=us.ada)

    number, _ = oauth.oauth(bea, Handle("github", "9001", "beapours", url="https://github.com/beapours"), now=NOW)

    held = Link.objects.get(profile=number)
    assert (held.person_id, held.state, held.because[0]["clue"]) == (bea.pk, LinkState.PROVEN, "sign_in")


def test_a_sign_in_does_not_take_an_account_from_somebody_else():
    us = cast.staff()
    bea, bo = cast.person(by=us.ada), cast.person("Bo Brand", by=us.ada)
    row = Profile.objects.create(network="github", key="9001", name="bopours")
    link.confirm(row, person=bo, by=us.ada, now=NOW)

    oauth.oauth(bea, Handle("github", "9001", "bopours"), now=NOW)

    assert Profile.objects.get(pk=row.pk).person_id == bo.pk


def test_a_sign_in_of_somebody_who_was_erased_or_of_ourselves_is_refused():
    us = cast.staff()
    bea = cast.person(by=us.ada)
    erased.keep_out([("github", "9001")], now=NOW)
    Profile.objects.create(network="github", key="7", is_ours=True)

    for key in ("9001", "7"):
        with pytest.raises(oauth.NotTaken):
            oauth.oauth(bea, Handle("github", key, "x"), now=NOW)

    assert not Proof.objects.exists()
    assert Person.objects.count() == 1


def test_who_signs_a_letter_without_a_name_in_front_of_the_address_is_compared_by_the_signature(box):
    _, source, _ = box
    arrive(source, letter("second", SIGNED).replace(b"Bea <bea@bea.garden>", b"pours@bea.garden"))
    row = Profile.objects.get(network="email", key="pours@bea.garden")

    (whom,) = cards.of([], [row.pk])

    assert "bea brand" in whom.card.names
    assert whom.card.organisations == ("Brand & Daughters",)
    assert whom.card.phones == ()
