"""Files that people put on records: what kind of file the bytes are, and which are not taken in. Pure, but for the rows' end.

The kind is told by the content alone; a name claims what it likes. Programs are refused by their content and, as scripts look
like any text, by what their names end with. Everything is served as an attachment in any case, never shown in place.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from typing import BinaryIO

from mutuals.base import files
from mutuals.base.models import Filed
from mutuals.base.refusals import Refusal

LIMIT = 25 * 1024**2  # bytes
KEPT = timedelta(days=30)  # in the trash
OTHER = "application/octet-stream"
_HEAD = 4096
_MOST_PARTS = 20_000  # of a ZIP that are looked through
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa", b"#!",
             b"dex\n", b"!<arch>\n", b"\x00asm", b"L\x00\x00\x00\x01\x14\x02\x00")  # fmt: skip
_ENDINGS = frozenset((
    "app", "apk", "bat", "bin", "cmd", "com", "cpl", "dll", "dmg", "exe", "gadget", "hta", "iso", "jar", "js", "jse", "lnk",
    "mjs", "msi", "msix", "msp", "pif", "ps1", "psm1", "py", "reg", "scr", "sh", "sys", "vb", "vbe", "vbs", "wsf", "wsh", "xpi",
))  # fmt: skip
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_IN_ZIP = (
    ("word/", f"{_OFFICE}wordprocessingml.document"),
    ("xl/", f"{_OFFICE}spreadsheetml.sheet"),
    ("ppt/", f"{_OFFICE}presentationml.presentation"),
)
_IN_ODF = b"mimetypeapplication/vnd.oasis.opendocument."
_TEXTS = {".csv": "text/csv", ".md": "text/markdown", ".json": "application/json", ".ics": "text/calendar"}


def media_type(stream: BinaryIO, name: str) -> str:
    """What the bytes are, "image/png"; the stream is at its beginning again. Refused: programs, empty files, over 25 MB."""
    size = stream.seek(0, 2)
    stream.seek(0)
    if not size:
        raise _no(f"“{name}” is empty, so there is nothing to keep.")
    if size > LIMIT:
        raise _no(
            f"“{name}” has {size / 1024**2:.1f} MB; files of up to {LIMIT // 1024**2} MB are kept. Nothing was kept."
        )
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(_PROGRAMS) or PurePosixPath(name.lower()).suffix.lstrip(".") in _ENDINGS:
        raise _no(f"“{name}” is a program or a script, and these are not kept here.")
    told = _in_zip(stream, head, name) if head.startswith(b"PK\x03\x04") else _told(head, name)
    stream.seek(0)
    return told


def plain(name: str) -> str:
    """A file's name without folders and signs that no file system wants; at most 200 letters, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(". ")
    if len(kept) > 200:
        ending = PurePosixPath(kept).suffix[:20]
        kept = kept[: 200 - len(ending)] + ending
    return kept or "file"


def forget(keys: Sequence[str]) -> int:
    """Let go of all files on these records, those in the trash too; bytes that nobody else holds go. Says how many."""
    rows = Filed.objects.filter(about__in=list(keys))
    names = set(rows.values_list("blob_id", flat=True))
    gone = rows.delete()[0]
    files.drop_unused(names)
    return gone


def _told(head: bytes, name: str) -> str:
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if head[8:12] == b"WEBP" else "audio/wav"
    if head[4:8] == b"ftyp":
        return "image/heic" if head[8:12] in (b"heic", b"mif1") else "video/mp4"
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "audio/mpeg"
    return _text(head, name)


def _text(head: bytes, name: str) -> str:
    if b"\0" in head:
        return OTHER
    try:
        words = head.decode("utf-8") if len(head) < _HEAD else head[:-3].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return OTHER
    first = words.lstrip("\ufeff \t\r\n").lower()
    if first.startswith(("<!doctype html", "<html", "<script")):
        return "text/html"
    if first.startswith(("<?xml", "<svg")):
        return "image/svg+xml" if "<svg" in first else "application/xml"
    return _TEXTS.get(PurePosixPath(name.lower()).suffix, "text/plain")


def _in_zip(stream: BinaryIO, head: bytes, name: str) -> str:
    """Refused: Java and Android programs, and documents with macros."""
    if head[30:].startswith(_IN_ODF):
        return head[38:].split(b"PK", 1)[0][:100].decode("ascii", "replace")
    try:
        with zipfile.ZipFile(stream) as package:
            parts = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return OTHER
    if len(parts) > _MOST_PARTS:
        raise _no(f"“{name}” holds more than {_MOST_PARTS:,} files, which is not kept here.")
    if any(one.endswith((".class", "vbaProject.bin")) or one == "AndroidManifest.xml" for one in parts):
        raise _no(f"“{name}” has a program in it (Java, Android or macros), and these are not kept here.")
    for start, kind in _IN_ZIP:
        if any(one.startswith(start) for one in parts):
            return kind
    return "application/zip"


def _no(words: str) -> Refusal:
    return Refusal(words, fields={"file": words})
