"""What a person wrote this time: the text without what was quoted under it and without the signature.

Nothing is lost: the caller keeps the whole text beside it. Where it is unclear, more is kept rather than less; a
forwarded message is what the sender wants us to read, and answers between quoted lines make no sense without them.
"""

from __future__ import annotations

import re

_WROTE = (
    "wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|pisze|napisał|napisała|napisał\\(a\\)|skrev|"
    "kirjoitti|napsal|napsala|napsal\\(a\\)|napísal|írta|a scris|yazdı|пишет|написал|написала|написал\\(а\\)|писав|"
    "写道|のメール|작성|έγραψε|כתב|كتب"
)
_STARTS = "on|am|le|el|il|op|em|a|w dniu|dnia|den|dne|dňa|la|в|пн|вт|ср|чт|пт|сб|вс|στις|ב|في"
_ATTRIBUTION = re.compile(rf"(?:^|[\s,>\d])(?:{_WROTE})(?:\s|:|：|$)", re.IGNORECASE)
_OPENING = re.compile(rf"^(?:{_STARTS})[\s.,]", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"^[-_\s]*(original message|original appointment|ursprüngliche nachricht|originalnachricht|message d'origine|"
    r"message original|mensaje original|messaggio originale|oorspronkelijk bericht|mensagem original|"
    r"wiadomość oryginalna|oryginalna wiadomość|ursprungligt meddelande|originalmeddelande|opprinnelig melding|"
    r"oprindelig meddelelse|alkuperäinen viesti|původní zpráva|исходное сообщение|пересылаемое сообщение)[-_\s]*$",
    re.IGNORECASE,
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FROM = _set("from von de da van od från fra lähettäjä от feladó kimden 发件人 差出人")
_OTHERS = _set(
    "sent date to cc subject gesendet datum an betreff envoyé date à objet enviado el fecha para asunto "
    "inviato data a oggetto verzonden aan onderwerp wysłano do temat skickat till ämne sendt til emne "
    "lähetetty vastaanottaja aihe odesláno komu předmět отправлено дата кому тема "
    "发送时间 收件人 主题 送信日時 宛先 件名"
)
_LABEL = re.compile(r"^[*_\s]*([^\W\d_]{1,20}(?: [^\W\d_]{1,4})?)[*_\s]*\s?[:：]\s*\S?")
_SENT_FROM = re.compile(
    r"^(sent from my |sent from mail for|get outlook for |von meinem .{2,40} gesendet|gesendet (von|mit) |"
    r"envoyé (de|depuis) mon |enviado desde mi |enviado do meu |inviato da(l mio)? |verzonden vanaf mijn |"
    r"skickat från min |wysłane z |отправлено с )",
    re.IGNORECASE,
)
_RULE = re.compile(r"^_{10,}$")
_LONGEST_SIGNATURE = 15  # lines
_LONGEST_CLOSING = 1500  # characters


def trimmed(text: str) -> str:
    """The text without trailing or leading quotation and signature; the whole text if nothing would be left."""
    lines = _without_signature(_unquoted(text))
    return "\n".join(lines).strip() or text.strip()


def closing(text: str) -> str:
    """The last lines of what was written this time, where a signature stands if there is one; "" for a single line."""
    lines = "\n".join(_unquoted(text)).strip().split("\n")
    return "\n".join(lines[-_LONGEST_SIGNATURE:])[-_LONGEST_CLOSING:].strip() if len(lines) > 1 else ""


def _unquoted(text: str) -> list[str]:
    return _without_quotes(_without_earlier_mail(text.split("\n")))


def _without_earlier_mail(lines: list[str]) -> list[str]:
    """Cuts where an earlier mail is pasted whole: a heading line, or its block of From, Sent, To, Subject."""
    for number, one in enumerate(lines):
        stripped = one.strip()
        if _ORIGINAL.match(stripped[:120]) or _is_block(lines, number):
            return lines[: number - 1 if number and _RULE.match(lines[number - 1].strip()) else number]
        if _RULE.match(stripped) and _is_block(lines, _next_filled(lines, number + 1)):
            return lines[:number]
        if not stripped.startswith(">") and _attribution(lines, number) and _opens_unmarked(lines, number):
            return lines[:number]
    return lines


def _is_block(lines: list[str], number: int) -> bool:
    """A From label with at least two of its fellows on the next five lines; not at the very top of a mail."""
    if number <= 0 or number >= len(lines) or _label(lines[number]) not in _FROM:
        return False
    before = [one.strip() for one in lines[max(number - 3, 0) : number]]
    if any("forward" in one.lower() or "weitergeleitet" in one.lower() for one in before):
        return False
    return sum(_label(one) in _OTHERS for one in lines[number + 1 : number + 6]) >= 2


def _label(one: str) -> str:
    match = _LABEL.match(one[:200])
    return match[1].lower() if match else ""


def _attribution(lines: list[str], number: int) -> int:
    """How many lines from `number` on say "on that day X wrote:" (programs break it over up to three); 0 = none."""
    joined = ""
    for count in (1, 2, 3):
        if number + count > len(lines) or not lines[number + count - 1].strip():
            return 0
        joined = f"{joined} {lines[number + count - 1].strip()}".strip()
        if len(joined) > 400:
            return 0
        if joined.endswith((":", "：")) and _ATTRIBUTION.search(joined):
            return count
    return 0


def _opens_unmarked(lines: list[str], number: int) -> bool:
    """Programs that mark no quoted line: the sentence must then open as such sentences do, and name a day."""
    count = _attribution(lines, number)
    following = _next_filled(lines, number + count)
    if following < len(lines) and lines[following].lstrip().startswith(">"):
        return False
    sentence = " ".join(lines[number : number + count])
    return bool(_OPENING.match(sentence.strip())) and any(sign.isdigit() for sign in sentence)


def _without_quotes(lines: list[str]) -> list[str]:
    """One block of `>` lines goes, with its attribution; several blocks with words between stay as they are."""
    blocks: list[tuple[int, int]] = []
    start = -1
    for number, one in enumerate([*lines, ""]):
        quoted = one.lstrip().startswith(">")
        if quoted and start < 0:
            start = number
        elif not quoted and start >= 0 and (number >= len(lines) or one.strip()):
            blocks.append((start, number))
            start = -1
    if len(blocks) != 1:
        return lines
    begin, end = blocks[0]
    last = begin
    while last > 0 and not lines[last - 1].strip():
        last -= 1
    counts = [count for count in (1, 2, 3) if last >= count and _attribution(lines, last - count) == count]
    opening = [count for count in counts if _OPENING.match(lines[last - count].strip())]
    if counts:
        begin = last - (opening or counts)[0]
    return [*lines[:begin], *lines[end:]]


def _without_signature(lines: list[str]) -> list[str]:
    for number in range(len(lines) - 1, -1, -1):
        if len(lines) - number > _LONGEST_SIGNATURE:
            break
        if lines[number].rstrip() == "--" or lines[number] == "-- ":
            lines = lines[:number]
            break
    end = len(lines)
    while end and (not (last := lines[end - 1].strip()) or _SENT_FROM.match(last[:120])):
        end -= 1
    return lines[:end]


def _next_filled(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    return number
