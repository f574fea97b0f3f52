"""The lines under a letter: who signs it, where else they are, whom they work for. Pure; a few milliseconds at most.

A signature is what stands below a line of dashes (RFC 3676, 4.3), below a closing phrase, or, where neither is there, a
last paragraph of which two lines name ways to reach somebody. Anything else is not taken for one: unknown is an answer.
Who signs wrote it, or somebody who wants to look like them: all of it is a clue, nothing of it a proof.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mutuals.connectors.files.values import parse_email, parse_phone

LONGEST = 1500  # characters that are read
MOST_LINES = 15
MOST = 10  # of each kind
_NETWORKS = {
    "mastodon": "mastodon", "fediverse": "mastodon", "fedi": "mastodon", "bluesky": "bluesky", "bsky": "bluesky",
    "twitter": "twitter", "x": "twitter", "instagram": "instagram", "insta": "instagram", "ig": "instagram",
    "github": "github", "gitlab": "gitlab", "linkedin": "linkedin", "facebook": "facebook", "fb": "facebook",
    "youtube": "youtube", "tiktok": "tiktok", "threads": "threads", "telegram": "telegram", "matrix": "matrix",
    "xing": "xing", "skype": "skype", "reddit": "reddit", "twitch": "twitch", "pixelfed": "pixelfed",
}  # fmt: skip
_CLOSINGS = (
    # English, German, French, Spanish, Portuguese, Italian
    "best regards|kind regards|warm regards|with kind regards|regards|best wishes|all the best|many thanks|thank you|thanks|"
    "cheers|sincerely|yours sincerely|yours faithfully|yours truly|best|take care|mit freundlichen grüßen|"
    "mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße|freundliche grüsse|viele grüße|viele grüsse|"
    "liebe grüße|liebe grüsse|beste grüße|beste grüsse|herzliche grüße|herzliche grüsse|schöne grüße|grüße|gruß|mfg|lg|vg|"
    "danke|vielen dank|cordialement|bien cordialement|bien à vous|cdlt|sincères salutations|meilleures salutations|merci|"
    "salutations distinguées|amicalement|saludos|un saludo|saludos cordiales|un cordial saludo|atentamente|gracias|"
    "muchas gracias|atenciosamente|att|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|abraço|abraços|"
    "obrigado|obrigada|cordiali saluti|distinti saluti|un saluto|saluti|grazie|"
    # Dutch, Danish, Norwegian, Swedish, Finnish, Polish, Czech, Slovak, Hungarian, Romanian, Turkish, Greek, Russian, Ukrainian
    "met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|groeten|groetjes|mvg|bedankt|med venlig hilsen|"
    "venlig hilsen|mvh|med vennlig hilsen|vennlig hilsen|hilsen|med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|"
    "hälsningar|ystävällisin terveisin|terveisin|z poważaniem|pozdrawiam|pozdrowienia|dziękuję|s pozdravem|"
    "s pozdravom|üdvözlettel|tisztelettel|cu stimă|saygılarımla|saygılarımızla|iyi çalışmalar|selamlar|teşekkürler|"
    "με εκτίμηση|ευχαριστώ|с уважением|с наилучшими пожеланиями|спасибо|з повагою|дякую|"
    # Japanese, Chinese, Korean, Arabic, Hebrew, Hindi
    "よろしくお願いいたします|よろしくお願いします|宜しくお願い致します|敬具|此致敬礼|此致|顺祝商祺|祝好|谢谢|감사합니다|드림|올림|"
    "مع التحية|مع خالص التحية|تحياتي|وتقبلوا فائق الاحترام|شكرا|بברכה|בברכה|בתודה|תודה|धन्यवाद|सादर"
)
_CLOSING = re.compile(rf"(?:{_CLOSINGS})\s*(?:[,.!:;،。、！]{{1,5}}\s*(.*))?", re.IGNORECASE)
_DELIMITER = re.compile(r"(?:-{2,3}|[—–]{1,3}|_{3,80}|={3,80}|\*{3,80})\s*")
_PIECES = re.compile(r"\s*(?:[|·•‧∙⋅◦▪⁃]|\s[-–—/]\s|\s{3,}|\t)\s*")
_LABELLED = re.compile(
    rf"({'|'.join(sorted(_NETWORKS, key=len, reverse=True))})\s?(?:[:：]|\s)\s*@?([^\s,;<>()|]{{2,200}})", re.IGNORECASE
)
_FEDIVERSE = re.compile(r"(?<![\w@.])@([\w.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5})", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w@./])@([\w.-]{2,64})(?![\w@])")
_ADDRESS = re.compile(r"(?<![\w@.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})")
_SITE = re.compile(r"(?<![\w@./-])((?:https?://|www\.)[^\s<>\"|]{3,300})", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.[a-z]{2,24}(?:/[^\s<>\"|]{0,200})?")
_SKY = re.compile(r"(?<![\w@./-])@?([a-z0-9-]{1,63}\.bsky\.social)\b", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+|00)\s?[1-9](?:[\s().\/-]{0,3}\d){6,14}")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PARTICLES = _set(
    "von van vom zu zum zur de da do dos das del della di du des la le les der den ter ten te el al bin ibn ben y e af av"
)
_TITLES = _set("dr prof mr mrs ms mx herr frau dipl ing mag msc bsc phd md mba ba ma")
_FIRM = re.compile(
    r"\b(?:gmbh|mbh|ag|kg|ohg|ug|se|e\.?v|inc|llc|ltd|plc|corp|co|sarl|sas|s\.?a|s\.?l|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|oy|oyj|ab|"
    r"aps|a/s|as|sp\. z o\.o|s\.r\.o|kft|zrt|d\.o\.o|ltda|lda|pty|kk)\b\.?|株式会社|有限公司|(?:^|\s)ООО\s",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"\s(?:gmbh|mbh|ohg|inc|llc|ltd|plc|corp|sarl|s\.a\.r\.l|s\.?r\.?l|s\.p\.a|b\.v|oyj|s\.r\.o|d\.o\.o|ltda|lda)\.?\s*$|株式会社|有限公司",
    re.IGNORECASE,
)
_AT = re.compile(r"\s+(?:at|bei|chez|en|na|presso|bij|hos|@)\s+")


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature says. `handles` are (network, handle) with "" for a network that is not named; `phones` as E.164."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    handles: tuple[tuple[str, str], ...] = ()


def read(closing: str) -> Signature | None:
    """The signature at the end of a letter; None where there is none. Longer texts are read from `LONGEST` before the end."""
    lines = [line.strip() for line in closing[-LONGEST:].split("\n")][-MOST_LINES:]
    block = _block(lines)
    if not block:
        return None
    found = _ways(block)
    words = [line for line in block if line and not _reaches(line)]
    name = next((line for line in words[:2] if is_name(line)), "")
    role, organisation = _work([line for line in words if line != name][:3], is_signed=bool(name))
    if not name and not organisation and found == Signature():
        return None
    return replace(found, name=_untitled(name), role=role[:100], organisation=organisation[:100])


def handles(text: str) -> tuple[tuple[str, str], ...]:
    """Accounts that a text names: (network, handle), each once, "" for a network that is not named; for biographies too."""
    text = text[:LONGEST]
    told = [(_NETWORKS[network.lower()], _bare(handle)) for network, handle in _LABELLED.findall(text)]
    told += [("mastodon", handle.rstrip(".")) for handle in _FEDIVERSE.findall(text)]
    told += [("bluesky", handle.lower()) for handle in _SKY.findall(text)]
    known = {handle.casefold() for _, handle in told} | {handle.partition("@")[0].casefold() for _, handle in told}
    told += [("", bare) for one in _BARE.findall(text) if (bare := one.rstrip(".")).casefold() not in known]
    good = [(network, handle) for network, handle in told if handle and not handle.startswith(("http:", "https:"))]
    return tuple(dict.fromkeys(good))[:MOST]


def addresses(text: str) -> tuple[str, ...]:
    """Mail addresses that a text names, each once; not those that are accounts of the fediverse (`@bea@tea.example`)."""
    found = (_address(one.rstrip(".")) for one in _ADDRESS.findall(text[:LONGEST]))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST]


def is_name(line: str) -> bool:
    """Whether a line reads as the name of somebody: one to five words with capitals, or a short one without case."""
    words = [word.strip(".,") for word in line.split()]
    if not 1 <= len(words) <= 5 or len(line) > 60 or any(not _is_word(word) for word in words):
        return False
    if any(letter.lower() != letter.upper() for letter in line):
        real = [word for word in words if word.casefold() not in _PARTICLES | _TITLES]
        return bool(real) and all(word[0].isupper() for word in real) and any(len(word) > 1 for word in real)
    return len(line) <= 20


def is_firm(name: str) -> bool:
    """Whether a name bears a legal form: Brand & Daughters Ltd."""
    return bool(_LEGAL.search(name[:200]))


def _is_word(word: str) -> bool:
    return bool(word) and all(letter.isalpha() or letter in "'’-.·‐" or not letter.isascii() for letter in word)


def _block(lines: list[str]) -> list[str]:
    """The lines that are a signature; [] = none."""
    for number in range(len(lines) - 1, -1, -1):
        if _DELIMITER.fullmatch(lines[number]) and any(lines[number + 1 :]):
            return lines[number + 1 :]
    for number in range(len(lines) - 1, -1, -1):
        closed = _CLOSING.fullmatch(lines[number][:200])
        below = [line for line in ((closed[1] or ""), *lines[number + 1 :]) if line] if closed else []
        if below and is_name(below[0]) and not any(map(_is_prose, below)):
            return below
    filled = len(lines)
    while filled and not lines[filled - 1]:
        filled -= 1
    start = max((number for number in range(filled) if not lines[number]), default=-1) + 1
    last = lines[start:filled]
    return last if start > 0 and sum(map(_reaches, last)) >= 2 else []


def _is_prose(line: str) -> bool:
    """Whether a line goes on telling: many small words."""
    words = line.split()
    return len(words) > 6 and sum(word[:1].islower() for word in words) > len(words) // 2


def _reaches(line: str) -> bool:
    """Whether a line names a way to reach somebody."""
    return _ways([line]) != Signature()


def _ways(block: list[str]) -> Signature:
    """Addresses, numbers, sites and accounts of a block, each once."""
    text = "\n".join(block)
    accounts = handles(text)
    taken = {handle.casefold() for _, handle in accounts}
    pieces = [piece.strip(" ,;<>()") for line in block for piece in _PIECES.split(line)]
    named = [piece.partition(":")[2].strip() if ":" in piece and "//" not in piece else piece for piece in pieces]
    sites = [_whole(site.rstrip(".,;)>")) for site in _SITE.findall(text)]
    sites += [f"https://{piece}" for piece in named if _DOMAIN.fullmatch(piece) and piece not in taken]
    emails = [key for key in addresses(text) if key not in taken]
    phones = [key for one in _PHONE.findall(text) if (key := _number(one))]
    return Signature(
        emails=tuple(dict.fromkeys(emails))[:MOST],
        phones=tuple(dict.fromkeys(phones))[:MOST],
        sites=tuple(dict.fromkeys(sites))[:MOST],
        handles=accounts,
    )


def _whole(site: str) -> str:
    return f"https://{site}" if site[:4].lower() == "www." else site


def _number(text: str) -> str:
    """E.164 of a number with its country; "(0)", which is dialled at home only, is left out."""
    plain = text.replace("(0)", " ").strip()
    try:
        return parse_phone(f"+{plain[2:]}" if plain.startswith("00") else plain, region=None)
    except ValueError:
        return ""


def _address(text: str) -> str:
    try:
        return parse_email(text)
    except ValueError:
        return ""


def _bare(handle: str) -> str:
    return handle.strip("@.,;:!?/\"'“”")


def _work(lines: list[str], *, is_signed: bool) -> tuple[str, str]:
    """Role and organisation out of the lines below a name; nothing is taken where nobody signs and no firm is named."""
    firm = next((line for line in lines if _FIRM.search(line) and len(line) <= 120), "")
    rest = [line for line in lines if line != firm and len(line) <= 120 and line[-1:] not in ".!?:"]
    if firm or not is_signed:
        parts = _parted(firm)
        return (parts if parts[1] else (rest[0] if rest and is_signed else "", firm)) if firm else ("", "")
    for line in rest:
        role, organisation = _parted(line)
        if organisation:
            return role, organisation
    return (rest[0] if rest else "", rest[1] if len(rest) > 1 else "")


def _parted(line: str) -> tuple[str, str]:
    """`Head of Water, Brand & Daughters` as role and organisation; ("", "") where nothing parts them."""
    by_word = _AT.split(line, maxsplit=1)
    if len(by_word) == 2:
        return by_word[0].strip(" ,"), by_word[1].strip(" ,")
    pieces = [piece.strip(" ,") for piece in re.split(r"\s*[,|·•]\s+|\s[-–—]\s", line) if piece.strip(" ,")]
    return (", ".join(pieces[:-1]), pieces[-1]) if len(pieces) > 1 and not _FIRM.fullmatch(pieces[-1]) else ("", "")


def _untitled(name: str) -> str:
    return " ".join(word for word in name.split() if word.strip(".,").casefold() not in _TITLES)[:100]
