"""Pictures that look alike: 64 bits of a portrait. Pure; what cannot be read safely has none.

Difference hash: the picture in grey, shrunk to 9 x 8; each bit says whether a point is brighter than its right neighbour
(N. Krawetz, "Kind of Like That", 2013). Copies that were scaled or saved again differ in few bits.
"""

from __future__ import annotations

import io

from PIL import Image

LARGEST = 2_000_000  # bytes
MOST_POINTS = 16_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_LEAST_MARKED = 6  # bits that differ from an even picture; what has fewer looks like nothing


def difference_hash(data: bytes) -> str:
    """Sixteen hexadecimal letters, or "" for what is no picture, too large in bytes or points, or of one colour."""
    if not 0 < len(data) <= LARGEST:
        return ""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:  # reads the head alone
            if picture.width * picture.height > MOST_POINTS or min(picture.size) < 8:
                return ""
            picture.draft("L", (72, 72))  # a large JPEG is read small at once
            small = _flat(picture).resize((9, 8), Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError, OverflowError):
        return ""
    points = small.tobytes()
    number = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            number = number << 1 | (points[at] > points[at + 1])
    marked = number.bit_count()
    return f"{number:016x}" if _LEAST_MARKED <= marked <= 64 - _LEAST_MARKED else ""


def _flat(picture: Image.Image) -> Image.Image:
    """The first frame in grey, on white where it is transparent."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        whole = picture.convert("RGBA")
        ground = Image.new("RGBA", whole.size, "white")
        return Image.alpha_composite(ground, whole).convert("L")
    return picture.convert("L")


def distance(one: str, two: str) -> int:
    """In how many of the 64 bits two hashes differ."""
    return (int(one, 16) ^ int(two, 16)).bit_count()
