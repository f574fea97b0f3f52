"""What is this file? By its content; the suffix is only ever a hint in a message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mutuals.connectors.contract import Unreadable
from mutuals.connectors.files import apart
from mutuals.connectors.files.shapes import Format, How, Sniffed

_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "This is an old or password-protected workbook. Save it as .xlsx without one, or as CSV."),
    (b"\x1f\x8b", "This is a gzip archive. Unpack it first."),
    (b"BZh", "This is a bzip2 archive. Unpack it first."),
    (b"\xfd7zXZ", "This is an xz archive. Unpack it first."),
    (b"7z\xbc\xaf", "This is a 7-Zip archive. Unpack it first."),
    (b"%PDF", "This is a PDF. Export the table itself, as CSV or .xlsx."),
    (b"\x89PNG", "This is a picture, not a table."),
    (b"\xff\xd8\xff", "This is a picture, not a table."),
    (b"SQLite format 3", "This is an SQLite database. Export the table as CSV."),
    (b"ARROW1", "This is an Arrow file. Write it as Parquet."),
)  # fmt: skip
_SUFFIXES = {
    Format.CSV: {".csv", ".tsv", ".txt", ".tab", ".dat"},
    Format.XLSX: {".xlsx", ".xlsm"},
    Format.PARQUET: {".parquet", ".pq"},
    Format.JSONL: {".jsonl", ".ndjson", ".json"},
    Format.MBOX: {".mbox", ".mbx", ""},
    Format.VCARD: {".vcf", ".vcard"},
}  # fmt: skip


def sniff(
    path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "", has_header: bool | None = None
) -> Sniffed:
    """Recognise a file and read its first rows, in a process of its own. The keywords overrule what would be detected.

    Texts of the sample may be cut. Raises Unreadable, with the remedy in the message, for an empty file, another type
    of file, a damaged one, or one that takes more memory or time than a file may.
    """
    if not path.is_file():
        raise Unreadable(f"There is no file {path.name}.")
    delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
    if len(delimiter) > 1 or delimiter in ('"', "\n", "\r", "\0"):
        shown = delimiter[:20].encode("unicode_escape").decode()
        raise Unreadable(f"What parts the columns is one character, such as ; or | or tab, not “{shown}”.")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise Unreadable("The file is empty.")
    for magic, message in _REFUSED:
        if head.startswith(magic):
            raise Unreadable(message)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        reader = "sheets"
    elif head.startswith(b"PAR1"):
        reader = "parquet"
    else:
        reader = "texts"
    found = apart.sniff(reader, path, How(encoding, delimiter, sheet, has_header))
    if path.suffix.lower() not in _SUFFIXES[found.format]:
        note = f"The file is named {path.suffix or 'without a suffix'} but is {found.format.value}."
        found = replace(found, warnings=(*found.warnings, note))
    return found
