"""What must not leave the house with a text: addresses, telephone, card and account numbers, booking references."""

from __future__ import annotations

import re
from collections.abc import Callable

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_CARD = re.compile(r"(?<![\d+])\d(?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(r"(?<![\w.,/:-])(?<!\d )(?:\+|00|\(?0)\(?\d(?:[ ()./-]{0,2}\d){6,14}(?![\d:]|[.,]\d)")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_NAMED = re.compile(
    r"(?i:\b(?:booking|reservation|confirmation|pnr|record locator|buchung\w*|réservation|dossier|reserva|localizador|"
    r"prenotazione|حجز)(?:\s++(?:reference|ref|number|no|code|nummer|numéro|número|codice|código))?\.?\s*+[:#]?\s*+)"
    r"([A-Z0-9]{5,8})\b"
)
_BOOKING = re.compile(r"(?<![\w@#/-])(?=[A-Z0-9]{0,5}[A-Z])(?=[A-Z0-9]{0,5}\d)[A-Z0-9]{6}(?![\w-])")
_LONGEST = 200_000


def mask(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with `[mail]`, `[iban]`, `[card]`, `[phone]`, `[booking]` in place of such, and which were found.

    Card and account numbers are told by their check digits (ISO/IEC 7812, ISO 7064), so that other long numbers stay.
    Six capitals and digits mixed are taken for a booking reference. What stands after 200,000 characters is dropped.
    """
    text = text[:_LONGEST]
    found: dict[str, None] = {}

    def instead(kind: str, holds: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
        def put(hit: re.Match[str]) -> str:
            if not holds(hit.group(0)):
                return hit.group(0)
            found[kind] = None
            return f"[{kind}]"

        return put

    if "@" in text:
        text = _MAIL.sub(instead("mail", bool), text)
    if any(map(str.isdigit, text)):
        text = _IBAN.sub(instead("iban", _is_iban), text)
        text = _CARD.sub(instead("card", _is_card), text)
        text = _PHONE.sub(instead("phone", _is_phone), text)
        text = _BOOKING.sub(instead("booking", bool), text)
    return _NAMED.sub(lambda hit: _named(hit, found), text), tuple(found)


def _named(hit: re.Match[str], found: dict[str, None]) -> str:
    """A reference that is called one may be all capitals; a word in capitals after `booking` is none without a sign."""
    lead = hit.group(0)[: -len(hit.group(1))]
    if not any(map(str.isdigit, hit.group(1))) and not lead.rstrip().endswith((":", "#")):
        return hit.group(0)
    found["booking"] = None
    return f"{lead}[booking]"


def _is_card(text: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812-1), and not all digits the same."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 13616: the number of its letters and digits, moved by four, leaves 1 when divided by 97."""
    whole = text.replace(" ", "")
    for end in range(min(len(whole), 34), 14, -1):  # a word in capitals may have been taken in
        moved = whole[4:end] + whole[:4]
        if int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1:
            return end == len(whole)
    return False


def _is_phone(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return 8 <= digits <= 15 and not _DATE.fullmatch(text)
