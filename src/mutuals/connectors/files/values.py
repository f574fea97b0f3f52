"""Money, addresses, phone numbers: one writing each, or a ValueError with a sentence for the person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import phonenumbers

from mutuals.base.normal import in_form

_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN", "Kč": "CZK", "₹": "INR", "₺": "TRY", "R$": "BRL"}
_CODES = frozenset({
    "EUR", "USD", "GBP", "JPY", "CHF", "PLN", "CZK", "SEK", "NOK", "DKK", "HUF", "RON", "BGN", "TRY", "INR", "CNY",
    "BRL", "MXN", "CAD", "AUD", "NZD", "ZAR", "KRW", "SGD", "HKD", "ILS", "UAH", "ISK",
})  # fmt: skip
_SIGN = re.compile(
    "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
    + rf"|(?<![a-z])(?:{'|'.join(sorted(_CODES))})(?![a-z])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\d[\d.,'’\s]*$|^[.,]\d+$")
_DAY = re.compile(r"^\d{4}([-./])\d{1,2}\1\d{1,2}|^\d{1,2}([-./])\d{1,2}\2\d{2,4}$")
_LOCAL = re.compile(r"^[^\s@\"<>()\[\],;:\\]+$")
_LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")
_PHONE = re.compile(r"^[+(\d][\d\s()/.+-]{5,24}(?:\s*(?:ext|x|#)\.?\s*\d{1,6})?$", re.IGNORECASE)


class NeedsCountry(ValueError):
    """A phone number as it is dialled at home: whose number it is depends on a country that nobody said."""


class NeedsDecimal(ValueError):
    """1.234 may be a thousand or a bit more than one; nobody said which."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount; `currency` is an ISO 4217 code or empty where the text named none."""

    amount: Decimal
    currency: str


@lru_cache(maxsize=4096)
def parse_money(text: str, *, decimal: str | None = None) -> Money:
    """`1.234,50`, `€ 12`, `1,234.50`, `12,50 EUR`, `1'234.50`, `(12.00)`. `decimal` is "," or "." where known.

    Raises NeedsDecimal where only that sign could tell, ValueError for anything else that is not money.
    """
    rest, currency = _currency(in_form("NFKC", text).strip())
    negative = rest.startswith("(") and rest.endswith(")")
    rest = rest.strip("() ").replace("−", "-")
    if rest.endswith("-"):
        negative, rest = True, rest[:-1].strip()
    if rest.startswith("-"):
        negative, rest = not negative, rest[1:].strip()
    if not _NUMBER.match(rest.removeprefix("+")):
        raise ValueError(f"“{text[:40]}” is not an amount")
    plain = re.sub(r"['’\s+]", "", rest)
    amount = _amount(plain, decimal, text)
    return Money(-amount if negative else amount, currency)


def _currency(text: str) -> tuple[str, str]:
    """The amount without its currency sign or code, which stands before or after it."""
    found = _SIGN.search(text)
    if not found:
        return text, ""
    sign = found[0]
    rest = f"{text[: found.start()].strip()}{text[found.end() :].strip()}"
    return rest, _SIGNS.get(sign) or sign.upper()


def _amount(plain: str, decimal: str | None, text: str) -> Decimal:
    dots, commas = plain.count("."), plain.count(",")
    if dots and commas:
        mark = "." if plain.rindex(".") > plain.rindex(",") else ","
        if plain.count(mark) > 1:
            raise ValueError(f"“{text[:40]}” is not an amount")
    elif dots + commas == 1:
        mark = "." if dots else ","
        if decimal:
            mark = decimal
        elif re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", plain):
            raise NeedsDecimal(f"Is “{text[:40]}” thousands or a fraction?")
    else:
        mark = decimal or ("," if dots else ".")
        if plain.count(mark) > 1:
            raise ValueError(f"“{text[:40]}” is not an amount")
    other = "," if mark == "." else "."
    whole, _, part = plain.partition(mark)
    if other in whole and not re.fullmatch(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}", whole):
        raise ValueError(f"“{text[:40]}” is not an amount")
    try:
        return (
            Decimal(f"{whole.replace(other, '') or '0'}.{part or '0'}") if part else Decimal(whole.replace(other, ""))
        )
    except InvalidOperation as error:
        raise ValueError(f"“{text[:40]}” is not an amount") from error


def guess_decimal(samples: Iterable[str]) -> str | None:
    """The decimal sign that the samples prove, or None: nothing proved, or a contradiction."""
    found = set()
    for text in samples:
        plain = re.sub(r"[^\d.,]", "", text)
        marks = [char for char in plain if char in ".,"]
        if not marks:
            continue
        last, after = marks[-1], len(plain) - max(plain.rindex(mark) for mark in set(marks)) - 1
        if len(set(marks)) == 2 or (len(marks) == 1 and (after != 3 or plain.startswith("0"))):
            found.add(last)
        elif len(marks) > 1:
            found.add("," if last == "." else ".")
    return found.pop() if len(found) == 1 else None


def parse_email(text: str) -> str:
    """An address in one writing: NFKC, lower case, the domain as ASCII. Dots and plus signs mean what they say.

    The local part is lower-cased although RFC 5321 lets servers tell the cases apart: none in use does.
    """
    address = in_form("NFKC", text).strip().strip("<>").removeprefix("mailto:").casefold()
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 254 or len(local) > 64 or not _LOCAL.match(local):
        raise ValueError(f"“{text[:60]}” is not an address")
    if ".." in local or local.startswith(".") or local.endswith("."):
        raise ValueError(f"“{text[:60]}” is not an address")
    return f"{local}@{_domain(domain, text)}"


@lru_cache(maxsize=4096)
def _domain(domain: str, text: str = "") -> str:
    try:
        ascii_name = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"“{domain[:60]}” is not a domain") from error
    labels = ascii_name.rstrip(".").split(".")
    if len(labels) < 2 or not all(_LABEL.match(label) for label in labels) or labels[-1].isdigit():
        raise ValueError(f"“{(text or domain)[:60]}” is not an address")
    return ".".join(labels)


def parse_domain(text: str) -> str:
    """The host of a web address or a bare domain, without www."""
    host = re.sub(r"^[a-z+]+://", "", text.strip().casefold()).split("/")[0].split("?")[0].rpartition("@")[2]
    return _domain(host.split(":")[0].removeprefix("www."))


def parse_phone(text: str, *, region: str | None) -> str:
    """E.164. `region` (ISO 3166 code) serves numbers without a country prefix.

    Raises NeedsCountry for those where it is not said, ValueError for what is no phone number.
    """
    plain = in_form("NFKC", text).strip()
    try:
        number = phonenumbers.parse(plain, region or None)
    except phonenumbers.NumberParseException as error:
        if not region and not plain.startswith("+") and _is_dialled(plain, error):
            raise NeedsCountry(f"“{text[:40]}” names no country; say which one its numbers are from") from error
        raise ValueError(f"“{text[:40]}” is not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"“{text[:40]}” is not a possible phone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_dialled(text: str, error: phonenumbers.NumberParseException) -> bool:
    """Whether the library missed the country only. 17 digits are those of E.164 behind two zeros."""
    missed = phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
    return error.error_type == missed and 4 <= sum(char.isdigit() for char in text) <= 17


def looks_like_phone(text: str) -> bool:
    """Whether a cell has the shape of a phone number, without asking for the country."""
    digits = sum(char.isdigit() for char in text)
    plain = text.strip()
    return 7 <= digits <= 15 and bool(_PHONE.match(plain)) and not plain.isdigit() and not _DAY.match(plain)


def parse_bool(text: str) -> bool:
    """Yes and no in seven languages, 1 and 0, and the networks' words for visibility."""
    word = text.strip().casefold()
    if word in {"1", "true", "yes", "y", "ja", "j", "oui", "si", "sí", "sim", "public", "unlisted", "wahr", "vrai"}:
        return True
    if word in {"0", "false", "no", "n", "nein", "non", "não", "nao", "nee", "private", "direct", "followers", ""}:
        return False
    raise ValueError(f"“{text[:40]}” is neither yes nor no")
