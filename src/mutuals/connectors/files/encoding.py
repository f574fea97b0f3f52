"""Which encoding a text file is in: byte order mark, then strict UTF-8, then UTF-16 without a mark, then a guess."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOK = 64 << 20  # bytes checked for strict UTF-8; what comes later is checked row by row
_CHUNK = 1 << 20
_GUESS = 64 << 10  # bytes shown to the guesser
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "koi8_r", "mac_roman", "cp437", "cp850",
    "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_ACCENTS = frozenset("äöüßÄÖÜéèêëÉÈÊàâáãåçÇñÑíìîïóòôúùûœæ€–’‘“”„…«»¡¿°§")
_WESTERN = {"cp1252", "mac_roman", "cp437", "cp850", "latin_1", "cp1254", "cp1257"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """A Python codec name and what a person should know about it."""

    name: str
    warnings: tuple[str, ...] = ()


def detect(path: Path) -> Encoding:
    """Look at up to 64 MiB of the file. Never raises on content; the last resort is Windows-1252."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    wide = _utf16_without_mark(head)
    if wide:
        return Encoding(wide, ("UTF-16 without a byte order mark.",))
    broken, sample = _check_utf8(path)
    if not broken:
        return Encoding("utf-8")
    if _mostly_utf8(sample):
        return Encoding("utf-8", ("A few places are not UTF-8; those rows are reported one by one.",))
    name = _guess(sample)
    return Encoding(name, (f"Not UTF-8; read as {name}. Check names with accents before importing.",))


def _utf16_without_mark(head: bytes) -> str:
    """UTF-16 text of Latin letters has a NUL in nearly every second byte."""
    look = head[:4096]
    if len(look) < 4 or look.count(0) < len(look) // 4:
        return ""
    even, odd = look[0::2].count(0), look[1::2].count(0)
    if odd > 4 * max(even, 1):
        return "utf-16-le"
    if even > 4 * max(odd, 1):
        return "utf-16-be"
    return ""


def _check_utf8(path: Path) -> tuple[bool, bytes]:
    """Whether bytes break UTF-8 within the look, and lines around them as a sample."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    seen = 0
    with path.open("rb") as file:
        while seen < _LOOK:
            chunk = file.read(_CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                file.seek(seen)
                around = file.read(2 * _CHUNK)
                return True, b"\n".join(line for line in around.split(b"\n") if not line.isascii())[:_GUESS]
            if not chunk:
                break
            seen += len(chunk)
    return False, b""


def _mostly_utf8(sample: bytes) -> bool:
    """Many valid multi-byte characters and few strays: damaged UTF-8 rather than an old code page."""
    text = sample.decode("utf-8", "replace")
    strays = text.count("\ufffd")
    good = sum(1 for char in text if ord(char) > 127) - strays
    return good > 5 * strays


def _guess(sample: bytes) -> str:
    if _western_only(sample):  # short samples of Western Europe are often held for Central European or even Chinese
        return "cp1252"
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    name = best.encoding if best else "cp1252"
    if name in _CANDIDATES and (name not in _WESTERN or not _decodes(sample, "cp1252")):
        return str(name)
    return "cp1252"


def _decodes(sample: bytes, codec: str) -> bool:
    """Windows-1252 leaves five bytes undefined; text that holds one is something else."""
    try:
        sample.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _western_only(sample: bytes) -> bool:
    """Nothing but the accents of Western Europe."""
    return all(char.isascii() or char in _ACCENTS for char in sample.decode("cp1252", "replace"))
