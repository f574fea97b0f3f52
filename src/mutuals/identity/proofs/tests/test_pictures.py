"""Portraits that look alike, and files that only say that they are portraits."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mutuals.identity.proofs.pictures import LARGEST, difference_hash, distance


def portrait(seed=1, size=(240, 240), mode="RGB", kind="PNG", **options):
    """Waves of brightness that another seed does not have."""
    picture = Image.new(mode, size)
    wide, high = size
    for y in range(high):
        for x in range(wide):
            value = int(128 + 60 * ((x * 7 * seed // wide) % 3 - 1) + 60 * ((y * 5 + x * 3 * seed) // high % 2)) % 256
            picture.putpixel((x, y), (value, value // 2, 255 - value) if mode == "RGB" else (value, 0, 0, 200))
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def test_a_picture_that_was_shrunk_and_saved_again_is_the_same_and_another_one_is_not():
    first, smaller, other = portrait(), portrait(size=(96, 96), kind="JPEG", quality=70), portrait(seed=4)

    one, two, three = map(difference_hash, (first, smaller, other))

    assert len(one) == 16
    assert distance(one, two) <= 6
    assert distance(one, three) > 10


def test_a_picture_that_can_be_seen_through_has_a_hash_as_well():
    see_through = portrait(mode="RGBA")

    found = difference_hash(see_through)

    assert len(found) == 16


def bomb():
    """A PNG that says it is 50,000 points wide and high."""
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))  # noqa: E731
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        bomb(),
        portrait()[:200],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"GIF89a" + b"\xff" * 100,
        b"\xff\xd8\xff" + b"\xff" * 1000,
        b"a" * (LARGEST + 1),
        portrait(size=(4, 4)),
    ],
)
def test_what_is_no_safe_picture_has_no_hash(data):
    found = difference_hash(data)

    assert found == ""


def test_an_even_picture_has_no_hash_for_it_would_be_like_every_other_one():
    file = io.BytesIO()
    Image.new("RGB", (100, 100), "teal").save(file, "PNG")

    found = difference_hash(file.getvalue())

    assert found == ""


def test_formats_that_run_programs_or_hold_many_things_are_not_opened():
    kinds = {}
    for kind in ("TIFF", "BMP", "ICO", "PDF"):
        file = io.BytesIO()
        Image.new("L", (64, 64)).save(file, kind)
        kinds[kind] = difference_hash(file.getvalue())

    assert set(kinds.values()) == {""}


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"\xff\xd8\xff\xe0", b"RIFF\x10\0\0\0WEBP"]),
)
def test_no_bytes_from_outside_break_the_reading(data, start):
    found = difference_hash(start + data)

    assert found == "" or len(found) == 16
