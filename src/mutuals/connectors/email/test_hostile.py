"""Mails made to keep a reader busy: each of these took minutes or for ever before its bound was there."""

import pytest

from mutuals.connectors.contract import Raw
from mutuals.connectors.email._headers import addresses
from mutuals.connectors.email._message import DEEPEST, MOST_FIELDS, MOST_LINES, MOST_PARTS, head
from mutuals.connectors.email.parse import key_of, mark_of, parse


def mail(*fields, body=b"Hello"):
    return b"\n".join([b"From: bea@kettle.example", b"Message-ID: <1@kettle.example>", *fields, b"", body])


def read(*fields, body=b"Hello"):
    return parse(Raw("x", mail(*fields, body=body), "received"))[0]


@pytest.mark.parametrize(
    "name", [b"Content-Type", b"Content-Disposition", b"Content-Transfer-Encoding", b"Subject", b"To"]
)
@pytest.mark.parametrize("noise", [b";", b",", b'"', b"\\", b'"x', b"a=b;", b"=?utf-8?q?a", b"<a@b", b"a@b,", b"a "])
def test_a_field_of_a_megabyte_is_read_as_far_as_it_says_something(name, noise):
    start = {b"Content-Type": b"text/plain;", b"Content-Disposition": b"inline;"}.get(name, b"7bit ")

    told = read(name + b": " + start + noise * (1_000_000 // len(noise)))

    assert told.body == "Hello"
    assert len(told.subject) <= 500
    assert len(told.to) <= 100


def test_comments_within_comments_for_an_author_are_nobody_and_hold_up_no_mailbox():
    data = mail(b"Reply-To: " + b"(" * 60_000)

    found = addresses(head(data), "Reply-To")

    assert found == []
    assert key_of(head(data), data) == "<1@kettle.example>"


def test_a_long_list_of_recipients_is_read_to_the_hundredth():
    listed = ", ".join(f'"Kettle, {n}" <k{n}@kettle.example>' for n in range(400))

    told = read(b"To: " + listed.encode())

    assert [one.key for one in told.to] == [f"k{n}@kettle.example" for n in range(100)]
    assert told.to[7].shown == "Kettle, 7"


def nested(depth):
    parts = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)]
    return b"".join(parts) + b"Content-Type: text/plain\n\nHello"


def test_parts_within_parts_are_read_to_a_depth_and_then_refused():
    deep, deeper = (b"From: a@b.example\n" + nested(depth) for depth in (DEEPEST, DEEPEST + 1))

    told = parse(Raw("x", deep, "received"))[0]
    with pytest.raises(ValueError) as refusal:
        parse(Raw("x", deeper, "received"))

    assert told.body == "Hello"
    assert str(refusal.value) == "The mail is nested too deeply."


REFUSED = {
    "parts of one line": (
        [b"Content-Type: multipart/mixed; boundary=b"],
        b"--b\n\n" * 250_000,
        f"{MOST_PARTS:,} parts",
    ),
    "recipients of a report": (
        [b"Content-Type: message/delivery-status"],
        b"a: b\n\n" * 250_000,
        f"{MOST_PARTS:,} parts",
    ),
    "lines": ([], b"\n" * 20_000_000, f"{MOST_LINES:,} lines"),
    "lines of old computers": ([], b"\r" * 20_000_000, f"{MOST_LINES:,} lines"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_mail_of_too_many_pieces_is_refused_in_words(name):
    fields, body, words = REFUSED[name]

    with pytest.raises(ValueError) as refusal:
        read(*fields, body=body)

    assert words in str(refusal.value)


def test_of_fields_without_end_the_first_are_read():
    told = read(b"Subject: Lid", *[b"X: y"] * 50_000, b"Precedence: bulk")

    assert told.subject == "Lid"
    assert "list" not in told.extra
    assert len(head(mail(*[b"X: y"] * 2 * MOST_FIELDS))) == MOST_FIELDS


def test_markup_of_nothing_but_ampersands_is_read_in_every_part():
    part = b"--b\nContent-Type: text/html\n\n<p>" + b"&" * 900_000 + b"\n"

    told = read(b"Content-Type: multipart/mixed; boundary=b", body=part * 20 + b"--b--")

    assert set(told.body) == {"&"}


def test_a_flowing_text_of_one_line_in_half_a_million_pieces_is_joined():
    told = read(b"Content-Type: text/plain; format=flowed; delsp=yes", body=b"xyzv \n" * 500_000 + b"end")

    assert told.body[:12] == "xyzvxyzvxyzv"
    assert "\n" not in told.body


def test_an_attached_mail_keeps_its_fields_as_they_came():
    inner = b"From: a@b.example\nX-List: " + b"a; " * 100_000 + b"\nSubject: =?utf-8?q?K=C3=A9ttle?=\n folded\n\nHi"

    told = read(
        b"Content-Type: multipart/mixed; boundary=b", body=b"--b\nContent-Type: message/rfc822\n\n" + inner + b"\n--b--"
    )

    assert told.media[0].data == inner


@pytest.mark.parametrize("make", [key_of, mark_of])
def test_what_has_no_empty_line_is_known_by_all_of_it(make):
    one, other = b"\x01\x02 not a mail", b"\x01\x03 nor this one"

    assert make(head(one), one) != make(head(other), other)
    assert make(head(one), one) == make(head(one), one)
